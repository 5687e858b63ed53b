import { createHash } from 'node:crypto';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import type { KubeletFacts } from '../kubelet/facts.ts';
import type { Json } from '../kubelet/types.ts';
import { canonicalJson } from '../source/canonical-json.ts';
import { ProblemError } from '../source/problem.ts';
import { fixOf, type WrittenFix } from './fix.ts';
import { type Fault, flagFault } from './kind.ts';
import { KINDS } from './kinds.ts';
import { KUBERNETES_RANGE } from './kubernetes-range.ts';
import { type Baseline, type Control, type ControlKind, THREATS } from './types.ts';

const KIND_NAMES = Object.keys(KINDS) as readonly ControlKind[];
export const JSON_VALUE = z.json();
const VERDICT = z.enum(['pass', 'pass-implicit', 'warn', 'fail', 'info']);
const TEXTS = z.array(z.string().min(1));

/** One control as a file holds it. */
export const CONTROL = z.strictObject({
  id: z.string().regex(/^KG-[A-Z0-9]+(?:-[A-Z0-9]+)*$/, 'must look like KG-AREA-01'),
  title: z.string().min(1),
  kind: z.enum(KIND_NAMES),
  paths: TEXTS.min(1),
  flags: TEXTS,
  check: z.strictObject({ op: z.string(), value: JSON_VALUE }),
  absent: z.strictObject({ viaConfigFile: VERDICT, viaFlagsOnly: VERDICT }).nullable(),
  roles: z.array(z.enum(['all', 'control-plane', 'worker', 'gpu'])).min(1),
  kubernetes: z.string().regex(KUBERNETES_RANGE, 'must look like >=1.33, <1.36 or >=1.33 <1.36').exactOptional(),
  severity: z.enum(['critical', 'high', 'medium', 'low']),
  profile: z.enum(['core', 'extended', 'advisory']),
  standards: z.record(z.string(), TEXTS.min(1)),
  threats: z.array(z.enum(THREATS)).min(1),
  rationale: z.string().min(1),
  fix: z.union([z.strictObject({ set: JSON_VALUE }), z.strictObject({ do: z.string().min(1) })]),
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
  return baselineOf(controls);
}

/** The baseline of these controls. @throws ProblemError `policy-invalid` when two have the same id. */
export function baselineOf(controls: readonly Control[]): Baseline {
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
  const { data, lineOf } = readFile(file, text, FILE);
  return data.controls.map((control, index) =>
    controlOf(control, data.area, facts, path => ({ file, line: lineOf(['controls', index, ...path]) })),
  );
}

/** Where something in a file stands, by its path in the document. */
type LineOf = (path: readonly PropertyKey[]) => number;

/** The content of a file of one schema. @throws ProblemError `policy-invalid` for the first thing wrong with it. */
export function readFile<Data>(
  file: string,
  text: string,
  schema: z.ZodType<Data>,
): Readonly<{ data: Data; lineOf: LineOf }> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault) throw refusal(file, lines.linePos(fault.pos[0]).line, fault.message);
  const lineOf: LineOf = path => lineAt(document, lines, path);
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (parsed.success) return { data: parsed.data, lineOf };
  const { issues } = parsed.error;
  // A misspelt key is missing under its right name as well: the key says more.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const path = issue?.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : (issue?.path ?? []);
  throw refusal(file, lineOf(path), `${path.map(String).join('.')}: ${issue?.message ?? 'invalid'}`);
}

/** A control as read, when it is one that can be judged; `at`: where a part of it stands. @throws ProblemError */
export function controlOf(
  control: z.output<typeof CONTROL>,
  area: string,
  facts: KubeletFacts,
  at: (path: readonly PropertyKey[]) => Control['source'],
): Control {
  const read = {
    ...control,
    check: { op: control.check.op, value: control.check.value as Json },
    fix: fixOf(control.fix as WrittenFix, control.paths),
  };
  const whole: Control = { ...read, area, source: at([]) };
  const wrong = faultOf(whole, facts);
  if (!wrong) return whole;
  const { file, line } = at(wrong.at);
  throw refusal(file, line, `${control.id}: ${wrong.message}`);
}

/** Why a control cannot be judged: its flags, or what its kind does not have. Null: it can. */
export function faultOf(control: Control, facts: KubeletFacts): Fault | null {
  return flagsFault(control, facts) ?? KINDS[control.kind].fault(control, facts);
}

/** kube-proxy's flags are no kubelet's: of those only the form is known. */
function flagsFault(control: Control, facts: KubeletFacts): Fault | null {
  if (control.kind !== 'KubeProxyConfiguration') return flagFault(control.flags, 'flags', facts);
  const wrong = control.flags.findIndex(flag => !/^--[a-z0-9-]+$/.test(flag));
  return wrong < 0 ? null : { at: ['flags', wrong], message: `${control.flags[wrong]} is no flag` };
}

function lineAt(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

/** A file of the baseline is refused. */
export function refusal(file: string, line: number, message: string): ProblemError {
  return new ProblemError({ file, line, code: 'policy-invalid', message });
}
