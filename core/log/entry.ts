import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../source/canonical-json.ts';
import { LogError } from './error.ts';
import { MAX_ENTRY_BYTES } from './tile.ts';

const MAX_REFERENCED_BYTES = 32_768;
const MAX_SENTENCE = 500;

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().max(1000);
const sentence = z.string().max(MAX_SENTENCE);
const count = z.int().nonnegative();
/** A GitHub login: the only personal data the log keeps. */
const login = z.string().max(100);
/** true, false, or null where it cannot be known. */
const known = z.boolean().nullable();
const digests = z.record(z.string(), z.record(z.string(), sha256Hex.nullable()));

/** Content by its digest; the content itself only where it is small enough to stand in an entry. */
const referenced = <T extends z.ZodType>(content: T) =>
  z.object({ sha256: sha256Hex, count, content: content.nullable() });

const change = { repo: text, pr: z.int().positive() };
const run = { run: text, repo: text.nullable(), commit: text.nullable(), tree: text.nullable() };

/** What each kind of entry says. Later versions may add members; none is ever taken away or given another meaning. */
const kinds = {
  /** A pull request that touches governed content has a new head or base. */
  'change.proposed': z.object({ ...change, base: text, head: text, author: login }),
  /** What the gate found the change to do. `verdict` is the digest of the whole verdict as canonical JSON. */
  verdict: z.object({
    ...change,
    base: text,
    head: text,
    digest: text,
    conclusion: z.enum(['pass', 'fail', 'undecided', 'not-applicable']),
    direction: z.enum(['weakens', 'strengthens', 'neutral']),
    findings: z.object({ introduced: count, fixed: count, existing: count, undecided: count }),
    hostCount: count,
    minor: text,
    baselineDigest: text,
    verdict: sha256Hex,
  }),
  /** Who approved exactly which content. `number` counts the decisions on this pull request from 1. */
  decision: z.object({
    ...change,
    number: z.int().positive(),
    head: text,
    digest: text,
    state: z.enum(['approved', 'needs-approval', 'blocked', 'not-needed']),
    approvers: z.array(login).max(200),
    discarded: z.array(login).max(200),
  }),
  /** A governed change reached its branch. `approved` says whether the decision allowed it at that moment. */
  merged: z.object({
    ...change,
    ref: text,
    head: text,
    commit: text,
    tree: text,
    digest: text,
    approved: z.boolean(),
    approvers: z.array(login).max(200),
    mergedBy: login,
    hostDigests: referenced(digests),
  }),
  /** Governed content reached its branch without a pull request the gate approved. */
  'unapproved-push': z.object({
    repo: text,
    ref: text,
    before: text,
    after: text,
    tree: text,
    pusher: login,
    paths: referenced(z.array(text)),
  }),
  /** A run of Ansible asked the gate. */
  'run.gate': z.object({
    ...run,
    verdict: z.enum(['approved', 'denied', 'unreachable']),
    reason: sentence,
    change: text.nullable(),
    check: z.boolean(),
  }),
  /** What a run did to one host, compared with what was approved for it. */
  'run.applied': z.object({
    ...run,
    host: text,
    change: text.nullable(),
    outcome: z.enum(['applied-as-approved', 'differs', 'not-proven', 'failed']),
    reasons: z.array(sentence).max(50),
    files: referenced(z.array(z.object({ dest: text, approved: sha256Hex.nullable(), actual: sha256Hex.nullable() }))),
    live: known,
    idempotent: known,
    osFirst: known,
    rollback: known,
  }),
  /** The callback stopped a run before its first task. */
  'run.refused': z.object({ ...run, reason: sentence }),
  /** The record of a run has no end or a hole. `events` is how many of its lines arrived. */
  'run.incomplete': z.object({ ...run, events: count, reason: sentence }),
  /** A governed file was found different from what the last proven run left there. */
  tampering: z.object({
    run: text,
    host: text,
    dest: text,
    expected: sha256Hex,
    actual: sha256Hex.nullable(),
    lastRun: text,
  }),
  /** The key that signs this log from here on. */
  key: z.object({ vkey: text, previous: text.nullable() }),
} as const;

export type LogEntryKind = keyof typeof kinds;

/** The `data` of each kind of entry. */
export type LogEntryData = Readonly<{ [K in LogEntryKind]: Readonly<z.infer<(typeof kinds)[K]>> }>;

/**
 * One entry of the log, in its versioned envelope. `at` is RFC 3339 in UTC with milliseconds. `key` names the event:
 * the log holds every key at most once.
 */
export type LogEntry = {
  [K in LogEntryKind]: Readonly<{ v: 1; kind: K; at: string; key: string; data: LogEntryData[K] }>;
}[LogEntryKind];

const envelope = z.strictObject({
  v: z.literal(1),
  kind: z.string(),
  at: z.iso.datetime({ precision: 3 }),
  key: z.string().min(1).max(20_000),
  data: z.unknown(),
});

const names: { readonly [K in LogEntryKind]: (data: LogEntryData[K]) => readonly (string | number)[] } = {
  'change.proposed': data => [data.repo, data.pr, data.head, data.base],
  verdict: data => [data.repo, data.pr, data.head, data.base, data.digest],
  decision: data => [data.repo, data.pr, data.number, data.head, data.digest, data.state, data.approvers.join(',')],
  merged: data => [data.repo, data.commit],
  'unapproved-push': data => [data.repo, data.ref, data.before, data.after],
  'run.gate': data => [data.run],
  'run.applied': data => [data.run, data.host],
  'run.refused': data => [data.run],
  'run.incomplete': data => [data.run],
  tampering: data => [data.run, data.host, data.dest],
  key: data => [data.vkey],
};

/**
 * Builds an entry. The key follows from the data: recording the same event twice gives the same key.
 *
 * @param at when it happened.
 * @throws LogError `bad-entry` when the data is not what the kind holds, `entry-too-large` when it does not fit in a tile.
 */
export function entryOf<K extends LogEntryKind>(kind: K, at: Date, data: LogEntryData[K]): LogEntry {
  const key = [kind, ...names[kind](data)].map(part => encodeURIComponent(part)).join('/');
  const entry = { v: 1, kind, at: at.toISOString(), key, data } as LogEntry;
  checkEntry(entry);
  encodeEntry(entry);
  return entry;
}

/** The bytes of an entry as they stand in the log: canonical JSON. RFC 8785. */
export function encodeEntry(entry: LogEntry): Uint8Array {
  const bytes = canonicalBytes(entry);
  if (bytes.length > MAX_ENTRY_BYTES)
    throw new LogError(
      'entry-too-large',
      `the entry ${entry.key} has ${bytes.length} bytes, ${MAX_ENTRY_BYTES} is the most`,
    );
  return bytes;
}

/**
 * Reads an entry of the log, defensively: the bytes may come from anybody.
 *
 * @throws LogError `bad-entry` when it is not canonical JSON of an entry this version knows.
 */
export function parseEntry(bytes: Uint8Array): LogEntry {
  let value: unknown;
  let canonical: Uint8Array;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    canonical = canonicalBytes(value);
  } catch {
    throw new LogError('bad-entry', 'it is not JSON that has a canonical form (RFC 8785)');
  }
  if (Buffer.compare(canonical, bytes) !== 0)
    throw new LogError('bad-entry', 'its JSON is not in canonical form (RFC 8785)');
  return checkEntry(value);
}

function checkEntry(value: unknown): LogEntry {
  const outer = envelope.safeParse(value);
  if (!outer.success) throw new LogError('bad-entry', `its envelope is wrong: ${firstIssue(outer.error)}`);
  const { kind, data } = outer.data;
  if (!Object.hasOwn(kinds, kind)) throw new LogError('bad-entry', `this version knows no entries of kind "${kind}"`);
  const inner = kinds[kind as LogEntryKind].safeParse(data);
  if (!inner.success) throw new LogError('bad-entry', `its data is wrong: ${firstIssue(inner.error)}`);
  return value as LogEntry;
}

function firstIssue({ issues: [issue] }: z.ZodError): string {
  return issue === undefined ? 'invalid' : `${issue.path.join('.') || 'it'}: ${issue.message}`;
}

/** Content for an entry: always its digest (SHA-256 of its canonical JSON), and itself when it is small enough. */
export function reference<T>(content: T, count: number): { sha256: string; count: number; content: T | null } {
  const bytes = canonicalBytes(content);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { sha256, count, content: bytes.length <= MAX_REFERENCED_BYTES ? content : null };
}

/** A sentence cut to what an entry may hold. */
export function clip(sentence: string): string {
  return sentence.slice(0, MAX_SENTENCE).replaceAll(/\p{Surrogate}/gu, '\ufffd');
}

function canonicalBytes(value: unknown): Uint8Array {
  try {
    return new TextEncoder().encode(canonicalJson(value));
  } catch (error) {
    throw new LogError('bad-entry', error instanceof Error ? error.message : 'this is not a JSON value');
  }
}
