import type { KubeletFacts } from '../../kubelet/facts.ts';
import type { Json } from '../../kubelet/types.ts';
import { typeFault } from '../field-types.ts';
import { isEmpty, mapping, same, shown } from '../operators/operator.ts';
import type { Field } from '../read-field.ts';
import type { Control } from '../types.ts';
import type { Configuration } from './field-check.ts';

/** Values several fields have at once: field path -> value, or `non-empty` for any that is set. */
export type Conditions = Readonly<Record<string, Json>>;

/** The conditions a part of an operand holds. */
export function conditionsOf(value: Json | undefined): Conditions {
  return mapping(value ?? null) ?? {};
}

/** Why part of an operand is no mapping of the control's paths to values they can have, or null. */
export function conditionsFault(value: Json | undefined, control: Control, facts: KubeletFacts): string | null {
  const conditions = mapping(value ?? null);
  if (!conditions || Object.keys(conditions).length === 0) return 'must be a mapping of field to value';
  for (const [path, wanted] of Object.entries(conditions)) {
    if (!control.paths.includes(path)) return `${path} is not one of the control's paths`;
    const message = wanted === 'non-empty' ? null : typeFault(path, [wanted], facts);
    if (message !== null) return message;
  }
  return null;
}

/** Whether all conditions hold; null when what is not known decides. */
export function allHold(conditions: Conditions, field: Configuration['field']): boolean | null {
  const answers = Object.entries(conditions).map(([path, wanted]) => meets(field(path), wanted));
  if (answers.includes(false)) return false;
  return answers.includes(null) ? null : true;
}

function meets(field: Field, wanted: Json): boolean | null {
  return field.known ? isMet(field.json, wanted) : null;
}

/** Whether a value is the wanted one; not set is the same as empty. */
export function isMet(json: Json, wanted: Json): boolean {
  if (wanted === 'non-empty') return !isEmpty(json);
  return same(json, wanted) || (isEmpty(json) && isEmpty(wanted));
}

/** Conditions in words: `a true and b set`. */
export function conditionWords(conditions: Conditions): string {
  return Object.entries(conditions)
    .map(([path, wanted]) => `${path} ${shown(wanted)}`)
    .join(' and ');
}

/** What the control's fields are now, for answers that rest on several. */
export function fieldsOf(control: Control, { field }: Configuration) {
  const fields = control.paths.map(path => ({ path, field: field(path) }));
  const unknown = fields.find(one => !one.field.known);
  return {
    fields,
    actual: Object.fromEntries(fields.map(one => [one.path, one.field.known ? one.field.json : null])),
    evidence: fields.flatMap(one => one.field.evidence),
    /** The first that is not known, and why. */
    unknown: unknown && !unknown.field.known ? { path: unknown.path, ...unknown.field } : null,
    words: fields.map(one => `${one.path} ${one.field.known ? shown(one.field.json) : 'unknown'}`).join(', '),
  };
}
