import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import {
  eventOf,
  parseRunLine,
  type RunEvent,
  type RunEventOf,
  type RunEventType,
  type RunLine,
  RunReportError,
} from './run-event.ts';

const MAX_BODY_BYTES = 16 * 1024 * 1024;
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;
const MAX_LINE_CHARACTERS = 256 * 1024;
const FIRST_PREV = '0'.repeat(64);

/**
 * The lines of a posted run report, each checked to be one: NDJSON, at most 64 MiB unpacked, 256 Ki characters a line.
 *
 * @param contentEncoding the header of the request; `gzip` or absent.
 * @throws RunReportError `too-large` or `malformed`; the message names the line.
 */
export function linesOfBody(body: Uint8Array, contentEncoding: string | undefined): string[] {
  if (body.length > MAX_BODY_BYTES) throw new RunReportError('too-large', 'the report is larger than 16 MiB');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(unpack(body, contentEncoding));
  } catch (error) {
    if (error instanceof RunReportError) throw error;
    throw new RunReportError('malformed', 'the report is not UTF-8');
  }
  if (!text.endsWith('\n')) throw new RunReportError('malformed', 'the report does not end with a whole line');
  const lines = text.slice(0, -1).split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.length > MAX_LINE_CHARACTERS)
      throw new RunReportError('too-large', `line ${index + 1} has more than 256 Ki characters`);
    try {
      parseRunLine(line);
    } catch (error) {
      throw new RunReportError('malformed', `line ${index + 1}: ${(error as Error).message}`);
    }
  }
  return lines;
}

function unpack(body: Uint8Array, contentEncoding: string | undefined): Uint8Array {
  if (contentEncoding === undefined || contentEncoding === 'identity') return body;
  if (contentEncoding !== 'gzip')
    throw new RunReportError('malformed', 'the report is packed in another way than gzip');
  try {
    return gunzipSync(body, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new RunReportError('too-large', 'the report unpacks to more than 64 MiB');
    throw new RunReportError('malformed', 'the report is not gzip');
  }
}

/**
 * Something that keeps a report from being whole. `gap`: lines have not arrived. `broken`: a line does not follow from
 * the one before it: the record was changed. `no-end`: the run did not come to its end, or its last lines have not
 * arrived. `unreadable`: a line is not what its type should hold.
 */
export type RunReportProblem = Readonly<{
  code: 'gap' | 'broken' | 'no-end' | 'unreadable';
  seq: number;
  message: string;
}>;

/** What arrived of a run, in order. A report without problems is the whole, unchanged record. */
export type RunReport = Readonly<{ events: readonly RunEvent[]; problems: readonly RunReportProblem[] }>;

/**
 * Reads the lines of one run, sorted by `seq`, and checks the chain over them. Lines may be missing anywhere: what is
 * there is read, and what is missing is a problem.
 *
 * @throws RunReportError `malformed` for a line that `linesOfBody` would not have let in, or lines of two runs.
 */
export function readRunReport(lines: readonly string[]): RunReport {
  const events: RunEvent[] = [];
  const problems: RunReportProblem[] = [];
  let previous: { line: string; at: RunLine } | null = null;
  for (const line of lines) {
    const at = parseRunLine(line);
    const seq: number = at.seq;
    if (previous !== null && previous.at.run !== at.run) throw new RunReportError('malformed', 'lines of two runs');
    const expected: number = previous === null ? 0 : previous.at.seq + 1;
    if (seq < expected) problems.push({ code: 'broken', seq, message: `line ${seq} stands twice or out of order` });
    else if (seq > expected) problems.push({ code: 'gap', seq: expected, message: missing(expected, seq - 1) });
    else if (at.prev !== (previous === null ? FIRST_PREV : sha256(previous.line)))
      problems.push({ code: 'broken', seq, message: `line ${seq} does not follow from the line before it` });
    try {
      const event = eventOf(at);
      if (event !== null) events.push(event);
    } catch (error) {
      problems.push({ code: 'unreadable', seq, message: `line ${seq} (${at.type}): ${(error as Error).message}` });
    }
    previous = { line, at };
  }
  problems.push(...problemsOfEnds(events, previous?.at ?? null));
  return { events, problems };
}

function problemsOfEnds(events: readonly RunEvent[], last: RunLine | null): RunReportProblem[] {
  const problems: RunReportProblem[] = [];
  const starts = events.filter(({ type }) => type === 'run.start');
  if (starts.some(({ seq }) => seq !== 0))
    problems.push({ code: 'broken', seq: starts[0]!.seq, message: 'the run starts in the middle of its record' });
  const end = eventsOf(events, 'run.end').at(-1);
  if (end === undefined || end.seq !== last?.seq)
    problems.push({ code: 'no-end', seq: last?.seq ?? 0, message: 'the record has no end' });
  else if (end.data.events !== end.seq)
    problems.push({ code: 'broken', seq: end.seq, message: `the run wrote ${end.data.events} events, not ${end.seq}` });
  return problems;
}

/** Events of one type, in order. */
export function eventsOf<T extends RunEventType>(events: readonly RunEvent[], type: T): RunEventOf<T>[] {
  return events.filter((event): event is RunEventOf<T> => event.type === type);
}

function missing(from: number, to: number): string {
  return from === to ? `line ${from} has not arrived` : `lines ${from} to ${to} have not arrived`;
}

function sha256(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}
