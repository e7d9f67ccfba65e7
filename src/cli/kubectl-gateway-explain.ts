#!/usr/bin/env node
/** The kubectl plugin: `kubectl gateway-explain [KIND [NAMESPACE/]NAME]`. */
import { main } from './main.ts';

process.exitCode = await main(['explain', ...process.argv.slice(2)]);
