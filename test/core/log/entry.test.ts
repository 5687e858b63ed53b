import { describe, expect, test } from '@jest/globals';
import { clip, encodeEntry, entryOf, parseEntry, reference } from '../../../core/log/entry.ts';

const at = new Date('2026-11-25T01:02:03.004Z');
const proposed = { repo: 'acme/nodes', pr: 12, base: 'b'.repeat(40), head: 'a'.repeat(40), author: 'mona' };
const bytes = (text: string) => new TextEncoder().encode(text);

describe('log entries', () => {
  test('an entry is canonical JSON in a versioned envelope', () => {
    const entry = entryOf('key', at, { vkey: 'log+12345678+AA==', previous: null });
    expect(new TextDecoder().decode(encodeEntry(entry))).toBe(
      '{"at":"2026-11-25T01:02:03.004Z","data":{"previous":null,"vkey":"log+12345678+AA=="},"key":"key/log%2B12345678%2BAA%3D%3D","kind":"key","v":1}',
    );
  });

  test('what was encoded is parsed', () => {
    const entry = entryOf('change.proposed', at, proposed);
    expect(parseEntry(encodeEntry(entry))).toEqual(entry);
  });

  test('the same event has the same key whenever it is recorded, another event has another', () => {
    const key = (data: typeof proposed, when = at) => entryOf('change.proposed', when, data).key;
    expect(key(proposed, new Date(0))).toBe(key(proposed));
    expect(key({ ...proposed, pr: 13 })).not.toBe(key(proposed));
    expect(key({ ...proposed, repo: 'acme/nodes/12', pr: 1 })).not.toBe(
      key({ ...proposed, repo: 'acme/nodes', pr: 121 }),
    );
  });

  test('data that is not what the kind holds is refused', () => {
    expect(() => entryOf('change.proposed', at, { ...proposed, pr: 0 })).toThrow('pr');
    expect(() => entryOf('change.proposed', at, { ...proposed, author: '\ud800' })).toThrow('surrogate');
  });

  test.each([
    ['bytes that are no UTF-8', Uint8Array.of(0xff)],
    ['no JSON', bytes('{')],
    ['spaces', bytes('{ "v":1}')],
    ['keys in another order', bytes('{"v":1,"at":"2026-11-25T01:02:03.004Z","data":{},"key":"k","kind":"key"}')],
    ['a key twice', bytes('{"a":1,"a":1}')],
    ['another version', bytes('{"at":"2026-11-25T01:02:03.004Z","data":{},"key":"k","kind":"key","v":2}')],
    ['a kind of the future', bytes('{"at":"2026-11-25T01:02:03.004Z","data":{},"key":"k","kind":"constructor","v":1}')],
    ['data of another kind', bytes('{"at":"2026-11-25T01:02:03.004Z","data":{},"key":"k","kind":"key","v":1}')],
    ['a local time', bytes('{"at":"2026-11-25T01:02:03.004","data":{},"key":"k","kind":"key","v":1}')],
    ['one more member', bytes('{"at":"2026-11-25T01:02:03.004Z","data":{},"key":"k","kind":"key","v":1,"x":1}')],
    ['nesting that would exhaust the stack', bytes('['.repeat(30_000) + ']'.repeat(30_000))],
  ])('an entry with %s is refused', (_, entry) => {
    expect(() => parseEntry(entry)).toThrow(expect.objectContaining({ code: 'bad-entry' }));
  });

  test('data of a later version with more members still parses', () => {
    const entry = entryOf('key', at, { vkey: 'log', previous: null });
    const later = new TextDecoder().decode(encodeEntry(entry)).replace('"vkey"', '"reason":"planned","vkey"');
    expect(parseEntry(bytes(later)).kind).toBe('key');
  });
});

describe('content of entries', () => {
  test('small content stands in the entry with its digest', () => {
    const { sha256, count, content } = reference({ b: 1, a: 2 }, 2);
    expect({ count, content }).toEqual({ count: 2, content: { b: 1, a: 2 } });
    expect(reference({ a: 2, b: 1 }, 2).sha256).toBe(sha256);
  });

  test('large content is there by its digest only, so that the entry fits', () => {
    const digests = Object.fromEntries(
      Array.from({ length: 2000 }, (_, index) => [`node-${index}`, { '/var/lib/kubelet/config.yaml': 'a'.repeat(64) }]),
    );
    const entry = entryOf('merged', at, {
      repo: 'acme/nodes',
      pr: 12,
      ref: 'refs/heads/main',
      head: 'a'.repeat(40),
      commit: 'c'.repeat(40),
      tree: 'd'.repeat(40),
      digest: `sha256:${'e'.repeat(64)}`,
      approved: true,
      approvers: ['hubot'],
      mergedBy: 'mona',
      hostDigests: reference(digests, 2000),
    });
    expect(encodeEntry(entry).length).toBeLessThan(1000);
    expect(entry.kind === 'merged' && entry.data.hostDigests).toMatchObject({ count: 2000, content: null });
  });

  test('a sentence is cut without breaking a character', () => {
    expect(clip('x'.repeat(600))).toHaveLength(500);
    expect(clip(`${'x'.repeat(499)}😀`)).toBe(`${'x'.repeat(499)}\ufffd`);
    expect(clip('fine 😀')).toBe('fine 😀');
  });
});
