import type { Dispatcher } from 'undici';

export interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/**
 * One request and its whole answer. No stream stands between: making and ending one costs as much as all else of a
 * small answer. Rejects where there is no answer, or not all of it.
 */
export function exchange(dispatcher: Dispatcher, request: Dispatcher.DispatchOptions): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const chunks: Buffer[] = [];
  let head: Omit<Answer, 'text'> = { statusCode: 0, headers: {} };
  dispatcher.dispatch(request, {
    onRequestStart: () => {},
    onResponseStart: (_controller, statusCode, headers) => {
      head = { statusCode, headers };
    },
    onResponseData: (_controller, chunk) => {
      chunks.push(chunk);
    },
    onResponseEnd: () => {
      const [first, ...more] = chunks;
      const body = more.length === 0 ? first : Buffer.concat(chunks);
      resolve({ ...head, text: body?.toString('utf8') ?? '' });
    },
    onResponseError: (_controller, error) => reject(error),
  });
  return promise;
}
