#!/usr/bin/env node
import { requireNode } from './require-node.ts';

requireNode();
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
