import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { explain } from '../../../src/cli/explain.ts';
import type { Fixture } from '../../support/fixture.ts';
import { ApiError, eventually } from '../../support/server.ts';
import type { ClassObject, RouteObject } from '../objects.ts';
import type { BadInput, ExplainedKind } from './bad-input.ts';

/** Nobody listens there: what `explain` says has to come from the objects. */
const nowhere = ['-controller-url', 'http://127.0.0.1:9'];

interface Told {
  readonly code: number;
  readonly stdout: string;
}

/** Runs `explain` in this process: a process of its own for each case would take most of the time. */
async function tell(f: Fixture, words: readonly string[], flags: readonly string[] = []): Promise<Told> {
  let stdout = '';
  const sink = { write: (text: string) => (stdout += text) };
  const kubeconfig = ['-kubeconfig', f.server.controllerKubeconfigPath];
  const argv = [...words, ...kubeconfig, ...f.flags, ...nowhere, ...flags];
  const code = await explain(argv, { stdout: sink, stderr: { write: () => {} } });
  return { code, stdout: stripVTControlCharacters(stdout) };
}

/** The type, status, reason and message of each condition that the controller wrote, or would write. */
interface Said {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

function said(conditions: readonly Said[]): readonly string[] {
  return conditions.map(({ type, status, reason, message }) => `${type}=${status}/${reason}: ${message}`);
}

/** What stands in the object's status, by this controller. */
async function written(f: Fixture, kind: ExplainedKind, name: string): Promise<readonly Said[]> {
  if (kind === 'TCPRoute' || kind === 'UDPRoute') {
    const { status } = await f.get<RouteObject>(kind, name);
    const entries = (status?.parents ?? []).filter(({ controllerName }) => controllerName === f.controllerName);
    return entries.flatMap(({ conditions }) => conditions ?? []);
  }
  return (await f.get<ClassObject>(kind, name)).status?.conditions ?? [];
}

/** @returns whether the API server let it in. */
async function make(f: Fixture, { before, given = () => [], refusal }: BadInput): Promise<boolean> {
  await before?.(f);
  try {
    await f.create(...given(f));
    return true;
  } catch (error) {
    if (refusal === undefined || !(error instanceof ApiError)) throw error;
    assert.match(error.message, refusal);
    return false;
  }
}

async function settle(
  f: Fixture,
  { isTriedAgain = false, kind, object = () => 'bad', cause }: BadInput,
): Promise<void> {
  if (!isTriedAgain) return f.settle();
  await eventually(async () => {
    const conditions = await written(f, kind, object(f));
    return conditions.some(({ message }) => cause(f).test(message));
  });
}

/** Makes what is bad, lets a controller look at it, and wants its first line from `explain`. */
export async function checkExplained(f: Fixture, bad: BadInput, t: TestContext): Promise<void> {
  if (!(await make(f, bad))) {
    t.diagnostic('the API server does not let it in');
    return;
  }
  const { kind, object = () => 'bad', flags = [], state, isReady = false } = bad;
  await f.start(...flags);
  await settle(f, bad);
  if (bad.after !== undefined) {
    await bad.after(f);
    await f.settle();
  }
  const name = kind === 'GatewayClass' ? object(f) : `${f.namespace}/${object(f)}`;
  const { code, stdout } = await tell(f, [kind.toLowerCase(), name], flags);
  const [line = ''] = stdout.split('\n');
  assert.ok(line.startsWith(`${kind} ${name} is ${state}: `), line);
  assert.match(line, bad.cause(f));
  assert.equal(code, isReady ? 0 : 1);
  if (state === 'Absent' || state === 'NotOurs') return;
  const json = await tell(f, [kind.toLowerCase(), name, '-output', 'json'], flags);
  const [explained] = JSON.parse(json.stdout) as { conditions: readonly Said[] }[];
  assert.deepEqual(said(explained?.conditions ?? []), said(await written(f, kind, object(f))), 'the same words');
}
