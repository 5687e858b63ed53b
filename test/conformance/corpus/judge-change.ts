import type { Minor } from '../../../core/kubelet/types.ts';
import { insideHunk } from '../../../core/review/changed-file.ts';
import { type Direction, type FieldChange, type Finding, NODE_PATH, type Place } from '../../../core/review/types.ts';
import { answerEffect, type EffectAnswer, pathsOf, shownText, speaksOf } from './effects.ts';
import { facts, type Judged, judgeCommits } from './judge-commits.ts';
import { compareWithOracle, oracleDifferences } from './oracle-equality.ts';
import type { RealChange } from './real-change.ts';

/** What is asked about every real change. */
export const COLUMNS = ['effects', 'nothing else', 'oracle', 'direction', 'controls', 'place'] as const;
export type Column = (typeof COLUMNS)[number];

/** `note` says what was compared; `misses` what is wrong. null: there is nothing to compare. */
export type Answer = Readonly<{ note: string; misses: readonly string[] }> | null;
export type Answers = Readonly<Record<Column, Answer>>;

const DIRECTIONS: Readonly<Record<RealChange['meta']['judgement'], Direction>> = {
  harden: 'strengthens',
  weaken: 'weakens',
  neutral: 'neutral',
};

/** Judges a real change as `check` does and compares with what people and real Ansible said about it. */
export async function judgeChange(change: RealChange, minor: Minor): Promise<Answers> {
  const { meta, oracle } = change;
  const judged = await judgeCommits(change.base, change.head, minor, { withRenderings: oracle !== null });
  const still = meta.latent === true || (oracle !== null && oracleDifferences(oracle).length === 0);
  const effects = meta.expected_effects.map(effect => answerEffect(effect, judged.verdict.changes, facts, still));
  return {
    effects: effectsAnswer(effects),
    'nothing else': othersAnswer(change, judged, effects),
    oracle: oracleAnswer(change, judged),
    direction: directionAnswer(judged.verdict.direction, DIRECTIONS[meta.judgement]),
    controls: controlsAnswer(judged.verdict.findings, meta.judgement),
    place: placeAnswer(effects, judged),
  };
}

function effectsAnswer(effects: readonly EffectAnswer[]): Answer {
  if (effects.length === 0) return null;
  const ways = (['exact', 'changed', 'unchanged'] as const)
    .map(way => [effects.filter(({ how }) => how === way).length, way] as const)
    .filter(([count]) => count > 0);
  return {
    note: ways.map(([count, way]) => `${count} ${way}`).join(', '),
    misses: effects.flatMap(({ miss }) => (miss === null ? [] : [miss])),
  };
}

/**
 * What a review may say beside the expected effects: what real Ansible shows too, files whose text or attributes the
 * author's own lines changed, what stands in files that are new as a whole, nodes that are new with the whole
 * repository, that a boot format is declined, and that nothing reads a variable in the part of a repository a case has.
 */
function othersAnswer({ meta, oracle }: RealChange, judged: Judged, effects: readonly EffectAnswer[]): Answer {
  const { changes, problems } = judged.verdict;
  const expected = new Set(effects.flatMap(({ changes }) => changes));
  const shown = oracle === null ? [] : oracleDifferences(oracle).flatMap(({ field }) => pathsOf(field, facts));
  const others = changes.filter(change => {
    if (expected.has(change) || speaksOf(change, shown)) return false;
    if (change.path === NODE_PATH) return meta.parent !== null;
    const [place] = change.at;
    if (judged.diff.some(({ path, status }) => path === place?.file && status === 'added')) return false;
    return !(isOfFile(change.path) && isChangedLine(place, judged));
  });
  const introduced = problems.filter(({ code }) => code !== 'declined' && code !== 'unread-variable');
  return {
    note: `${changes.length} changes`,
    misses: [
      ...distinct(
        others.map(({ path, before, after }) => `${path || 'a node'}: ${shownText(before)} → ${shownText(after)}`),
      ),
      ...distinct(introduced.map(({ file, line, message }) => `${file}:${line}: ${message}`)),
    ],
  };
}

const isOfFile = (path: string): boolean => path.startsWith('/') || path.startsWith('(');

function oracleAnswer({ oracle }: RealChange, { renderings }: Judged): Answer {
  if (oracle === null || renderings === null) return null;
  const { texts, unknowns, misses } = compareWithOracle(oracle, renderings);
  return { note: `${texts} texts, ${unknowns} unknown`, misses };
}

function directionAnswer(ours: Direction, expected: Direction): Answer {
  return { note: ours, misses: ours === expected ? [] : [`${ours}, judged ${expected}`] };
}

/** Controls a change introduces (+) and fixes (−): one judged to harden introduces none, one judged to weaken some. */
function controlsAnswer(findings: readonly Finding[], judgement: RealChange['meta']['judgement']): Answer {
  const named = (wanted: Finding['status']) =>
    distinct(findings.filter(({ status }) => status === wanted).map(({ control }) => control));
  const [introduced, fixed] = [named('introduced'), named('fixed')];
  const words = [...introduced.map(id => `+${id}`), ...fixed.map(id => `−${id}`)].map(word => word.replace('KG-', ''));
  const misses = { harden: introduced.map(id => `introduces ${id}`), weaken: [] as string[], neutral: [] as string[] };
  if (introduced.length === 0) misses.weaken.push('judged to weaken, and nothing is introduced');
  return {
    note: words.slice(0, 3).join(' ') + (words.length > 3 ? ` and ${words.length - 3}` : '') || 'none',
    misses: misses[judgement],
  };
}

/** The first place of each expected effect is a line the author changed: there a comment lands inside the diff. */
function placeAnswer(effects: readonly EffectAnswer[], judged: Judged): Answer {
  const changes = effects.filter(({ how }) => how !== 'unchanged').flatMap(({ changes }) => changes);
  if (changes.length === 0) return null;
  const misses = changes.filter(({ at }) => !isChangedLine(at[0], judged));
  const [first] = changes;
  return {
    note: placeText(first?.at[0]),
    misses: distinct(misses.map((change: FieldChange) => `${change.path} at ${placeText(change.at[0])}`)),
  };
}

function isChangedLine(place: Place | undefined, { diff }: Judged): boolean {
  if (place === undefined) return false;
  const { file, line, side } = place;
  return diff.some(
    changed =>
      (side === 'RIGHT' ? changed.path : (changed.previousPath ?? changed.path)) === file &&
      insideHunk(changed, line, side) &&
      (side === 'RIGHT' ? changed.addedLines : changed.removedLines).has(line),
  );
}

function placeText(place: Place | undefined): string {
  return place === undefined
    ? 'nowhere'
    : `${place.file.split('/').at(-1)}:${place.line}${place.side === 'LEFT' ? ' (base)' : ''}`;
}

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)];
