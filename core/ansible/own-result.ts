import type { RenderedText, Unknown } from '../source/rope.ts';
import type { RunResult, Write } from './host-run.ts';
import { isMarked, type OwnValues, originsWithOwn, textWithOwn } from './own-values.ts';
import type { FileAlternative, Traced } from './types.ts';
import { ORIGIN_LIMIT, type Origins, OWN_MARK } from './value.ts';

/**
 * Whether the result of a run for many is told in full by putting each host's own into its texts and origins. It is not
 * where something else speaks of them, or where origins may have been dropped that some host's own would leave room for.
 */
export function isTold(result: RunResult): boolean {
  const { steps, problems, delegated } = result;
  const words = JSON.stringify([
    steps,
    problems,
    delegated.map(one => one.problems),
    allWrites(result).map(({ dest, mode, owner, group, when, problem, task }) => [
      [dest, mode, owner, group].map(traced => traced?.value),
      when,
      problem,
      task,
    ]),
  ]);
  if (words.includes(OWN_MARK) || /\uE000[0-9a-f]/.test(words)) return false;
  return originLists(result).every(origins => origins.length < ORIGIN_LIMIT || !origins.some(isMarked));
}

/** What a host writes, on itself and on others. */
function allWrites({ writes, delegated }: RunResult): readonly Write[] {
  return delegated.length === 0 ? writes : [...writes, ...delegated.flatMap(one => one.writes)];
}

/** Whether hosts that share the result get different texts, or put them on others. */
export function differsByHost(result: RunResult): boolean {
  return allWrites(result).some(({ alternatives }) => alternatives.some(({ text }) => holdsOwnText(text)));
}

function originLists(result: RunResult): readonly Origins[] {
  return allWrites(result).flatMap(({ dest, mode, owner, group, alternatives }) => [
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
  const writeOf = (write: Write): Write => ({
    ...write,
    dest: traced(write.dest) as Traced<string>,
    mode: traced(write.mode),
    owner: traced(write.owner),
    group: traced(write.group),
    alternatives: write.alternatives.map(alternative),
  });
  const delegated = result.delegated.map(one => ({ ...one, writes: one.writes.map(writeOf) }));
  return { ...result, writes: result.writes.map(writeOf), delegated };
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
