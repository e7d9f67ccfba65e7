/**
 * The client, a process in the client's network namespace: connects where it is told to over IPC, each time anew, and
 * sends back what it got.
 */
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import type { Echo } from '../lab/echo.ts';

export interface Question {
  readonly id: number;
  readonly protocol: 'TCP' | 'UDP';
  readonly address: string;
  readonly port: number;
}

/** Either what the pod said, or an error's code: `ECONNREFUSED`, `ETIMEDOUT`, ... */
export interface Answer {
  readonly id: number;
  readonly echo?: Echo;
  readonly error?: string;
}

const timeoutMs = 2_000;

process.on('message', (question: Question) => {
  const ask = question.protocol === 'TCP' ? askTcp : askUdp;
  ask(question).then(
    (text) => process.send?.({ id: question.id, echo: JSON.parse(text) }),
    (error: NodeJS.ErrnoException) => process.send?.({ id: question.id, error: error.code ?? error.message }),
  );
});
process.once('disconnect', () => process.exit(0));

function askTcp({ address, port }: Question): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect({ host: address, port });
    socket.setTimeout(timeoutMs, () => socket.destroy(timedOut()));
    socket.setEncoding('utf8').on('data', (data: string) => {
      text += data;
    });
    socket.once('error', reject).once('end', () => resolve(text));
  });
}

/** A socket that is connected hears of a refusal too. */
function askUdp({ address, port }: Question): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    const timer = setTimeout(() => end(() => reject(timedOut())), timeoutMs);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      socket.close(settle);
    };
    socket.once('message', (data) => end(() => resolve(data.toString())));
    socket.once('error', (error) => end(() => reject(error)));
    socket.connect(port, address, () => socket.send('hello'));
  });
}

function timedOut(): NodeJS.ErrnoException {
  return Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' });
}
