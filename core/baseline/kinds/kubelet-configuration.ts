import type { NodeGroup } from '../../ansible/types.ts';
import type { KubeletFacts } from '../../kubelet/facts.ts';
import type { Json, KubeletVerdict } from '../../kubelet/types.ts';
import { expectedWords } from '../expected.ts';
import { fieldOf, typeFault } from '../field-types.ts';
import type { Fault, Kind } from '../kind.ts';
import { operandFor } from '../operand.ts';
import { OPERATORS, operatorFault, shown } from '../operators.ts';
import { notApplicable, undecided } from '../place-answer.ts';
import { type Field, readField } from '../read-field.ts';
import type { GroupSubject } from '../subject.ts';
import type { Control, PlaceAnswer } from '../types.ts';

/**
 * Controls over effective kubelet fields. What nothing sets is judged by the value that acts: the file default under
 * --config, the flag default without. Where that value is nil, the control's `absent` says what it means.
 */
export const KUBELET_CONFIGURATION: Kind = { scope: 'node-group', fault, evaluate, expected, gone: 'unknown' };

function fault(control: Control, facts: KubeletFacts): Fault | null {
  const unknown = control.paths.findIndex(path => !fieldOf(path, facts));
  if (unknown >= 0) return { at: ['paths', unknown], message: `no kubelet field is called ${control.paths[unknown]}` };
  switch (control.check.op) {
    case 'both-or-none':
      return control.check.value === null ? null : { at: ['check', 'value'], message: 'both-or-none takes no value' };
    case 'any-of':
      return alternativesFault(control, facts);
    default:
      return operatorFault(control, (path, values) => typeFault(path, values, facts));
  }
}

function alternativesFault(control: Control, facts: KubeletFacts): Fault | null {
  const { value } = control.check;
  if (!Array.isArray(value) || value.length === 0)
    return { at: ['check', 'value'], message: 'any-of takes a list of alternatives' };
  for (const [index, alternative] of (value as readonly Json[]).entries()) {
    const at = ['check', 'value', index];
    if (alternative === null || typeof alternative !== 'object' || Array.isArray(alternative))
      return { at, message: 'an alternative is a mapping of field to value' };
    for (const [path, wanted] of Object.entries(alternative)) {
      if (!control.paths.includes(path)) return { at, message: `${path} is not one of the control's paths` };
      const message = wanted === 'non-empty' ? null : typeFault(path, [wanted as Json], facts);
      if (message !== null) return { at, message };
    }
  }
  return null;
}

function expected(control: Control, path: string): string {
  switch (control.check.op) {
    case 'both-or-none':
      return `${control.paths.join(' and ')} set together`;
    case 'any-of':
      return (control.check.value as readonly Readonly<Record<string, Json>>[])
        .map(alternative =>
          Object.entries(alternative)
            .map(([name, wanted]) => `${name} ${shown(wanted)}`)
            .join(' and '),
        )
        .join(', or ');
    default:
      return expectedWords(control, path);
  }
}

function evaluate(control: Control, { group }: GroupSubject): readonly PlaceAnswer[] {
  const verdict = group.kubelet;
  const path = control.paths[0] ?? '';
  if (!verdict) return [notApplicable(path, 'no kubelet configuration is known for these nodes')];
  if (verdict.values.size === 0) {
    const refusal = verdict.problems.find(({ effect }) => effect === 'refuses') ?? verdict.problems[0];
    return [undecided(path, `the configuration cannot be judged: ${refusal?.message ?? 'it cannot be read'}`, [])];
  }
  if (control.check.op === 'any-of') return [anyOf(control, group, verdict)];
  if (control.check.op === 'both-or-none') return [bothOrNone(control, group, verdict)];
  return control.paths.map(name => judge(control, name, readField(group, verdict, name), verdict));
}

function judge(control: Control, path: string, field: Field, verdict: KubeletVerdict): PlaceAnswer {
  if (!field.known) return undecided(path, field.why, field.evidence);
  const { json, implicit, evidence } = field;
  const wanted = expected(control, path);
  const unset = json === null || (Array.isArray(json) && json.length === 0);
  const holds = unset && control.absent ? absenceHolds(control, verdict) : conforms(control, path, json);
  const what = unset
    ? `${path} is not set`
    : implicit
      ? `${path} is not set, so the kubelet's default ${shown(json)} acts`
      : `${path} is ${shown(json)}${unlimited(control, json)}`;
  if (holds) return { result: 'pass', path, actual: json, reason: what, evidence };
  const blame = OPERATORS[control.check.op]?.blame?.(operandFor(control, path), json);
  const reason =
    blame === undefined ? `${what}; expected ${wanted}` : unset ? `${what}, but ${blame}` : `${path} ${blame}`;
  return { result: 'violated', path, actual: json, reason, evidence };
}

/** Whether a known value of one path conforms to a control with a single-field operator. */
export function conforms(control: Control, path: string, json: Json): boolean {
  return OPERATORS[control.check.op]?.holds(operandFor(control, path), json) ?? false;
}

function absenceHolds(control: Control, verdict: KubeletVerdict): boolean {
  const flagsOnly = [...verdict.values.values()].some(({ from }) => from === 'flag-default');
  const meaning = flagsOnly ? control.absent?.viaFlagsOnly : control.absent?.viaConfigFile;
  return meaning === 'pass' || meaning === 'pass-implicit' || meaning === 'info';
}

function unlimited(control: Control, json: Json): string {
  const noLimit = control.check.op === 'between' && typeof json === 'number' && json <= 0;
  return noLimit ? ', which means no limit' : '';
}

function anyOf(control: Control, group: NodeGroup, verdict: KubeletVerdict): PlaceAnswer {
  const path = control.paths[0] ?? '';
  const fields = new Map(control.paths.map(name => [name, readField(group, verdict, name)]));
  const alternatives = control.check.value as readonly Readonly<Record<string, Json>>[];
  const answers = alternatives.map(alternative =>
    every(Object.entries(alternative).map(([name, wanted]) => meets(fields.get(name), wanted))),
  );
  const actual = Object.fromEntries([...fields].map(([name, field]) => [name, field.known ? field.json : null]));
  const evidence = [...fields.values()].flatMap(field => field.evidence);
  const unknown = [...fields.values()].find(field => !field.known);
  if (answers.includes(true))
    return { result: 'pass', path, actual, reason: 'one of the accepted settings is in force', evidence };
  if (answers.includes(null)) return undecided(path, unknown && !unknown.known ? unknown.why : '', evidence, actual);
  const now = [...fields].map(([name, field]) => `${name} ${field.known ? shown(field.json) : 'unknown'}`).join(', ');
  return { result: 'violated', path, actual, reason: `${now}; expected ${expected(control, path)}`, evidence };
}

function bothOrNone(control: Control, group: NodeGroup, verdict: KubeletVerdict): PlaceAnswer {
  const path = control.paths[0] ?? '';
  const fields = control.paths.map(name => ({ name, field: readField(group, verdict, name) }));
  const evidence = fields.flatMap(({ field }) => field.evidence);
  const actual = Object.fromEntries(fields.map(({ name, field }) => [name, field.known ? field.json : null]));
  const unknown = fields.find(({ field }) => !field.known)?.field;
  if (unknown && !unknown.known) return undecided(path, unknown.why, evidence, actual);
  const missing = fields.filter(({ field }) => field.known && isEmpty(field.json)).map(({ name }) => name);
  if (missing.length === 0 || missing.length === fields.length) {
    return { result: 'pass', path, actual, reason: missing.length === 0 ? 'all are set' : 'none is set', evidence };
  }
  const reason = `${missing.join(', ')} is not set; expected ${expected(control, path)}`;
  return { result: 'violated', path, actual, reason, evidence };
}

/** Whether a field meets a wanted value (`non-empty` or an exact one); null when it is not known. */
function meets(field: Field | undefined, wanted: Json): boolean | null {
  if (!field) return false;
  if (!field.known) return null;
  return wanted === 'non-empty' ? !isEmpty(field.json) : JSON.stringify(field.json) === JSON.stringify(wanted);
}

function every(answers: readonly (boolean | null)[]): boolean | null {
  if (answers.includes(false)) return false;
  return answers.includes(null) ? null : true;
}

function isEmpty(json: Json): boolean {
  return json === null || json === '' || (Array.isArray(json) && json.length === 0);
}
