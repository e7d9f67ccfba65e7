import type { ApiClient, ApiRequest, ApiResult } from './client.ts';
import type { Failure } from './failure.ts';

/**
 * Tells of the requests that fail in a way that waiting does not mend, for callers that only try again: a lease that
 * may not be written, an object that may not be read. A write that came too late, or an object that is gone, is no
 * such failure.
 */
export function tellFailures(
  client: Pick<ApiClient, 'request'>,
  tell: (request: ApiRequest, failure: Failure) => void,
): Pick<ApiClient, 'request'> {
  return {
    request: async (request): Promise<ApiResult> => {
      const result = await client.request(request);
      if ('failure' in result && isTold(request, result.failure)) tell(request, result.failure);
      return result;
    },
  };
}

function isTold({ method }: ApiRequest, { kind }: Failure): boolean {
  switch (kind) {
    case 'conflict':
    case 'exists':
    case 'gone':
    case 'retry':
      return false;
    case 'absent':
      return method !== 'GET';
    case 'unauthorized':
    case 'forbidden':
    case 'refused':
      return true;
  }
}
