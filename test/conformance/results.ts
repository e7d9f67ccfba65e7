import type { Options } from './options.ts';

/** What became of each test. */
export interface Results {
  readonly upstream: Outcome | null;
  readonly l4Variants: Outcome | null;
}

interface Outcome {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
}

const nothing: Outcome = { passed: [], failed: [], skipped: [] };

/** Prints the results on stdout. @returns 1 if a test failed, or none was run. */
export function printResults({ upstream, l4Variants }: Results, { output }: Pick<Options, 'output'>): number {
  const [ours, variants] = [upstream ?? nothing, l4Variants ?? nothing];
  if (output === 'json') {
    const { passed, failed } = variants;
    console.log(JSON.stringify({ upstream: ours, l4Variants: { passed, failed } }));
  } else {
    printText('upstream, unmodified', ours);
    printText('L4 variants: upstream tests with manifests of ours', variants);
  }
  const failed = ours.failed.length + variants.failed.length;
  const passed = ours.passed.length + variants.passed.length;
  if (passed + failed === 0) console.error('conformance: no test was run');
  return failed > 0 || passed === 0 ? 1 : 0;
}

function printText(title: string, { passed, failed, skipped }: Outcome): void {
  console.log(`\n${title}: ${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped`);
  for (const name of passed) console.log(`  passed   ${name}`);
  for (const name of failed) console.log(`  FAILED   ${name}`);
  for (const { name, why } of skipped) console.log(`  skipped  ${name}: ${why}`);
}
