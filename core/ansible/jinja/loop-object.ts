import { spend } from '../budget.ts';
import { type Arguments, bool, identity, int, type RuntimeObject, str, undefinedValue, type Value } from '../value.ts';
import type { Run } from './frame.ts';
import { derived, isUnknown } from './python.ts';

/** A loop while it runs. */
export type LoopState = {
  readonly items: readonly Value[];
  index: number;
  readonly depth: number;
  /** The items stand for an unknown number of them. */
  readonly openEnded: boolean;
  /** What `loop.changed` was told last, and whether some of it is unknown. */
  changed: Readonly<{ values: string; open: boolean }> | null;
};

/** What `loop` is in the body of a loop (jinja2.runtime.LoopContext); `again` loops over an inner list. */
export function loopObject(run: Run, state: LoopState, again: ((args: Arguments) => Value) | undefined): RuntimeObject {
  const count = (value: number, fromEnd: boolean): Value =>
    fromEnd && state.openEnded ? derived('loop', [...state.items, str(String(value))]) : int(value);
  const neighbour = (index: number): Value =>
    state.items[index] ?? undefinedValue('loop', 'there is no such item beside this one');
  const method = (callable: (args: Arguments) => Value): Value => ({
    kind: 'object',
    type: 'method',
    call: callable,
    origins: [],
  });
  const attribute = (name: string): Value | undefined => {
    const { index, items, depth } = state;
    switch (name) {
      case 'index':
        return int(index + 1);
      case 'index0':
        return int(index);
      case 'revindex':
        return count(items.length - index, true);
      case 'revindex0':
        return count(items.length - index - 1, true);
      case 'first':
        return bool(index === 0);
      case 'last':
        return state.openEnded ? derived('last', items, { type: 'bool' }) : bool(index === items.length - 1);
      case 'length':
        return count(items.length, true);
      case 'depth':
        return int(depth + 1);
      case 'depth0':
        return int(depth);
      case 'previtem':
        return neighbour(index - 1);
      case 'nextitem':
        return neighbour(index + 1);
      case 'cycle':
        return method(args => args.positional[index % Math.max(1, args.positional.length)] ?? str(''));
      case 'changed':
        return method(args => {
          const now = args.positional.map(identity).join('\0');
          const before = state.changed;
          const open = args.positional.some(value => isUnknown(run.budget, value));
          state.changed = { values: now, open };
          if (before === null || before.values === now) return bool(before === null);
          return open || before.open
            ? derived('changed', [str(before.values), str(now)], { type: 'bool' })
            : bool(true);
        });
      default:
        return undefined;
    }
  };
  spend(run.budget);
  return { kind: 'object', type: 'LoopContext', attribute, ...(again ? { call: again } : {}), origins: [] };
}
