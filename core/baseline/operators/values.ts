import type { Json } from '../../kubelet/types.ts';
import {
  ABSENT,
  isEmpty,
  list,
  listFault,
  nothingFault,
  numberFault,
  type Operators,
  oneOf,
  same,
  scalarFault,
  shown,
  texts,
} from './operator.ts';

/** Operators on one value as it is: what it equals, where it starts, whether it is there. */
export const VALUE_OPERATORS: Operators = {
  eq: { fault: scalarFault, holds: same, words: shown, values: value => [value] },
  ne: {
    fault: scalarFault,
    holds: (value, actual) => !same(value, actual),
    words: value => `anything but ${shown(value)}`,
    values: value => [value],
  },
  in: {
    fault: listFault,
    holds: (value, actual) => list(value).some(allowed => same(allowed, actual)),
    words: value => oneOf(list(value)),
  },
  'not-in': {
    fault: listFault,
    holds: (value, actual) => !list(value).some(forbidden => same(forbidden, actual)),
    words: value => `neither ${list(value).map(shown).join(' nor ')}`,
  },
  present: {
    fault: nothingFault,
    holds: (_, actual) => !isEmpty(actual) && actual !== ABSENT,
    words: () => 'written out',
    values: () => [],
  },
  empty: { fault: nothingFault, holds: (_, actual) => isEmpty(actual), words: () => 'not set', values: () => [] },
  'multiple-of': {
    fault: numberFault,
    holds: (value, actual) => typeof actual === 'number' && actual % Number(value) === 0,
    words: value => `a multiple of ${shown(value)}`,
    values: value => [value],
  },
  'prefix-in': {
    fault: listFault,
    holds: (value, actual) => typeof actual === 'string' && texts(value).some(prefix => actual.startsWith(prefix)),
    words: value => `starting with ${oneOf(list(value))}`,
  },
  'non-empty-path-in': {
    fault: listFault,
    holds: (value, actual) => typeof actual === 'string' && actual !== '' && texts(value).includes(actual),
    words: value => oneOf(list(value)),
  },
  'host-in': {
    fault: listFault,
    holds: (value, actual) => texts(value).includes(hostOf(String(actual))),
    words: value => `a host of ${oneOf(list(value))}`,
  },
};

/** Host of `host:port`, `[v6]:port` or a bare address; `unix:` of a socket. */
function hostOf(text: Extract<Json, string>): string {
  if (text.startsWith('unix:')) return 'unix:';
  return /^(\[[^\]]*\]|[^:]*)(?::\d+)?$/.exec(text)?.[1] ?? text;
}
