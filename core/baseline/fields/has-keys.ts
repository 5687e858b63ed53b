import { parseQuantity } from '../../kubelet/go-quantity.ts';
import type { Json } from '../../kubelet/types.ts';
import { listFault, oneOf, shown, texts } from '../operators/operator.ts';
import { undecided } from '../place-answer.ts';
import type { Control, PlaceAnswer } from '../types.ts';
import type { Configuration, FieldCheck } from './field-check.ts';

/** Maps of resources or thresholds have all these keys, none of them zero (`0`, `0%`, and `100%`, which turns a threshold off). */
export const HAS_KEYS: FieldCheck = {
  fault: (control, facts) => {
    const wrong = control.paths.findIndex(path => facts.fields[path]?.type !== 'map');
    if (wrong >= 0) return { at: ['paths', wrong], message: `${control.paths[wrong]} is no map` };
    const message = listFault(control.check.value);
    return message === null ? null : { at: ['check', 'value'], message };
  },
  expected: ({ check }) => texts(check.value).join(', '),
  evaluate: (control, configuration) => control.paths.map(path => judge(control, path, configuration)),
  rank: ({ check, paths }, path, json) =>
    paths.some(map => texts(check.value).includes(path.slice(map.length + 1))) && isZero(json) ? 1 : 0,
};

function judge(control: Control, path: string, { field }: Configuration): PlaceAnswer {
  const keys = texts(control.check.value).map(key => ({ key, field: field(`${path}.${key}`) }));
  const evidence = keys.flatMap(one => one.field.evidence).slice(0, 4);
  const zero = keys.filter(one => one.field.known && isZero(one.field.json)).map(({ key }) => key);
  if (zero.length > 0) {
    const actual = Object.fromEntries(keys.map(one => [one.key, one.field.known ? one.field.json : null]));
    const reason = `${path} sets nothing for ${oneOf(zero)}; expected ${HAS_KEYS.expected(control, path)}`;
    return { result: 'violated', path, actual, reason, evidence };
  }
  const open = keys.find(one => !one.field.known);
  if (open && !open.field.known)
    return { ...undecided(`${path}.${open.key}`, open.field.why, open.field.evidence), location: path };
  return { result: 'pass', path, actual: null, reason: `${path} sets ${shown(control.check.value)}`, evidence };
}

function isZero(json: Json): boolean {
  if (json === null || json === '0%' || json === '100%') return true;
  return parseQuantity(String(json))?.nanos === 0n;
}
