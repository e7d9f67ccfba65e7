import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Echo } from '../lab/echo.ts';
import { clientNamespace, inNamespace } from '../lab/network.ts';
import type { Answer, Question } from './agent.ts';

/** Where a client turns to. */
export type Endpoint = Pick<Question, 'protocol' | 'address' | 'port'>;

/** What came of it: the pod that answered, or the code of the error. */
export type Reply = Echo | { readonly error: string };

const agent = join(import.meta.dirname, 'agent.ts');

/** A client outside of the cluster, in a network namespace of its own. */
export class TrafficClient {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #asked = 0;

  constructor() {
    const [program, ...args] = inNamespace(clientNamespace, [process.execPath, agent]);
    this.#process = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#process.on('message', (answer: Answer) => {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  /** One connection or datagram. */
  async ask(endpoint: Endpoint): Promise<Reply> {
    this.#asked += 1;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waiting.set(this.#asked, resolve);
    this.#process.send({ id: this.#asked, ...endpoint });
    const { echo, error = '' } = await promise;
    return echo ?? { error };
  }

  async close(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.disconnect();
    await ended;
  }
}
