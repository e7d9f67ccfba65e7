#!/usr/bin/env node
import { endWithReader } from './broken-pipe.ts';
import { requireNode } from './require-node.ts';

requireNode();
endWithReader();
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
