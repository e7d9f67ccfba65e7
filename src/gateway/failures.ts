import type { ResultEvent } from '../objects/facts.ts';

/** Why the last write of each effect failed, until one of that effect succeeds, is due again, or is not wanted any more. */
export type Failures = Readonly<Record<string, string>>;

/** Takes a result into the failures; what other effects failed of stays. */
export function afterResult(failures: Failures, event: ResultEvent): Failures {
  switch (event.type) {
    case 'WriteFailed':
      return { ...failures, [event.what]: event.message };
    case 'Written':
    case 'RetryDue': {
      if (!(event.what in failures)) return failures;
      const { [event.what]: _over, ...rest } = failures;
      return rest;
    }
    case 'AddressGranted':
    case 'AddressRefused':
      return failures;
  }
}
