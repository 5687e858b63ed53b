import type { Json } from '../../kubelet/types.ts';
import { isEmpty, list, mapping } from '../operators/operator.ts';
import { undecided } from '../place-answer.ts';
import type { Control, PlaceAnswer } from '../types.ts';
import { allHold, conditionsFault, conditionsOf, conditionWords, fieldsOf, isMet } from './conditions.ts';
import type { Configuration, FieldCheck } from './field-check.ts';

/** One of several alternatives holds, each a mapping of fields to values. */
export const ANY_OF: FieldCheck = {
  fault: (control, facts) => {
    const alternatives = list(control.check.value);
    if (alternatives.length === 0) return { at: ['check', 'value'], message: 'any-of takes a list of alternatives' };
    const faults = alternatives.map(alternative => conditionsFault(alternative, control, facts));
    const wrong = faults.findIndex(message => message !== null);
    return wrong < 0 ? null : { at: ['check', 'value', wrong], message: `alternative ${faults[wrong]}` };
  },
  expected: ({ check }) => alternativeWords(check.value),
  evaluate: (control, configuration) => {
    const answers = list(control.check.value).map(one => allHold(conditionsOf(one), configuration.field));
    return [
      answer(
        control,
        configuration,
        anyHolds(answers),
        'one of the accepted settings is in force',
        alternativeWords(control.check.value),
      ),
    ];
  },
  rank: ({ check }, path, json) =>
    list(check.value).some(one => path in conditionsOf(one) && isMet(json, conditionsOf(one)[path] ?? null)) ? 0 : 1,
};

/** All fields are set, or none is. */
export const BOTH_OR_NONE: FieldCheck = {
  fault: ({ check }) =>
    check.value === null ? null : { at: ['check', 'value'], message: 'both-or-none takes no value' },
  expected: ({ paths }) => `${paths.join(' and ')} set together`,
  evaluate: (control, configuration) => {
    const { fields, evidence, actual, unknown } = fieldsOf(control, configuration);
    const path = control.paths[0] ?? '';
    if (unknown) return [{ ...undecided(unknown.path, unknown.why, unknown.evidence, actual), location: path }];
    const missing = fields.filter(({ field }) => field.known && isEmpty(field.json)).map(one => one.path);
    if (missing.length === 0 || missing.length === fields.length) {
      const reason = missing.length === 0 ? 'all are set' : 'none is set';
      return [{ result: 'pass', path, actual, reason, evidence }];
    }
    const reason = `${missing.join(', ')} is not set; expected ${BOTH_OR_NONE.expected(control, path)}`;
    return [{ result: 'violated', path, actual, reason, evidence }];
  },
  rank: () => 0,
};

/** Where the conditions of `if` hold, those of one alternative of `then` do. */
export const IMPLIES: FieldCheck = {
  fault: (control, facts) => {
    const at = ['check', 'value'];
    const operand = mapping(control.check.value);
    const then = list(operand?.['then'] ?? null);
    if (!operand || Object.keys(operand).sort().join() !== 'if,then' || then.length === 0)
      return { at, message: 'implies takes `if`, a mapping, and `then`, a list of alternatives' };
    const message = [operand['if'], ...then].map(one => conditionsFault(one, control, facts)).find(one => one !== null);
    return message === undefined ? null : { at, message: `a condition ${message}` };
  },
  expected: ({ check }) => {
    const { if: premise, then = null } = conditionsOf(check.value);
    return `with ${conditionWords(conditionsOf(premise))}: ${alternativeWords(then)}`;
  },
  evaluate: (control, configuration) => {
    const { if: premise, then = null } = conditionsOf(control.check.value);
    const asked = allHold(conditionsOf(premise), configuration.field);
    const kept = anyHolds(list(then).map(one => allHold(conditionsOf(one), configuration.field)));
    const holds = asked === false || kept === true ? true : asked === null || kept === null ? null : false;
    return [
      answer(
        control,
        configuration,
        holds,
        asked === false ? 'it does not come to that' : 'it is so',
        IMPLIES.expected(control, ''),
      ),
    ];
  },
  rank: () => 0,
};

/** The fields do not have these values at once. */
export const NOT_BOTH: FieldCheck = {
  fault: (control, facts) => {
    const message = conditionsFault(control.check.value, control, facts);
    return message === null ? null : { at: ['check', 'value'], message: `not-both ${message}` };
  },
  expected: ({ check }) => `not ${conditionWords(conditionsOf(check.value))}`,
  evaluate: (control, configuration) => {
    const both = allHold(conditionsOf(control.check.value), configuration.field);
    return [
      answer(control, configuration, both === null ? null : !both, 'they do not meet', NOT_BOTH.expected(control, '')),
    ];
  },
  rank: ({ check }, path, json) => (isMet(json, conditionsOf(check.value)[path] ?? null) && !isEmpty(json) ? 1 : 0),
};

function anyHolds(answers: readonly (boolean | null)[]): boolean | null {
  if (answers.includes(true)) return true;
  return answers.includes(null) ? null : false;
}

function alternativeWords(value: Json): string {
  return list(value)
    .map(one => conditionWords(conditionsOf(one)))
    .join(', or ');
}

/** The answer over all fields of a control, of which it wants what `wanted` says; `holds` null: what is not known decides. */
function answer(
  control: Control,
  configuration: Configuration,
  holds: boolean | null,
  good: string,
  wanted: string,
): PlaceAnswer {
  const { actual, evidence, unknown, words } = fieldsOf(control, configuration);
  const path = control.paths[0] ?? '';
  if (holds === null)
    return { ...undecided(unknown?.path ?? path, unknown?.why ?? '', unknown?.evidence ?? [], actual), location: path };
  if (holds) return { result: 'pass', path, actual, reason: good, evidence };
  return { result: 'violated', path, actual, reason: `${words}; expected ${wanted}`, evidence };
}
