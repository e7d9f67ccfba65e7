import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readLines } from '../../src/kubernetes/lines.ts';
import { parseWatchEvent } from '../../src/kubernetes/watch-event.ts';

async function* chunksOf(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const cut of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
    const to = Math.min(cut, bytes.length);
    if (to > from) yield bytes.subarray(from, to);
    from = Math.max(from, to);
  }
}

async function linesOf(text: string, cuts: readonly number[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(chunksOf(Buffer.from(text), cuts))) lines.push(line);
  return lines;
}

describe('lines of a stream', () => {
  test('are the same wherever the stream is cut, also within a character', async () => {
    const character = fc.constantFrom('a', 'é', '漢', '😀', '\n', '"');
    const text = fc.array(character, { maxLength: 40 }).map((list) => list.join(''));
    const property = fc.asyncProperty(text, fc.array(fc.nat(80)), async (whole, cuts) => {
      const expected = whole.split('\n').filter((line) => line !== '');
      assert.deepEqual(await linesOf(whole, cuts), expected);
    });
    await fc.assert(property);
  });

  test('end with what stands behind the last newline', async () => {
    assert.deepEqual(await linesOf('a\n\nb', []), ['a', 'b']);
  });
});

describe('a watch event', () => {
  for (const type of ['ADDED', 'MODIFIED', 'DELETED'] as const) {
    test(`${type} has its object and version`, () => {
      const object = { metadata: { resourceVersion: '7' } };
      assert.deepEqual(parseWatchEvent(JSON.stringify({ type, object })), { type, object, resourceVersion: '7' });
    });
  }

  test('BOOKMARK has version and annotations', () => {
    const metadata = { resourceVersion: '9', annotations: { 'k8s.io/initial-events-end': 'true' } };
    const event = parseWatchEvent(JSON.stringify({ type: 'BOOKMARK', object: { metadata } }));
    assert.deepEqual(event, { type: 'BOOKMARK', ...metadata });
  });

  test('ERROR is a failure by its code', () => {
    const event = parseWatchEvent('{"type":"ERROR","object":{"code":410,"reason":"Expired","message":"too old"}}');
    assert.deepEqual(event, { type: 'ERROR', failure: { kind: 'gone', code: 410, message: 'too old' } });
  });

  for (const line of ['{}', '{"type":"NEWS"}', '{"type":"ERROR"}', '{"type":7,"object":{}}']) {
    test(`${line} is a failure that is tried again`, () => {
      const event = parseWatchEvent(line);
      assert.equal(event.type === 'ERROR' && event.failure.kind, 'retry');
    });
  }

  for (const line of [
    '{"type":"ADDED","obj',
    'null',
    '7',
    '"text"',
    '[]',
    '{"type":"ADDED"}',
    '{"type":"BOOKMARK","object":null}',
  ]) {
    test(`${line} never throws anything but a SyntaxError`, () => {
      try {
        parseWatchEvent(line);
      } catch (error) {
        assert.ok(error instanceof SyntaxError, String(error));
      }
    });
  }
});
