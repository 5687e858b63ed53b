import type { Unknown } from '../source/rope.ts';
import type { PlayStep, StepCall, Traced } from './types.ts';

/** Says of an argument that hosts which share their steps have different ones. */
export const ON_EACH_NODE: Unknown = { key: 'another one on each node', why: ['it is another one on each node'] };

/**
 * The steps of hosts that get the same: what is not the same for all of them is unknown, also what only others run
 * (nothing that changes a node, or their results would not be equal). `first` gives the order.
 */
export function mergeSteps(first: readonly PlayStep[], others: readonly (readonly PlayStep[])[]): readonly PlayStep[] {
  const different = others.filter(steps => steps !== first);
  return different.reduce((merged, steps) => mergeTwo(merged, steps), first);
}

function mergeTwo(merged: readonly PlayStep[], steps: readonly PlayStep[]): readonly PlayStep[] {
  const places = new Map<string, number[]>();
  for (const [index, step] of merged.entries()) {
    pushTo(places, placeKey(step), index);
  }
  const matching = new Map<number, PlayStep>();
  /** Steps the merged ones lack, by the index of the one they come behind. */
  const lacking = new Map<number, PlayStep[]>();
  let last = -1;
  for (const step of steps) {
    const index = places.get(placeKey(step))?.shift();
    if (index !== undefined) matching.set((last = index), step);
    else if (step.runs !== false) pushTo(lacking, last, { ...step, runs: ON_EACH_NODE });
  }
  const all = merged.flatMap((step, index) => {
    const other = matching.get(index);
    return [other === step ? step : mergedStep(step, other), ...(lacking.get(index) ?? [])];
  });
  return [...(lacking.get(-1) ?? []), ...all];
}

function pushTo<K, T>(lists: Map<K, T[]>, key: K, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

function placeKey({ file, line, role, task, kind }: PlayStep): string {
  return JSON.stringify([file, line, role, task, kind]);
}

function mergedStep(step: PlayStep, other: PlayStep | undefined): PlayStep {
  const runs = runsKey(step.runs) === runsKey(other?.runs ?? false) ? step.runs : ON_EACH_NODE;
  const calls = other ? mergedCalls(step.calls, other.calls) : step.calls;
  return runs === step.runs && calls === step.calls ? step : { ...step, runs, calls };
}

function runsKey(runs: PlayStep['runs']): string {
  return typeof runs === 'boolean' ? String(runs) : `? ${runs.key}`;
}

function mergedCalls(calls: readonly StepCall[], others: readonly StepCall[]): readonly StepCall[] {
  const merged = calls.map((call, index) => mergedCall(call, others[index] ?? new Map()));
  return merged.every((call, index) => call === calls[index]) ? calls : merged;
}

function mergedCall(call: StepCall, other: StepCall): StepCall {
  if (call === other) return call;
  const changed = [...call].filter(([name, value]) => valueKey(value) !== valueKey(other.get(name)));
  const added = [...other].filter(([name]) => !call.has(name));
  if (changed.length + added.length === 0) return call;
  return new Map([
    ...call,
    ...[...changed, ...added].map(
      ([name, { origins }]) => [name, { value: { known: false, unknown: ON_EACH_NODE }, origins }] as const,
    ),
  ]);
}

function valueKey(traced: Traced<string> | undefined): string {
  if (!traced) return '';
  return traced.value.known ? `= ${traced.value.json}` : `? ${traced.value.unknown.key}`;
}
