import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import { controllerAccount, userOf } from '../support/shipped-rules.ts';
import type { WriteRecord } from '../support/test-server.ts';
import { type ApiClient, harnessUserAgent } from './api-client.ts';

/** User that the controller manager acts as; its writes, like the API server's own, are not in the audit log. */
export const controllerManagerUser = 'system:kube-controller-manager';

const markerTimeoutMs = 10_000;

/** Audit policy: every write that a client makes, and all that the controller's account asks for, when answered. */
export function auditPolicy(): string {
  return stringify({
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [
      { level: 'None', users: ['system:apiserver', controllerManagerUser] },
      { level: 'Metadata', users: [userOf(controllerAccount)] },
      { level: 'Metadata', verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] },
    ],
  });
}

/**
 * The writes in an audit log, in the order in which they were answered. An entry is written just after its answer
 * is sent; so a marker request is made first and waited for. Requests of the harness itself are left out.
 */
export async function readWrites(auditLog: string, client: ApiClient): Promise<readonly WriteRecord[]> {
  const marker = `audit-marker-${randomUUID()}`;
  await client.request('DELETE', `/api/v1/namespaces/default/configmaps/${marker}`);
  const deadline = performance.now() + markerTimeoutMs;
  for (;;) {
    const records = parseAuditLog(await readFile(auditLog, 'utf8'));
    if (records.some(({ name }) => name === marker)) {
      return records.filter(({ userAgent }) => userAgent !== harnessUserAgent);
    }
    if (performance.now() > deadline) throw new Error(`no answered request appears in the audit log ${auditLog}`);
    await delay(10);
  }
}

/** The write requests in the text of an audit log; a last line that is not complete yet is left out. */
export function parseAuditLog(text: string): readonly WriteRecord[] {
  return parseEvents(text)
    .filter(isWrite)
    .filter(({ stage }) => stage === 'ResponseComplete')
    .map(toWriteRecord);
}

/** What a client asked for about an API object. */
export interface AccessRecord {
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  /** With the subresource behind a slash. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly isAllowed: boolean;
}

export interface Asker {
  readonly username: string;
  /** Whole. */
  readonly userAgent: string;
}

/** What somebody asked for, in the text of an audit log; discovery and the like, which everyone may read, is left out. */
export function parseAccess(text: string, asker: Asker): readonly AccessRecord[] {
  const ofAsker = parseEvents(text).filter(
    ({ user, userAgent }) => user?.username === asker.username && userAgent === asker.userAgent,
  );
  return ofAsker.flatMap(({ verb, objectRef, annotations }) => {
    if (objectRef?.resource === undefined) return [];
    const { apiGroup: group = '', resource, subresource, namespace = '', name = '' } = objectRef;
    const path = subresource === undefined ? resource : `${resource}/${subresource}`;
    const isAllowed = annotations?.['authorization.k8s.io/decision'] === 'allow';
    return [{ verb, group, resource: path, namespace, name, isAllowed }];
  });
}

function parseEvents(text: string): readonly AuditEvent[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEvent);
}

const writing: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

function isWrite(event: AuditEvent): event is AuditEvent & Pick<WriteRecord, 'verb'> {
  return writing.has(event.verb);
}

/** The part of `audit.k8s.io/v1` Event that we read. */
interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly user?: { readonly username?: string };
  readonly annotations?: Readonly<Record<string, string>>;
  readonly userAgent?: string;
  readonly objectRef?: {
    apiGroup?: string;
    resource?: string;
    subresource?: string;
    namespace?: string;
    name?: string;
  };
  readonly responseStatus?: { code?: number };
}

function toWriteRecord({
  verb,
  userAgent = '',
  objectRef = {},
  responseStatus,
}: AuditEvent & Pick<WriteRecord, 'verb'>): WriteRecord {
  const { resource = '', subresource, namespace = '', name = '' } = objectRef;
  return {
    verb,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    // The API server's request info puts a Namespace into itself.
    namespace: resource === 'namespaces' ? '' : namespace,
    name,
    userAgent,
    code: responseStatus?.code ?? 0,
  };
}
