#!/usr/bin/env node
/** The kubectl plugin: `kubectl gateway-explain [KIND [NAMESPACE/]NAME]`. */
import { endWithReader } from './broken-pipe.ts';
import { requireNode } from './require-node.ts';

requireNode();
endWithReader();
const { main } = await import('./main.ts');
process.exitCode = await main(['explain', ...process.argv.slice(2)]);
