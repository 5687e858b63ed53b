import { listFault, mapping, shown, texts } from '../operators/operator.ts';
import { undecided } from '../place-answer.ts';
import type { Control, PlaceAnswer } from '../types.ts';
import type { Configuration, FieldCheck } from './field-check.ts';

/** Maps have no keys but these; which values they have does not matter. */
export const KEYS_WITHIN: FieldCheck = {
  fault: (control, facts) => {
    const wrong = control.paths.findIndex(path => facts.fields[path]?.type !== 'map');
    if (wrong >= 0) return { at: ['paths', wrong], message: `${control.paths[wrong]} is no map` };
    const message = listFault(control.check.value);
    return message === null ? null : { at: ['check', 'value'], message };
  },
  expected: ({ check }) => `no keys but ${texts(check.value).join(', ')}`,
  evaluate: (control, configuration) => control.paths.map(path => judge(control, path, configuration)),
  rank: ({ check, paths }, path, json) =>
    json !== null &&
    paths.some(map => path.startsWith(`${map}.`) && !texts(check.value).includes(path.slice(map.length + 1)))
      ? 1
      : 0,
};

function judge(control: Control, path: string, { field }: Configuration): PlaceAnswer {
  const found = field(path);
  if (!found.known) return undecided(path, found.why, found.evidence);
  const { json, evidence } = found;
  const keys = Object.keys(mapping(json) ?? {});
  const others = keys.filter(key => !texts(control.check.value).includes(key));
  if (others.length > 0) {
    const reason = `${path} sets ${others.join(', ')}, which the baseline does not allow`;
    return { result: 'violated', path, actual: json, reason, evidence };
  }
  const reason = keys.length === 0 ? `${path} is not set` : `${path} sets ${shown(keys)}`;
  return { result: 'pass', path, actual: json, reason, evidence };
}
