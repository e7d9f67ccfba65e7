import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect } from '../../src/kubernetes/connect.ts';
import { endOf } from '../cluster/process-group.ts';
import { className, type Lab, startLab } from '../lab/lab.ts';
import { clientNamespace, inNamespace } from '../lab/network.ts';
import { type Binaries, binaries } from './build.ts';
import type { Options } from './options.ts';
import { printResults, type Results } from './results.ts';

/** The suite's own report, as it was when something in it last changed. */
const keptReport = join(import.meta.dirname, 'reports', 'conformance-report.yaml');
/** Of the pool; a Gateway of the suite asks for it. */
const usableAddress = '10.99.0.200';
/** Outside of the pool, and held by somebody else. */
const unusableAddress = '10.99.1.1';
/** Soon: some tests look only once that something does not happen, and must not look before it could have. */
const minSyncPeriod = '20ms';
const suiteTimeout = '25m';
/** In lines of the suite's output that say how a test went. */
const progressMark = '### ';
const linesOfFailure = 25;

/** Starts the lab, runs the suite in the client's namespace, and prints the results. @returns the exit code. */
export async function runConformance(options: Options, report: (line: string) => void): Promise<number> {
  const programs = binaries();
  const lab = await startLab({
    report,
    commandOf: (image) => commandOf(image, programs),
    minSyncPeriod,
    logs: options.logs,
  });
  await holdUnusableAddress(lab);
  const resultsPath = join(lab.controlPlane.folder, 'results.json');
  const reportPath = join(lab.controlPlane.folder, 'report.yaml');
  const run = runSuite(programs, lab, { options, report, resultsPath, reportPath });
  const code = await Promise.race([run, failWhenBroken(lab)]);
  if (options.run === '') await keepReport(reportPath);
  const results = JSON.parse(await readFile(resultsPath, 'utf8')) as Results;
  return printResults(results, options) || code;
}

function commandOf(image: string, { echo, coredns }: Binaries): readonly string[] | undefined {
  if (image.startsWith('registry.k8s.io/gateway-api/echo-basic:')) return [echo];
  if (image.startsWith('registry.k8s.io/coredns/coredns:')) return [coredns];
  return undefined;
}

async function failWhenBroken({ broken }: Lab): Promise<never> {
  throw new Error(await broken);
}

/** An entry in the ledger of addresses that is not of our controller. */
async function holdUnusableAddress({ controlPlane }: Lab): Promise<void> {
  const client = connect({ kubeconfig: controlPlane.kubeconfigPath, userAgent: 'conformance', now: Date.now });
  const answer = await client.request({
    method: 'POST',
    path: '/apis/networking.k8s.io/v1/ipaddresses',
    body: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IPAddress',
      metadata: { name: unusableAddress, labels: { 'ipaddress.kubernetes.io/managed-by': 'somebody-else' } },
      spec: { parentRef: { resource: 'namespaces', name: 'default' } },
    },
  });
  if ('failure' in answer) throw new Error(`IPAddress ${unusableAddress}: ${answer.failure.message}`);
  await client.close();
}

interface SuiteRun {
  readonly options: Options;
  readonly report: (line: string) => void;
  readonly resultsPath: string;
  readonly reportPath: string;
}

async function runSuite({ suite }: Binaries, lab: Lab, run: SuiteRun): Promise<number> {
  const { options, report, resultsPath, reportPath } = run;
  const command = [suite, '-test.v', `-test.timeout=${suiteTimeout}`, '-test.failfast=false'];
  const [program, ...args] = inNamespace(clientNamespace, command);
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      KUBECONFIG: lab.controlPlane.kubeconfigPath,
      CONFORMANCE_GATEWAY_CLASS: className,
      CONFORMANCE_RESULTS: resultsPath,
      // A part of the tests makes no report.
      CONFORMANCE_REPORT: options.run === '' ? reportPath : '',
      CONFORMANCE_RUN: options.run,
      CONFORMANCE_VERSION: process.env.npm_package_version ?? '',
      CONFORMANCE_USABLE_ADDRESS: usableAddress,
      CONFORMANCE_UNUSABLE_ADDRESS: unusableAddress,
    },
  });
  const log = createWriteStream(join(lab.logs, 'suite.log'));
  const show = showProgress(report);
  const reading = [child.stdout, child.stderr].map(async (stream) => {
    for await (const line of createInterface({ input: stream })) {
      log.write(`${line}\n`);
      show(line);
    }
  });
  const end = await endOf(child);
  await Promise.all(reading);
  log.end();
  await once(log, 'close');
  return end === 0 ? 0 : 1;
}

/** Takes the suite's output, and reports each test that is over; of one that failed also what it said last. */
function showProgress(report: (line: string) => void): (line: string) => void {
  let recent: string[] = [];
  return (line) => {
    if (line.startsWith('=== RUN')) recent = [];
    const mark = line.indexOf(progressMark);
    if (mark < 0) {
      recent = [...recent, line].slice(-linesOfFailure);
      // Checks of ours, beside the tests of upstream.
      if (line.startsWith('--- FAIL: Test')) report([line.slice(4), ...recent.slice(0, -1)].join('\n'));
      return;
    }
    const verdict = line.slice(mark + progressMark.length);
    report(verdict.startsWith('FAILED') ? [verdict, ...recent].join('\n') : verdict);
  };
}

/** A report that says the same, but for its date, is not worth a change of the file. */
async function keepReport(path: string): Promise<void> {
  const [report, kept] = await Promise.all([path, keptReport].map((file) => readFile(file, 'utf8').catch(() => '')));
  const undated = (text = ''): string => text.replace(/^date: .*$/m, '');
  if (report === undefined || undated(report) === undated(kept)) return;
  await mkdir(dirname(keptReport), { recursive: true });
  await writeFile(keptReport, report);
}
