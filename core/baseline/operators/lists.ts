import type { Json } from '../../kubelet/types.ts';
import { list, listFault, mapping, type Operators, same, scalarFault, shown, texts } from './operator.ts';

/** Operators on lists: what must be in them, and what must not. */
export const LIST_OPERATORS: Operators = {
  'subset-of': {
    fault: listFault,
    holds: (value, actual) => extra(value, actual).length === 0,
    words: value => `only ${list(value).map(shown).join(', ')}`,
    blame: (value, actual) => {
      const more = extra(value, actual);
      return more.length > 0 ? `has ${more.join(', ')}, which the baseline does not allow` : 'has to be written out';
    },
    distance: (value, actual) => extra(value, actual).length,
  },
  contains: {
    fault: scalarFault,
    holds: (value, actual) => list(actual).some(item => same(item, value)),
    words: value => `a list with ${shown(value)}`,
    values: value => [value],
  },
  'contains-item': {
    fault: value => (mapping(value) ? null : 'value must be a mapping of what the item has'),
    holds: (value, actual) => list(actual).some(item => has(item, value)),
    words: value =>
      `an item with ${Object.entries(mapping(value) ?? {})
        .map(pairWords)
        .join(', ')}`,
    values: () => [],
  },
  'labels-outside': {
    fault: value =>
      listFault(mapping(value)?.['domains'] ?? null) !== null || listFault(mapping(value)?.['except'] ?? null) !== null
        ? 'value must have domains and except, two lists'
        : null,
    holds: (value, actual) => labelsIn(value, actual).length === 0,
    words: value => `no label of ${texts(mapping(value)?.['domains'] ?? null).join(', ')} but those of the node itself`,
    values: () => [],
    blame: (value, actual) => `has ${labelsIn(value, actual).join(', ')}`,
  },
  'none-of': {
    fault: listFault,
    holds: (value, actual) => list(actual).length > 0 && !texts(actual).some(item => texts(value).includes(item)),
    words: value => `a list without ${list(value).map(shown).join(', ')}`,
  },
};

function extra(allowed: Json, actual: Json): readonly string[] {
  return texts(actual).filter(item => !texts(allowed).includes(item));
}

/** Whether an object has every entry of another. */
function has(item: Json, wanted: Json): boolean {
  const entries = mapping(item) ?? {};
  return Object.entries(mapping(wanted) ?? {}).every(([key, value]) => same(entries[key] ?? null, value));
}

function pairWords([key, value]: readonly [string, Json]): string {
  return `${key} ${shown(value)}`;
}

/** Of labels as a flag has them (`a=1,b.example/c=2`), those in one of the domains or below it that are no exception. */
function labelsIn(value: Json, actual: Json): readonly string[] {
  const operand = mapping(value);
  const domains = texts(operand?.['domains'] ?? null);
  const except = texts(operand?.['except'] ?? null);
  return String(actual)
    .split(',')
    .map(pair => pair.split('=')[0]?.trim() ?? '')
    .filter(key => {
      const domain = key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
      const inside = domains.some(name => domain === name || domain.endsWith(`.${name}`));
      return inside && !except.some(allowed => key === allowed || (allowed.endsWith('/') && key.startsWith(allowed)));
    });
}
