/**
 * `npm run test:cluster`: builds a Kubernetes control plane, starts it on loopback, and runs the contract and
 * integration tests on it. Whatever ends this process, the servers and their files go with it.
 */
import { understand } from '../support/command-line.ts';
import { exitOnSignals } from '../support/signals.ts';
import { buildControlPlane, buildHelm } from './build.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { installController } from './install.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { findTestFiles, isAudit, runTests } from './run-tests.ts';

const report = (line: string): void => console.log(`test:cluster: ${line}`);

exitOnSignals();

process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  const options = understand({ name: 'test:cluster', usage, parse: parseOptions }, args);
  if (typeof options === 'number') return options;
  try {
    return await runWith(options);
  } catch (cause) {
    console.error(`test:cluster: ${messageOf(cause)}`);
    return 1;
  }
}

async function runWith(options: Options): Promise<number> {
  if (options.buildOnly) {
    report(`the control plane is ${await buildControlPlane(report)}`);
    report(`helm is ${await buildHelm(report)}`);
    return 0;
  }
  const files = options.files.length > 0 ? options.files : findTestFiles();
  const controlPlane = await startControlPlane({ crds: { channel: options.channel }, report });
  try {
    const controllerKubeconfigPath = await installController(controlPlane);
    const exitCode = options.tests ? await runAll(files, { ...controlPlane, controllerKubeconfigPath }) : 0;
    if (options.keep) await keep(controlPlane);
    return exitCode;
  } finally {
    await controlPlane.stop();
  }
}

/** The audit comes last, in a run of its own: it reads what all the others made the controller ask for. */
async function runAll(files: readonly string[], controlPlane: ControlPlane): Promise<number> {
  const audits = files.filter(isAudit);
  const others = files.filter((file) => !isAudit(file));
  const codes: number[] = [];
  for (const some of [others, audits]) if (some.length > 0) codes.push(await runTests(some, controlPlane));
  return Math.max(...codes);
}

async function keep({ kubeconfigPath, kubectlPath, folder, broken }: ControlPlane): Promise<never> {
  report(`kubeconfig: ${kubeconfigPath}`);
  report(`kubectl:    ${kubectlPath} get gateways,tcproutes,services -A`);
  report(`logs:       ${folder}/*.log`);
  report('up until Ctrl-C');
  throw new Error(await broken);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
