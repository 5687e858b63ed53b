import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { linesOfBody, readRunReport } from '../../../core/apply/run-report.ts';
import { counts, end, gate, linesOf, play, start, type Told, whole } from './build-report.ts';

const events: Told[] = whole([start(), gate(), play(['cp1']), end({ cp1: counts() })]);
const lines = linesOf(events);
const codes = (given: readonly string[]) => readRunReport(given).problems.map(({ code }) => code);

describe('the chain of a run report', () => {
  test('a whole report has no problems', () => {
    const report = readRunReport(lines);
    expect(report.problems).toEqual([]);
    expect(report.events.map(({ type }) => type)).toEqual(['run.start', 'run.gate', 'play.start', 'run.end']);
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ['lines missing at the start', lines.slice(2), ['gap']],
    ['a line missing in the middle', lines.toSpliced(1, 1), ['gap']],
    ['lines missing at the end', lines.slice(0, 3), ['no-end']],
    ['a line standing twice', lines.toSpliced(1, 0, lines[1]!), ['broken', 'gap']],
    ['no line at all', [], ['no-end']],
  ])('%s is a problem', (_, given, expected) => {
    expect(codes(given)).toEqual(expect.arrayContaining([expected[0]]));
  });

  test('a changed line breaks the chain', () => {
    const changed = lines.with(1, lines[1]!.replace('approved', 'denied'));
    expect(readRunReport(changed).problems).toEqual([
      { code: 'broken', seq: 2, message: 'line 2 does not follow from the line before it' },
    ]);
  });

  test('the last line cannot be taken away and the count changed without breaking it', () => {
    const shorter = linesOf([...events.slice(0, 2), events[3]!]);
    expect(readRunReport(shorter).problems).toMatchObject([
      { code: 'broken', message: 'the run wrote 3 events, not 2' },
    ]);
  });

  test('events after the end and a second start are no part of a run', () => {
    expect(codes(linesOf(whole([...events, gate()])))).toEqual(['no-end']);
    expect(codes(linesOf(whole([gate(), start(), end({})])))).toEqual(['broken']);
  });

  test('an event of a later version is part of the chain and nothing else', () => {
    const report = readRunReport(linesOf(whole([start(), ['run.comment', { text: 'hi' }], end({})])));
    expect(report.problems).toEqual([]);
    expect(report.events).toHaveLength(2);
  });

  test('an event that is not what its type holds is a problem with its line', () => {
    const report = readRunReport(linesOf(whole([start(), ['run.gate', { verdict: 'maybe' }], end({})])));
    expect(report.problems).toMatchObject([{ code: 'unreadable', seq: 1 }]);
  });

  test('lines of two runs are not one report', () => {
    const other = linesOf(events, '6f1c1f3e-8f0a-4a53-9a51-0d6f1f0c0002');
    expect(() => readRunReport([lines[0]!, other[1]!])).toThrow('lines of two runs');
  });
});

describe('a posted report', () => {
  const body = Buffer.from(`${lines.join('\n')}\n`);

  test.each([
    ['plain', body, undefined],
    ['packed with gzip', gzipSync(body), 'gzip'],
  ])('%s gives its lines', (_, given, encoding) => {
    expect(linesOfBody(given, encoding)).toEqual(lines);
  });

  test.each<[string, Uint8Array, string | undefined, string]>([
    ['nothing', Buffer.alloc(0), undefined, 'whole line'],
    ['half a line', body.subarray(0, -5), undefined, 'whole line'],
    ['an empty line', Buffer.from('\n'), undefined, 'line 1: it is not JSON'],
    ['a line that is no event', Buffer.from(`${lines[0]}\n{"v":1}\n`), undefined, 'line 2: '],
    ['bytes that are no text', Buffer.from([0xff, 10]), undefined, 'not UTF-8'],
    ['an escaped NUL', Buffer.from(`${lines[0]!.replace('ctl', 'c\\u0000l')}\n`), undefined, 'no database can keep'],
    [
      'half a character',
      Buffer.from(`${lines[0]!.replace('ctl', '\\\\\\ud83d')}\n`),
      undefined,
      'no database can keep',
    ],
    ['gzip that is none', body, 'gzip', 'not gzip'],
    ['half of a gzip', gzipSync(body).subarray(0, 40), 'gzip', 'not gzip'],
    ['another packing', body, 'br', 'another way than gzip'],
    [
      'a run id that is a path',
      Buffer.from(`${lines[0]!.replace(/"run":"[^"]+"/, '"run":"../../etc"')}\n`),
      undefined,
      'run',
    ],
  ])('with %s is refused as malformed', (_, given, encoding, message) => {
    expect(() => linesOfBody(given, encoding)).toThrow(expect.objectContaining({ code: 'malformed' }));
    expect(() => linesOfBody(given, encoding)).toThrow(message);
  });

  test.each<[string, Uint8Array, string | undefined]>([
    ['too many bytes', Buffer.alloc(17 * 1024 * 1024, 10), undefined],
    ['a bomb', gzipSync(Buffer.alloc(65 * 1024 * 1024, 10)), 'gzip'],
    ['a line too long', Buffer.from(`${' '.repeat(300_000)}\n`), undefined],
  ])('with %s is refused as too large', (_, given, encoding) => {
    expect(() => linesOfBody(given, encoding)).toThrow(expect.objectContaining({ code: 'too-large' }));
  });
});
