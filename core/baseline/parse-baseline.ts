import { createHash } from 'node:crypto';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import type { FieldFact, KubeletFacts } from '../kubelet/facts.ts';
import { parseGoDuration } from '../kubelet/go-duration.ts';
import type { Json } from '../kubelet/types.ts';
import { canonicalJson } from '../source/canonical-json.ts';
import { ProblemError } from '../source/problem.ts';
import { operandFor } from './expected.ts';
import { FILE_OPERATORS, JOINT_OPERATORS, OPERATORS } from './operators.ts';
import type { Baseline, Control } from './types.ts';

const KINDS = ['KubeletConfiguration', 'kubelet-flag', 'file-task', 'KubeProxyConfiguration'] as const;
const JSON_VALUE = z.json();
const VERDICT = z.enum(['pass', 'pass-implicit', 'warn', 'fail', 'info']);
const TEXTS = z.array(z.string().min(1));

const CONTROL = z.strictObject({
  id: z.string().regex(/^KG-[A-Z0-9]+(?:-[A-Z0-9]+)*$/, 'must look like KG-AREA-01'),
  title: z.string().min(1),
  kind: z.enum(KINDS),
  paths: TEXTS.min(1),
  flags: TEXTS,
  check: z.strictObject({ op: z.string(), value: JSON_VALUE }),
  absent: z.strictObject({ viaConfigFile: VERDICT, viaFlagsOnly: VERDICT }).nullable(),
  roles: z.array(z.enum(['all', 'control-plane', 'worker', 'gpu'])).min(1),
  severity: z.enum(['critical', 'high', 'medium', 'low']),
  profile: z.enum(['core', 'extended', 'advisory']),
  standards: z.record(z.string(), TEXTS.min(1)),
  threats: TEXTS.min(1),
  rationale: z.string().min(1),
  fix: JSON_VALUE,
});
const FILE = z.strictObject({ area: z.string().min(1), controls: z.array(CONTROL).min(1) });

/**
 * Reads baseline files (config/baseline/*.yaml). Nothing is guessed: an unknown key, operator, kind, field path or
 * flag, a value its field cannot have, or an id used twice is refused.
 * @throws ProblemError `policy-invalid` with file and line.
 */
export function parseBaseline(
  files: readonly Readonly<{ file: string; text: string }>[],
  facts: KubeletFacts,
): Baseline {
  const controls = [...files]
    .sort((left, right) => (left.file < right.file ? -1 : 1))
    .flatMap(({ file, text }) => parseFile(file, text, facts));
  const seen = new Map<string, Control>();
  for (const control of controls) {
    const first = seen.get(control.id);
    if (first) {
      throw refusal(
        control.source.file,
        control.source.line,
        `${control.id} is already defined in ${first.source.file}:${first.source.line}`,
      );
    }
    seen.set(control.id, control);
  }
  const content = controls.map(control => ({ ...control, source: null }));
  const digest = createHash('sha256').update(canonicalJson(content)).digest('hex');
  return { controls, digest };
}

function parseFile(file: string, text: string, facts: KubeletFacts): readonly Control[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault) throw refusal(file, lines.linePos(fault.pos[0]).line, fault.message);
  const lineOf = (path: readonly PropertyKey[]) => lineAt(document, lines, path);
  const parsed = FILE.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = issue?.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : (issue?.path ?? []);
    throw refusal(file, lineOf(path), `${path.map(String).join('.')}: ${issue?.message ?? 'invalid'}`);
  }
  return parsed.data.controls.map((control, index): Control => {
    const read = {
      ...control,
      check: { op: control.check.op, value: control.check.value as Json },
      fix: control.fix as Json,
    };
    const whole: Control = { ...read, area: parsed.data.area, source: { file, line: lineOf(['controls', index]) } };
    const wrong = faultOf(whole, facts);
    if (wrong) throw refusal(file, lineOf(['controls', index, ...wrong.at]), `${control.id}: ${wrong.message}`);
    return whole;
  });
}

type Fault = Readonly<{ at: readonly PropertyKey[]; message: string }>;

function faultOf(control: Control, facts: KubeletFacts): Fault | null {
  const { op, value } = control.check;
  for (const [index, flag] of control.flags.entries()) {
    if (!isKnownFlag(flag, control, facts)) return { at: ['flags', index], message: `no kubelet has the flag ${flag}` };
  }
  if (control.kind === 'file-task') {
    if (!FILE_OPERATORS.includes(op as (typeof FILE_OPERATORS)[number]))
      return { at: ['check', 'op'], message: `unknown operator ${op} for files` };
    const form = op === 'mode-at-most' ? /^[0-7]{3,4}$/ : /^[a-z_][a-z0-9_-]*:[a-z_][a-z0-9_-]*$/;
    const words = op === 'mode-at-most' ? 'octal digits in quotes, such as "600"' : 'owner:group';
    return typeof value === 'string' && form.test(value)
      ? null
      : { at: ['check', 'value'], message: `value must be ${words}` };
  }
  if (control.kind === 'kubelet-flag') {
    const unknown = control.paths.findIndex(name => !isKnownFlag(name, control, facts));
    if (unknown >= 0) return { at: ['paths', unknown], message: `no kubelet has the flag ${control.paths[unknown]}` };
  }
  if (control.kind === 'KubeletConfiguration') {
    const unknown = control.paths.findIndex(path => !fieldOf(path, facts));
    if (unknown >= 0)
      return { at: ['paths', unknown], message: `no kubelet field is called ${control.paths[unknown]}` };
    if (JOINT_OPERATORS.includes(op as (typeof JOINT_OPERATORS)[number])) return jointFault(control, facts);
  }
  const operator = Object.hasOwn(OPERATORS, op) ? OPERATORS[op] : undefined;
  if (!operator) return { at: ['check', 'op'], message: `unknown operator ${op}` };
  for (const path of control.paths) {
    const operand = operandFor(control, path);
    const message =
      operator.fault(operand) ?? (control.kind === 'KubeletConfiguration' ? typeFault(path, op, operand, facts) : null);
    if (message !== null) return { at: ['check', 'value'], message };
  }
  return null;
}

function jointFault(control: Control, facts: KubeletFacts): Fault | null {
  const { op, value } = control.check;
  if (op === 'both-or-none')
    return value === null ? null : { at: ['check', 'value'], message: 'both-or-none takes no value' };
  if (!Array.isArray(value) || value.length === 0)
    return { at: ['check', 'value'], message: 'any-of takes a list of alternatives' };
  for (const [index, alternative] of (value as readonly Json[]).entries()) {
    const at = ['check', 'value', index];
    if (alternative === null || typeof alternative !== 'object' || Array.isArray(alternative))
      return { at, message: 'an alternative is a mapping of field to value' };
    for (const [path, wanted] of Object.entries(alternative)) {
      if (!control.paths.includes(path)) return { at, message: `${path} is not one of the control's paths` };
      const message = wanted === 'non-empty' ? null : typeFault(path, 'eq', wanted as Json, facts);
      if (message !== null) return { at, message };
    }
  }
  return null;
}

/** The field a path means: itself, or the map it is a key of. */
function fieldOf(path: string, facts: KubeletFacts): FieldFact | undefined {
  const own = Object.hasOwn(facts.fields, path) ? facts.fields[path] : undefined;
  if (own) return own.type === 'object' ? undefined : own;
  const dot = path.indexOf('.');
  const map = dot > 0 ? facts.fields[path.slice(0, dot)] : undefined;
  if (map?.type !== 'map') return undefined;
  return { type: map.values === 'bool' ? 'bool' : map.values === 'strings' ? 'list' : 'string' };
}

function typeFault(path: string, op: string, operand: Json, facts: KubeletFacts): string | null {
  const field = fieldOf(path, facts);
  const values = op === 'eq' || op === 'ne' ? [operand] : Array.isArray(operand) ? (operand as readonly Json[]) : [];
  const wrong = values.find(value => field && !fits(field.type, value));
  return wrong === undefined ? null : `${path} is a ${field?.type}, ${JSON.stringify(wrong)} cannot be its value`;
}

function fits(type: FieldFact['type'], value: Json): boolean {
  switch (type) {
    case 'bool':
      return typeof value === 'boolean';
    case 'int32':
    case 'int64':
    case 'uint32':
      return Number.isInteger(value);
    case 'float64':
      return typeof value === 'number';
    case 'duration':
    case 'duration-or-nanoseconds':
      return typeof value === 'string' && parseGoDuration(value) !== null;
    default:
      return typeof value === 'string';
  }
}

function isKnownFlag(flag: string, control: Control, facts: KubeletFacts): boolean {
  return control.kind === 'KubeProxyConfiguration' ? /^--[a-z0-9-]+$/.test(flag) : Object.hasOwn(facts.flags, flag);
}

function lineAt(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function refusal(file: string, line: number, message: string): ProblemError {
  return new ProblemError({ file, line, code: 'policy-invalid', message });
}
