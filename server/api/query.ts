import { z } from 'zod';
import type { RunStatus } from '../../adapters/store/run-overview.ts';
import { ReadError } from './read-error.ts';

/** Largest id asked for: what the store's ids can be. */
const ID_LIMIT = 2_147_483_647;

/** Text without NUL, which PostgreSQL cannot compare; an empty one counts as not given, as forms send it. */
const text = z
  .string('is given more than once')
  .max(500, 'is longer than 500 characters')
  .refine(value => !value.includes('\0'), 'holds a NUL character')
  .transform(value => (value.trim() === '' ? undefined : value.trim()));

const TIME = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/;

const DAY_MS = 24 * 60 * 60 * 1000;

/** RFC 3339, or date and time without a zone (UTC), or a date alone, which stands for the moment `dateMs` into it. */
function time(dateMs: number) {
  return text.transform((value, context) => {
    if (value === undefined) return undefined;
    const [, date, clock, , , zone] = TIME.exec(value) ?? [];
    const at = new Date(`${date}${clock ?? 'T00:00'}${zone === undefined ? 'Z' : ''}`);
    if (date === undefined || Number.isNaN(at.getTime()) || at.getUTCFullYear() < 1970) {
      context.addIssue(`is not a date or time such as 2026-11-25 or 2026-11-25T09:30:00Z`);
      return z.NEVER;
    }
    return clock === undefined ? new Date(at.getTime() + dateMs) : at;
  });
}

function oneOf<T extends string>(known: readonly T[]) {
  return text.transform((value, context) => {
    const found = known.find(name => name === value);
    if (value !== undefined && found === undefined) {
      context.addIssue(`is none of ${known.join(', ')}`);
      return z.NEVER;
    }
    return found;
  });
}

const cursor = text.transform((value, context) => {
  if (value !== undefined && (!/^\d{1,10}$/.test(value) || Number(value) > ID_LIMIT)) {
    context.addIssue('is not a cursor this service gave');
    return z.NEVER;
  }
  return value === undefined ? undefined : Number(value);
});

/** What a change can be asked for as: its state on GitHub, its decision or its conclusion. */
export const CHANGE_STATUSES = [
  'open',
  'merged',
  'closed',
  'approved',
  'needs-approval',
  'blocked',
  'not-needed',
  'pass',
  'fail',
  'undecided',
  'not-applicable',
] as const;

export const RUN_STATUSES: readonly RunStatus[] = ['running', 'ok', 'failed', 'refused', 'incomplete'];

export const changesQuery = z.strictObject({
  repo: text.optional(),
  node: text.optional(),
  field: text.optional(),
  person: text.optional(),
  control: text.optional(),
  status: oneOf(CHANGE_STATUSES).optional(),
  since: time(0).optional(),
  until: time(DAY_MS).optional(),
  cursor: cursor.optional(),
});

export const nodesQuery = z.strictObject({ repo: text.optional(), name: text.optional() });

export const nodeQuery = z.strictObject({ at: time(DAY_MS - 1).optional() });

export const runsQuery = z.strictObject({
  repo: text.optional(),
  node: text.optional(),
  status: oneOf(RUN_STATUSES).optional(),
  since: time(0).optional(),
  cursor: text.optional(),
});

export const noQuery = z.strictObject({});

/**
 * Query parameters as the schema reads them.
 * @throws ReadError 400 that names the parameter. A parameter nobody knows is an error too: ignoring a mistyped
 * filter would answer another question than was asked.
 */
export function parseQuery<T extends z.ZodType>(schema: T, query: unknown): z.output<T> {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (issue?.code === 'unrecognized_keys') throw new ReadError(400, `there is no parameter ${issue.keys[0]}`);
  throw new ReadError(400, `${issue?.path.join('.') ?? 'query'} ${issue?.message ?? 'cannot be read'}`);
}

/** A path segment as the name of something. @throws ReadError 404 when nothing can have this name. */
export function nameOf(segment: unknown, what: string): string {
  if (typeof segment !== 'string' || segment.length > 500 || segment.includes('\0'))
    throw new ReadError(404, `there is no such ${what}`);
  return segment;
}

/** A path segment as an id. @throws ReadError 404 when nothing can have this id. */
export function idOf(segment: unknown, what: string): number {
  const id = typeof segment === 'string' && /^\d{1,10}$/.test(segment) ? Number(segment) : 0;
  if (id < 1 || id > ID_LIMIT) throw new ReadError(404, `there is no such ${what}`);
  return id;
}
