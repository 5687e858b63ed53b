import { z } from 'zod';
import { octal } from '../ansible/file-mode.ts';
import type { Json } from '../kubelet/types.ts';
import type { Fault } from './kind.ts';
import type { Control } from './types.ts';

const MODE = z.string().regex(/^[0-7]{3,4}$/, 'must be octal digits in quotes, such as "600"');
const OWNER = z.string().regex(/^[a-z_][a-z0-9_-]*:[a-z_][a-z0-9_-]*$/, 'must be owner:group');
const PATTERN = z.string().refine(isPattern, 'must be a regular expression');
const PART = {
  mode: MODE,
  owner: z.union([OWNER, z.array(OWNER).min(1)]),
};
const WHOLE = z.strictObject(PART);

/** The operand of each operator on files. */
const OPERANDS = {
  'mode-at-most': MODE,
  'owner-eq': OWNER,
  'mode-owner': z.union(
    [WHOLE, z.array(z.strictObject({ paths: z.array(z.string()).min(1), ...PART })).min(1)],
    'must hold mode and owner, or be a list of parts with paths, mode and owner',
  ),
  'mode-owner-role': z.strictObject({ ...PART, roles: z.array(z.enum(['control-plane', 'worker', 'gpu'])).min(1) }),
  'mode-owner-notify': z.strictObject({ ...PART, notify: z.strictObject({ command: PATTERN, service: z.string() }) }),
} as const;
type Operator = keyof typeof OPERANDS;

/** What reloads what a file says: a command whose text has a pattern in it, or a service that is reloaded or started anew. */
export type Reload = Readonly<{ command: RegExp; service: string }>;

/** What a control asks of some of its paths. Absent parts are not asked. */
export type FileRequirement = Readonly<{
  paths: readonly string[];
  /** Permission bits of a file at most, as a mask. A folder may also be entered by those who may read it. */
  mode?: number;
  /** `owner:group`, one of them. */
  owners?: readonly string[];
  /** Only nodes with one of these roles may have the file. */
  roles?: readonly string[];
  reload?: Reload;
}>;

/** Why a control's operator or operand is none of those on files, or null. */
export function requirementFault({ check, paths }: Control): Fault | null {
  if (!isOperator(check.op)) return { at: ['check', 'op'], message: `unknown operator ${check.op} for files` };
  const parsed = OPERANDS[check.op].safeParse(check.value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { at: ['check', 'value', ...(issue?.path ?? [])], message: `value ${issue?.message ?? 'is invalid'}` };
  }
  if (!Array.isArray(check.value)) return null;
  const parts = partsOf(check.value).flatMap(part => part.paths);
  const same = parts.length === paths.length && paths.every(path => parts.includes(path));
  return same ? null : { at: ['check', 'value'], message: "the parts must name each of the control's paths once" };
}

function isOperator(op: string): op is Operator {
  return Object.hasOwn(OPERANDS, op);
}

function partsOf(value: Json): readonly Readonly<{ paths: readonly string[] }>[] {
  return z.array(z.object({ paths: z.array(z.string()) })).parse(value);
}

function isPattern(source: string): boolean {
  try {
    return new RegExp(source).source !== '';
  } catch {
    return false;
  }
}

/** What a control asks of its paths, part by part. @throws ZodError for an operand `requirementFault` refuses. */
export function requirementsOf({ check, paths }: Control): readonly FileRequirement[] {
  switch (check.op) {
    case 'mode-at-most':
      return [{ paths, mode: bits(OPERANDS['mode-at-most'].parse(check.value)) }];
    case 'owner-eq':
      return [{ paths, owners: [OPERANDS['owner-eq'].parse(check.value)] }];
    case 'mode-owner-role': {
      const operand = OPERANDS['mode-owner-role'].parse(check.value);
      return [{ paths, ...common(operand), roles: operand.roles }];
    }
    case 'mode-owner-notify': {
      const operand = OPERANDS['mode-owner-notify'].parse(check.value);
      const { command, service } = operand.notify;
      return [{ paths, ...common(operand), reload: { command: new RegExp(command), service } }];
    }
    default: {
      const operand = OPERANDS['mode-owner'].parse(check.value);
      if (!Array.isArray(operand)) return [{ paths, ...common(operand) }];
      return operand.map(part => ({ paths: part.paths, ...common(part) }));
    }
  }
}

function common({ mode, owner }: z.infer<typeof WHOLE>): Omit<FileRequirement, 'paths'> {
  return { mode: bits(mode), owners: typeof owner === 'string' ? [owner] : owner };
}

function bits(digits: string): number {
  return Number.parseInt(digits, 8);
}

/** What is asked, in words: `at most 0600, root:root, only on control-plane nodes`. */
export function requirementWords({ mode, owners, roles, reload }: FileRequirement): string {
  return [
    ...(mode === undefined ? [] : [`at most ${octal(mode)}`]),
    ...(owners === undefined ? [] : [owners.join(' or ')]),
    ...(roles === undefined ? [] : [`only on ${roles.join(' or ')} nodes`]),
    ...(reload === undefined ? [] : [`${reload.service} reloaded after a change`]),
  ].join(', ');
}
