import type { NodeConfiguration, NodeState } from '../../adapters/store/nodes.ts';
import type { Shown } from '../../core/review/types.ts';

/** A stretch of time in which one field of one host had one value. */
export type FieldSpan = Readonly<{
  shown: Shown;
  /** The state whose merge began it. */
  began: NodeState;
  /** The newest state of the stretch: its commit is where `origin` is read. */
  newest: NodeState;
  origin: Readonly<{ file: string; line: number }> | null;
  /** Nothing older is known of the host: the value may have stood there before the gate knew of it. */
  firstKnown: boolean;
}>;

/**
 * The stretches of one field, oldest first. A time in which the host was not managed ends a stretch.
 * @param states of one host in one inventory of one repository, oldest first
 */
export function fieldSpans(
  states: readonly NodeState[],
  configurations: ReadonlyMap<string, NodeConfiguration>,
  path: string,
): readonly FieldSpan[] {
  const spans: FieldSpan[] = [];
  for (const [index, state] of states.entries()) {
    const configuration = configurations.get(state.configurationDigest);
    if (configuration === undefined) continue;
    const shown = own(configuration.values, path) ?? { state: 'absent' };
    const origin = own(configuration.origins, path) ?? null;
    const last = spans.at(-1);
    const unbroken = last?.newest.until?.getTime() === state.since.getTime();
    if (last !== undefined && unbroken && sameShown(last.shown, shown))
      spans[spans.length - 1] = { ...last, shown, newest: state, origin };
    else spans.push({ shown, began: state, newest: state, origin, firstKnown: index === 0 });
  }
  return spans;
}

/** What the record holds itself: a field may be asked for by any name, `constructor` included. */
export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function sameShown(before: Shown, after: Shown): boolean {
  if (before.state === 'unknown' && after.state === 'unknown') return before.key === after.key;
  return JSON.stringify(before) === JSON.stringify(after);
}
