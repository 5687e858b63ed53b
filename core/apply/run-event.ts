import { z } from 'zod';

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
const digest = sha256Hex.nullable();
const names = z.array(z.string());
const host = z.string().max(300);
const dest = z.string().max(1000);
const objectId = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);
const stats = z.looseObject({ changed: z.int(), failures: z.int(), unreachable: z.int() });

/** `data` of each type of event the callback writes; members that are not listed are kept and not looked at. */
const types = {
  'run.start': z.looseObject({
    playbook: z.string(),
    repo: z.string().max(300).nullable(),
    cli: z.looseObject({ check: z.boolean().nullish() }),
    extra_vars: z.looseObject({ digest: sha256Hex }),
    git: z
      .looseObject({
        commit: objectId,
        tree: objectId,
        worktree: objectId,
        remote: z.string().nullable(),
        dirty: z.boolean(),
      })
      .nullable(),
    controller: z.looseObject({ host: z.string(), user: z.string() }),
    plugin_sha256: digest,
  }),
  'run.gate': z.looseObject({
    verdict: z.enum(['approved', 'denied', 'unreachable']),
    reason: z.string().nullable(),
    approval: z.looseObject({ change: z.unknown().optional(), pr: z.unknown().optional() }),
  }),
  'play.start': z.looseObject({
    play: z.string(),
    uuid: z.string(),
    targets: z.array(host),
    left_out_by_limit: z.array(host),
  }),
  'file.state': z.looseObject({
    host,
    dest,
    when: z.enum(['before', 'after']),
    exists: z.boolean().nullable(),
    sha256: digest,
  }),
  'task.result': z.looseObject({
    host,
    role: z.string().nullable(),
    task: z.string(),
    action: z.string(),
    status: z.enum(['ok', 'failed', 'ignored', 'skipped', 'unreachable']),
    changed: z.boolean(),
    check: z.boolean(),
    delegated: z.boolean().optional(),
    handler: names.optional(),
    dest: dest.optional(),
    state: z.string().optional(),
    exists: z.boolean().nullish(),
    sha1: z.string().optional(),
    sha256: digest.optional(),
    before_exists: z.boolean().nullish(),
    before_sha256: digest.optional(),
    name: z.string().optional(),
    restarted: z.boolean().optional(),
  }),
  'role.coverage': z.looseObject({
    host,
    role: z.string(),
    missing: names,
    first_mono_us: z.int(),
    last_mono_us: z.int(),
    complete: z.boolean(),
  }),
  'run.end': z.looseObject({
    status: z.enum(['ok', 'failed', 'refused']),
    check: z.boolean(),
    hosts: z.record(z.string(), stats),
    pending_restart: z.record(z.string(), names),
    unapproved_inputs: z.array(z.looseObject({ path: z.string(), sha256: sha256Hex })).nullable(),
    recorder_fault: z.string().nullable(),
    events: z.int(),
  }),
} as const;

export type RunEventType = keyof typeof types;

const envelope = z.strictObject({
  v: z.literal(1),
  run: z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  seq: z.int().nonnegative().max(100_000_000),
  ts: z.iso.datetime(),
  mono_us: z.int().nonnegative(),
  type: z.string().max(100),
  prev: sha256Hex,
  data: z.record(z.string(), z.unknown()),
});

/**
 * One line of a run report: its place in the run (`seq` from 0), the controller's clock (`ts`, RFC 3339) and monotonic
 * clock (`mono_us`, microseconds), and the SHA-256 of the line before (`prev`, zeroes for the first).
 */
export type RunLine = Readonly<z.infer<typeof envelope>>;

/** A line of a type this version knows, with its data checked. */
export type RunEvent = {
  [T in RunEventType]: Readonly<
    Omit<RunLine, 'type' | 'data'> & { type: T; data: Readonly<z.infer<(typeof types)[T]>> }
  >;
}[RunEventType];

/** The event of one type. */
export type RunEventOf<T extends RunEventType> = Extract<RunEvent, { type: T }>;

/** A run report that cannot be taken in. `too-large`: over a cap. `malformed`: not what the callback writes. */
export class RunReportError extends Error {
  readonly code: 'too-large' | 'malformed';
  constructor(code: 'too-large' | 'malformed', message: string) {
    super(message);
    this.name = 'RunReportError';
    this.code = code;
  }
}

/** Escapes of NUL and of halves of characters: the callback writes neither. */
const NO_TEXT = /(?<!\\)(?:\\\\)*\\u(?:0000|[dD][89a-fA-F])/;

/**
 * Reads the envelope of one line.
 *
 * @throws RunReportError `malformed`.
 */
export function parseRunLine(line: string): RunLine {
  if (NO_TEXT.test(line)) throw new RunReportError('malformed', 'it holds characters no database can keep');
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new RunReportError('malformed', 'it is not JSON');
  }
  return checked(envelope, value);
}

/**
 * The event a line holds; null for a type of a later version.
 *
 * @throws RunReportError `malformed` when the data is not what its type holds.
 */
export function eventOf(line: RunLine): RunEvent | null {
  if (!Object.hasOwn(types, line.type)) return null;
  return { ...line, data: checked<unknown>(types[line.type as RunEventType], line.data) } as RunEvent;
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  throw new RunReportError('malformed', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
}
