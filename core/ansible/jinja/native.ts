import type { Budget } from '../budget.ts';
import { dict, type Entry, list, none, str, type Value } from '../value.ts';
import { toText } from './python.ts';
import { concat } from './text.ts';

/**
 * What a template comes to since ansible-core 2.19 (`AnsibleEnvironment.concat`): nothing printed is None, one printed
 * value is that value, more are joined as text. None is never printed.
 */
export function nativeValue(budget: Budget, nodes: readonly Value[]): Value {
  const printed = nodes.filter(node => node.kind !== 'none');
  const [only] = printed;
  if (!only) return none(nodes[0]?.origins ?? []);
  if (printed.length === 1) return only.kind === 'undefined' ? str('', only.origins) : only;
  return concat(
    budget,
    printed.map(node => toText(budget, withLists(node, false))),
  );
}

/**
 * The value as Ansible stores or prints it: tuples become lists. The pairs of `groupby` stay tuples where they are only
 * printed beside other text.
 */
export function withLists(value: Value, groups: boolean): Value {
  switch (value.kind) {
    case 'tuple':
      if (value.group && !groups) return value;
      return list(
        value.items.map(item => withLists(item, groups)),
        value.origins,
      );
    case 'list':
      return hasTuple(value) ? { ...value, items: value.items.map(item => withLists(item, groups)) } : value;
    case 'dict':
      if (!hasTuple(value)) return value;
      return dict(
        [...value.entries.values()].map(([key, item]): Entry => [key, withLists(item, groups)]),
        value.origins,
      );
    default:
      return value;
  }
}

function hasTuple(value: Value): boolean {
  if (value.kind === 'tuple') return true;
  if (value.kind === 'list') return value.items.some(hasTuple);
  return value.kind === 'dict' && [...value.entries.values()].some(([, item]) => hasTuple(item));
}
