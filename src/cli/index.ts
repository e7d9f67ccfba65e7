#!/usr/bin/env node
import { endWithReader } from './broken-pipe.ts';
import { requireNode } from './require-node.ts';
import { keepSignals } from './signals.ts';

const signals = keepSignals();
requireNode();
endWithReader();
const { main } = await import('./main.ts');
await signals.catchUp();
process.exitCode = await main(process.argv.slice(2), signals);
