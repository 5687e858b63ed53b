import type { RenderedText, Unknown } from '../source/rope.ts';
import type { RunResult, Write } from './host-run.ts';
import { isMarked, type OwnValues, originsWithOwn, textWithOwn } from './own-values.ts';
import type { FileAlternative, Traced } from './types.ts';
import { ORIGIN_LIMIT, type Origins, OWN_MARK } from './value.ts';

/**
 * Whether the result of a run for many is told in full by putting each host's own into its texts and origins. It is not
 * where something else speaks of them, or where origins may have been dropped that some host's own would leave room for.
 */
export function isTold({ writes, steps, problems }: RunResult): boolean {
  const words = JSON.stringify([
    steps,
    problems,
    writes.map(({ dest, mode, owner, group, when, problem, task }) => [
      [dest, mode, owner, group].map(traced => traced?.value),
      when,
      problem,
      task,
    ]),
  ]);
  if (words.includes(OWN_MARK) || /\uE000[0-9a-f]/.test(words)) return false;
  return originLists({ writes, steps, problems }).every(
    origins => origins.length < ORIGIN_LIMIT || !origins.some(isMarked),
  );
}

/** Whether hosts that share the result get different texts. */
export function differsByHost({ writes }: RunResult): boolean {
  return writes.some(({ alternatives }) => alternatives.some(({ text }) => holdsOwnText(text)));
}

function originLists({ writes }: RunResult): readonly Origins[] {
  return writes.flatMap(({ dest, mode, owner, group, alternatives }) => [
    ...[dest, mode, owner, group].flatMap(traced => (traced ? [traced.origins] : [])),
    ...alternatives.flatMap(({ text }) => text.segments.map(({ origins }) => origins)),
  ]);
}

/** The result for one host: its own put into texts and origins. */
export function resultOfHost(own: OwnValues, result: RunResult, host: string): RunResult {
  const known = new Map<Origins, Origins>();
  const originsOf = (origins: Origins): Origins => {
    let found = known.get(origins);
    if (!found) known.set(origins, (found = originsWithOwn(own, origins, host)));
    return found;
  };
  const traced = (value: Traced<string> | null): Traced<string> | null =>
    value && { ...value, origins: originsOf(value.origins) };
  const text = (value: RenderedText): RenderedText => {
    if (!mentionsOwn(value)) return value;
    const filled = holdsOwnText(value) ? textWithOwn(own, value, host) : value;
    const segments = filled.segments.map(({ length, origins }) => ({ length, origins: originsOf(origins) }));
    return { text: filled.text, segments, unknowns: realUnknowns(value.unknowns) };
  };
  const alternative = (one: FileAlternative): FileAlternative => ({ ...one, text: text(one.text) });
  const writes = result.writes.map(
    (write): Write => ({
      ...write,
      dest: traced(write.dest) as Traced<string>,
      mode: traced(write.mode),
      owner: traced(write.owner),
      group: traced(write.group),
      alternatives: write.alternatives.map(alternative),
    }),
  );
  return { ...result, writes };
}

function holdsOwnText({ unknowns }: RenderedText): boolean {
  for (const { key } of unknowns.values()) if (key.startsWith(OWN_MARK)) return true;
  return false;
}

const mentioning = new WeakMap<RenderedText, boolean>();

function mentionsOwn(text: RenderedText): boolean {
  let mentions = mentioning.get(text);
  if (mentions === undefined) {
    mentions = holdsOwnText(text) || text.segments.some(({ origins }) => origins.some(isMarked));
    mentioning.set(text, mentions);
  }
  return mentions;
}

function realUnknowns(unknowns: ReadonlyMap<string, Unknown>): ReadonlyMap<string, Unknown> {
  return new Map([...unknowns].filter(([, { key }]) => !key.startsWith(OWN_MARK)));
}
