/**
 * A process that serves the inspector over so many actors: `node many-actors.ts COUNT`. It says where on standard
 * output, then answers each line on standard input: `cpu` with its CPU time in ms, `storm` by changing every actor.
 */
import { createInterface } from 'node:readline';
import { urlOf } from '../../src/observability/http.ts';
import { Crowd } from '../inspector/crowd.ts';

const crowd = new Crowd(Number(process.argv[2]));
let storms = 0;

const answers: Readonly<Record<string, () => unknown>> = {
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  storm: () => {
    storms += 1;
    crowd.putAll(storms % 2 === 0 ? 'IPAddress' : 'Hostname');
    return 'done';
  },
};
console.log(urlOf(await crowd.inspector.start()));
for await (const line of createInterface({ input: process.stdin })) console.log(answers[line]?.());
crowd.stop();
