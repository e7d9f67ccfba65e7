import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { ApiClient, ApiResult } from '../kubernetes/client.ts';
import { describeError, type Failure } from '../kubernetes/failure.ts';
import type { ActorKind, ObjectKey } from '../objects/keys.ts';
import { noSuchActor } from '../observability/pages.ts';

/** How the running controller is reached. */
export interface ControllerPlace {
  /** Base URL of its metrics port; empty: by the API server's proxy to its Pod. */
  readonly url: string;
  /** Of its Pods. */
  readonly namespace: string;
}

/** What the running actor told; see `ActorReport`. */
export type LiveActor = z.infer<typeof actorReport>;

export type Reached =
  | { readonly actor: LiveActor }
  /** Who was asked, and has no actor for the object. */
  | { readonly unknownAt: string }
  /** Why. */
  | { readonly unreachable: string };

const answerMs = 5_000;
const podSelector = 'app.kubernetes.io/name=gateway-api-controller';
const metricsPort = 8080;

const actorReport = z.object({
  state: z.string(),
  since: z.number(),
  depth: z.number(),
  guard: z.string().optional(),
  events: z.array(z.object({ at: z.number(), event: z.string(), state: z.string(), times: z.number() })),
});

const podList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({
        containers: z.array(
          z.object({
            ports: z.array(z.object({ name: z.string().optional(), containerPort: z.number() })).optional(),
          }),
        ),
      }),
      status: z.object({ phase: z.string().optional() }).optional(),
    }),
  ),
});

type Pod = z.infer<typeof podList>['items'][number];

/** Asks the running controller for what the actor of an object did last. Never throws, and waits a few seconds at most. */
export async function askController(
  key: ObjectKey<ActorKind>,
  place: ControllerPlace,
  client: Pick<ApiClient, 'request'>,
): Promise<Reached> {
  const path = `debug/actors/${key.split('/').map(encodeURIComponent).join('/')}`;
  return place.url === '' ? askPods(path, place.namespace, client) : askUrl(`${place.url.replace(/\/$/, '')}/${path}`);
}

async function askUrl(url: string): Promise<Reached> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(answerMs) });
    if (!answer.ok)
      return readRefusal(`${url} answers ${answer.status}`, { code: answer.status, message: await answer.text() });
    return readReport(await answer.json(), url);
  } catch (error) {
    return { unreachable: `${url}: ${error instanceof Error ? describeError(error) : String(error)}` };
  }
}

/** One Pod after the other: a standby does not know. */
async function askPods(path: string, namespace: string, client: Pick<ApiClient, 'request'>): Promise<Reached> {
  const base = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  const query = `labelSelector=${encodeURIComponent(podSelector)}`;
  const listed = await inTime(client.request({ method: 'GET', path: `${base}?${query}` }));
  if ('failure' in listed) return { unreachable: `Pods in namespace ${namespace}: ${listed.failure.message}` };
  const parsed = podList.safeParse(listed.body);
  const pods = (parsed.data?.items ?? []).filter(({ status }) => status?.phase === 'Running');
  let reached: Reached = { unreachable: `no running Pod with label ${podSelector} in namespace ${namespace}` };
  for (const pod of pods) {
    const target = `${encodeURIComponent(pod.metadata.name)}:${portOf(pod)}`;
    const answer = await inTime(client.request({ method: 'GET', path: `${base}/${target}/proxy/${path}` }));
    const name = `Pod ${namespace}/${pod.metadata.name}`;
    if ('body' in answer) return readReport(answer.body, name);
    reached = readRefusal(name, answer.failure);
    if ('unknownAt' in reached) return reached;
  }
  return reached;
}

/** An answer that is no report: the controller's own that it has no actor, or somebody's that there is none. */
function readRefusal(source: string, { code, message }: Pick<Failure, 'code' | 'message'>): Reached {
  const text = message.trim();
  return code === 404 && text === noSuchActor ? { unknownAt: source } : { unreachable: `${source}: ${text}` };
}

function portOf({ spec }: Pod): number {
  const ports = spec.containers.flatMap((container) => container.ports ?? []);
  return ports.find(({ name }) => name === 'metrics')?.containerPort ?? metricsPort;
}

function readReport(body: unknown, source: string): Reached {
  const parsed = actorReport.safeParse(body);
  return parsed.success ? { actor: parsed.data } : { unreachable: `${source} answers with something else` };
}

async function inTime(request: Promise<ApiResult>): Promise<ApiResult> {
  const stop = new AbortController();
  const late = sleep(answerMs, undefined, { signal: stop.signal }).then(
    (): ApiResult => ({ failure: { kind: 'retry', code: 0, message: `no answer within ${answerMs / 1000} s` } }),
  );
  try {
    return await Promise.race([request, late]);
  } finally {
    stop.abort();
    late.catch(() => {});
  }
}
