import type { Unknown } from '../source/rope.ts';
import type { PlayStep, StepCall, Traced } from './types.ts';

/** Says of an argument that hosts which share their steps have different ones. */
export const ON_EACH_NODE: Unknown = { key: 'another one on each node', why: ['it is another one on each node'] };

/**
 * The steps of hosts that get the same: what is not the same for all of them is unknown. `first` gives the order; what
 * only others run (nothing that changes a node, or their results would not be equal) is left out.
 */
export function mergeSteps(first: readonly PlayStep[], others: readonly (readonly PlayStep[])[]): readonly PlayStep[] {
  const different = others.filter(steps => steps !== first);
  return different.reduce((merged, steps) => mergeTwo(merged, steps), first);
}

function mergeTwo(merged: readonly PlayStep[], steps: readonly PlayStep[]): readonly PlayStep[] {
  const left = new Map<string, PlayStep[]>();
  for (const step of steps) {
    const key = placeKey(step);
    const same = left.get(key);
    if (same) same.push(step);
    else left.set(key, [step]);
  }
  return merged.map(step => {
    const other = left.get(placeKey(step))?.shift();
    return other === step ? step : mergedStep(step, other);
  });
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
