import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Events } from '../../src/effects/events.ts';
import type { Happening } from '../../src/gateway/happening.ts';
import type { ApiRequest, ApiResult } from '../../src/kubernetes/client.ts';
import type { Failure } from '../../src/kubernetes/failure.ts';
import { kinds } from '../../src/kubernetes/kinds.ts';
import { Clock } from '../gateway/clock.ts';

interface EventBody {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly reportingController: string;
  readonly note: string;
  readonly series?: { readonly count: number };
}

/** Events on a server that answers at once, as the test says. */
class Bench {
  readonly clock = new Clock();
  readonly requests: ApiRequest[] = [];
  readonly results: string[] = [];
  readonly failures: (Failure['kind'] | 'too many')[] = [];
  /** What the server answers with next; else it takes everything. */
  readonly answers: (Partial<Failure> & Pick<Failure, 'kind'>)[] = [];
  /** Resolves when no other write is under way. */
  others: Promise<void> = Promise.resolve();
  readonly events: Events;

  constructor(controllerName = 'a.example/b') {
    this.events = new Events({
      controllerName,
      instance: 'pod-1',
      versionOf: (kind) => kinds[kind].versions[0] ?? 'v1',
      now: () => this.clock.now,
      after: (ms, action) => this.clock.after(ms, action),
      onError: (error) => assert.fail(String(error)),
      onResult: (result) => this.results.push(result),
      onFailure: (failure) => this.failures.push(failure?.kind ?? 'too many'),
      send: async (request) => this.#answer(request),
      whenIdle: () => this.others,
    });
  }

  /** Lets something happen so many times, each told to the server before the next. */
  async happens(happening: Partial<Happening> = {}, times = 1): Promise<void> {
    for (let time = 0; time < times; time += 1) {
      this.events.record({ ...told, ...happening });
      await written();
    }
  }

  get created(): readonly EventBody[] {
    return this.requests.filter(({ method }) => method === 'POST').map(({ body }) => body as EventBody);
  }

  get counts(): readonly (number | undefined)[] {
    return this.requests
      .filter(({ method }) => method === 'PATCH')
      .map(({ body }) => (body as EventBody).series?.count);
  }

  #answer(request: ApiRequest): ApiResult {
    this.requests.push(request);
    const failure = this.answers.shift();
    return failure === undefined ? { body: {} } : { failure: { code: 400, message: failure.kind, ...failure } };
  }
}

const told: Happening = {
  type: 'Normal',
  reason: 'AddressAssigned',
  action: 'Assign',
  note: '10.0.0.1 is assigned',
  regarding: { key: 'Gateway/default/gw', uid: 'gw-1' },
};

const written = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('An Event', () => {
  test('says what happened to which object, in the form of events.k8s.io/v1', async () => {
    const bench = new Bench();
    await bench.happens({ related: { key: 'Service/apps/web', uid: 'web-1' } });
    const [request] = bench.requests;
    assert.equal(request?.path, '/apis/events.k8s.io/v1/namespaces/default/events');
    const { metadata, ...body } = bench.created[0] ?? assert.fail();
    assert.match(metadata.name, /^gw\.[0-9a-f]+$/);
    assert.deepEqual(body, {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      eventTime: '2026-01-01T12:00:00.000000Z',
      reportingController: 'a.example/b',
      reportingInstance: 'pod-1',
      type: 'Normal',
      reason: 'AddressAssigned',
      action: 'Assign',
      note: '10.0.0.1 is assigned',
      regarding: {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'Gateway',
        namespace: 'default',
        name: 'gw',
        uid: 'gw-1',
      },
      related: { apiVersion: 'v1', kind: 'Service', namespace: 'apps', name: 'web', uid: 'web-1' },
    });
  });

  test('about an object without a namespace lives in default, under a legal name', async () => {
    const bench = new Bench();
    await bench.happens({ regarding: { key: 'IPAddress//2001:db8::1', uid: 'ip-1' } });
    assert.match(bench.created[0]?.metadata.name ?? '', /^2001-db8--1\.[0-9a-f]+$/);
    assert.equal(bench.created[0]?.metadata.namespace, 'default');
  });

  test('has a legal name, and a note of at most 1024 bytes, whatever there is to say', async () => {
    const bench = new Bench('a.example/b/c/d');
    await bench.happens({ note: 'ü'.repeat(900), regarding: { key: `Gateway/default/${'g'.repeat(253)}`, uid: 'g' } });
    const [created] = bench.created;
    assert.ok((created?.metadata.name.length ?? 0) <= 253);
    assert.ok(Buffer.byteLength(created?.note ?? '') <= 1024);
    assert.match(created?.note ?? '', /ü\.\.\.$/);
    assert.match(created?.reportingController ?? '', /^a\.example\/[A-Za-z0-9._-]{1,63}$/);
  });
});

describe('What happens again', () => {
  test('is a series in one Event', async () => {
    const bench = new Bench();
    await bench.happens({}, 4);
    assert.equal(bench.created.length, 1);
    assert.deepEqual(bench.counts, [2, 3, 4]);
    assert.ok(bench.requests[1]?.path.endsWith(`/${bench.created[0]?.metadata.name}`));
  });

  test('with another note, or to another object, is another Event', async () => {
    const bench = new Bench();
    await bench.happens();
    await bench.happens({ note: '10.0.0.2 is assigned' });
    await bench.happens({ regarding: { key: 'Gateway/default/gw', uid: 'gw-2' } });
    assert.equal(bench.created.length, 3);
    assert.equal(new Set(bench.created.map(({ metadata }) => metadata.name)).size, 3);
  });

  test('while the first is on its way takes one more request for all of it', async () => {
    const bench = new Bench();
    for (let time = 0; time < 8; time += 1) bench.events.record(told);
    await written();
    assert.deepEqual([bench.created.length, bench.counts], [1, [8]]);
  });

  test('after six minutes is a new Event', async () => {
    const bench = new Bench();
    await bench.happens();
    bench.clock.advance(360_001);
    await bench.happens();
    assert.deepEqual([bench.created.length, bench.counts], [2, []]);
  });

  test('is a new Event where the server has forgotten the old one', async () => {
    const bench = new Bench();
    await bench.happens();
    bench.answers.push({ kind: 'absent' });
    await bench.happens();
    assert.deepEqual([bench.created.length, bench.counts], [2, [2]]);
    assert.deepEqual(bench.failures, []);
  });

  test('is told once where that is asked for, also where an earlier process has told it', async () => {
    const bench = new Bench();
    const other = new Bench();
    await bench.happens({ once: 'x' }, 3);
    other.answers.push({ kind: 'exists' });
    await other.happens({ once: 'x' }, 2);
    assert.equal(bench.created.length, 1);
    assert.equal(other.created[0]?.metadata.name, bench.created[0]?.metadata.name);
    assert.deepEqual([other.results, other.failures], [['known'], []]);
  });
});

describe('Of many Events', () => {
  test('an object has 10 at once and 10 a minute', async () => {
    const bench = new Bench();
    const happen = async (from: number): Promise<number> => {
      const before = bench.created.length;
      for (let index = 0; index < 30; index += 1) await bench.happens({ note: `${from + index}` });
      return bench.created.length - before;
    };
    assert.equal(await happen(0), 10);
    bench.clock.advance(60_000);
    assert.equal(await happen(100), 10);
    await bench.happens({ regarding: { key: 'Gateway/default/other', uid: 'other' } });
    assert.equal(bench.created.length, 21, 'another object has its own');
    assert.equal(bench.results.filter((result) => result === 'limited').length, 40);
  });

  test('a series is brought up to date when its object may have Events again', async () => {
    const bench = new Bench();
    await bench.happens({}, 25);
    assert.equal(bench.counts.at(-1), 10);
    bench.clock.advance(10_000);
    await written();
    assert.equal(bench.counts.at(-1), 25);
  });

  test('a clock that is set back gives no more, and no fewer', async () => {
    const bench = new Bench();
    await bench.happens({}, 5);
    bench.clock.advance(-3_600_000);
    for (let index = 0; index < 30; index += 1) await bench.happens({ note: `${index}` });
    assert.equal(bench.created.length, 6);
  });

  test('the oldest are dropped where they come faster than they are written', async () => {
    const bench = new Bench();
    for (let index = 0; index < 10_100; index += 1) {
      bench.events.record({ ...told, regarding: { key: `Gateway/default/gw-${index}`, uid: `${index}` } });
    }
    await bench.events.close();
    assert.equal(bench.created.length, 10_000);
    assert.match(bench.created.at(-1)?.metadata.name ?? '', /^gw-10099\./);
    assert.equal(bench.results.filter((result) => result === 'dropped').length, 100);
    assert.ok(bench.failures.includes('too many'));
  });
});

describe('Beside other writes an Event', () => {
  test('waits until these are done', async () => {
    const bench = new Bench();
    const { promise, resolve } = Promise.withResolvers<void>();
    bench.others = promise;
    await bench.happens();
    assert.equal(bench.created.length, 0);
    resolve();
    await written();
    assert.equal(bench.created.length, 1);
  });

  test('waits no longer than a second', async () => {
    const bench = new Bench();
    bench.others = new Promise(() => {});
    for (const note of ['a', 'b']) await bench.happens({ note });
    bench.clock.advance(1_000);
    await written();
    assert.deepEqual(
      bench.created.map(({ note }) => note),
      ['a'],
    );
    bench.clock.advance(1_000);
    await written();
    assert.equal(bench.created.length, 2);
  });

  test('waits no more when everything stops', async () => {
    const bench = new Bench();
    bench.others = new Promise(() => {});
    for (const note of ['a', 'b']) await bench.happens({ note });
    await bench.events.close();
    assert.equal(bench.created.length, 2);
    assert.deepEqual(bench.clock.delays, []);
  });
});

describe('An Event that is not taken', () => {
  test('is given up, and said; the next one is written', async () => {
    const bench = new Bench();
    bench.answers.push({ kind: 'forbidden', code: 403 });
    await bench.happens();
    await bench.happens({ note: 'other' });
    assert.deepEqual([bench.failures, bench.results], [['forbidden'], ['failed', 'written']]);
  });

  test('is tried once more where there was no answer, and no more than that', async () => {
    const bench = new Bench();
    const lost = { kind: 'retry', code: 0 } as const;
    bench.answers.push(lost);
    await bench.happens();
    assert.deepEqual(bench.results, ['written']);
    bench.answers.push(lost, lost);
    await bench.happens({ note: 'other' });
    assert.deepEqual([bench.results, bench.requests.length], [['written', 'failed'], 4]);
  });

  test('ends the rest when everything stops', async () => {
    const bench = new Bench();
    bench.answers.push({ kind: 'retry', code: 503 });
    for (const note of ['a', 'b', 'c']) bench.events.record({ ...told, note });
    await bench.events.close();
    assert.equal(bench.requests.length, 1);
    await bench.happens({ note: 'later' });
    assert.equal(bench.requests.length, 1);
  });
});
