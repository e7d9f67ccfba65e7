import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { WriteRecord } from '../support/test-server.ts';
import { type ApiClient, harnessUserAgent } from './api-client.ts';

/** User that the controller manager acts as; its writes, like the API server's own, are not in the audit log. */
export const controllerManagerUser = 'system:kube-controller-manager';

const markerTimeoutMs = 10_000;

/** Audit policy: every write that a client makes, once, when it has been answered. */
export function auditPolicy(): string {
  return stringify({
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [
      { level: 'None', users: ['system:apiserver', controllerManagerUser] },
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
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(({ stage }) => stage === 'ResponseComplete')
    .map(toWriteRecord);
}

/** The part of `audit.k8s.io/v1` Event that we read. */
interface AuditEvent {
  readonly stage: string;
  readonly verb: WriteRecord['verb'];
  readonly userAgent?: string;
  readonly objectRef?: { resource?: string; subresource?: string; namespace?: string; name?: string };
  readonly responseStatus?: { code?: number };
}

function toWriteRecord({ verb, userAgent = '', objectRef = {}, responseStatus }: AuditEvent): WriteRecord {
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
