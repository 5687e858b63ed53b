import { type ChangedFile, insideHunk } from '../review/changed-file.ts';
import type { Place, Replacement, Verdict } from '../review/types.ts';
import { changeRows, nodesPhrase } from './change-rows.ts';
import { findingRows } from './finding-rows.ts';
import { code, suggestion, words } from './foreign-text.ts';
import { count } from './headline.ts';
import { foreign, toMarkdown } from './phrase.ts';
import { problemKind } from './problem-rows.ts';
import { findingPhrase } from './sections.ts';
import { CHANGE_CAP, changeText } from './shown-value.ts';

/** One comment of a review, in GitHub's terms: a file of the diff by its path in the head, a line, and its side. */
export type InlineComment = Readonly<{ path: string; line: number; side: 'LEFT' | 'RIGHT'; body: string }>;

const MOST_COMMENTS = 30;
const MOST_NOTES = 6;

type Note = Readonly<{ at: readonly Place[]; text: string; replacement?: Replacement | undefined }>;
type Draft = { readonly place: Omit<InlineComment, 'body'>; readonly notes: string[]; suggested: string | null };

/**
 * Comments where the diff shows the lines that matter: problems, violations, what cannot be decided, and weakenings
 * that violate nothing. One comment a place, at most 30 of them; the last says how many places are left. Lines outside
 * every hunk get none, because GitHub refuses a whole review for one such comment. A line that is proven to mend a finding
 * is suggested where the diff shows it, in the one comment on that line.
 */
export function inlineComments(verdict: Verdict, changedFiles: readonly ChangedFile[]): readonly InlineComment[] {
  const places = new Map<string, Draft>();
  for (const { at, text, replacement } of notes(verdict)) {
    const replaced = replacement ? commentable({ ...replacement, side: 'RIGHT' }, changedFiles) : null;
    const place = replaced ?? at.map(candidate => commentable(candidate, changedFiles)).find(found => found !== null);
    if (!place) continue;
    const key = JSON.stringify(place);
    const draft = places.get(key) ?? { place, notes: [], suggested: null };
    places.set(key, draft);
    draft.notes.push(text);
    if (replaced && replacement) draft.suggested = suggestion(replacement.text);
  }
  const all = [...places.values()];
  return all.slice(0, MOST_COMMENTS).map((draft, index) => {
    const left = index === MOST_COMMENTS - 1 ? all.length - MOST_COMMENTS : 0;
    return { ...draft.place, body: body(draft, left) };
  });
}

function body({ notes, suggested }: Draft, placesLeft: number): string {
  const shown = [...new Set(notes)];
  const more = shown.length > MOST_NOTES ? [`…and ${shown.length - MOST_NOTES} more, see the check run.`] : [];
  const left = placesLeft > 0 ? [`*${count(placesLeft, 'more place')} of this change: see the check run.*`] : [];
  return [...shown.slice(0, MOST_NOTES), ...more, ...(suggested === null ? [] : [suggested]), ...left].join('\n\n');
}

function* notes(verdict: Verdict): Generator<Note> {
  for (const problem of verdict.problems) {
    const { file, line, message } = problem;
    yield { at: [{ file, line, side: 'RIGHT' }], text: `**${problemKind(problem).claim}:** ${code(message, 500)}` };
  }
  const rows = changeRows(verdict);
  const told = new Set<string>();
  for (const finding of findingRows(verdict, 'introduced', 'undecided')) {
    for (const { path } of [finding, ...finding.also]) told.add(path);
    const row = rows.find(({ path, also }) => path === finding.path || also.includes(finding.path));
    const change = row ? `${code(changeText(row), CHANGE_CAP)}\n\n` : '';
    const why = finding.status === 'introduced' ? ` ${words(finding.rationale)}` : '';
    const text = `${change}**${finding.severity}** ${code(finding.control)} ${words(finding.title)}: ${toMarkdown(findingPhrase(finding, verdict))}${why}`;
    yield { at: finding.at, text, replacement: finding.replacement };
  }
  for (const row of rows) {
    if (row.direction !== 'weakens' || told.has(row.path)) continue;
    const nodes = nodesPhrase(row.hosts, row.groups, verdict);
    yield {
      at: row.at,
      text: toMarkdown(['**Weakens** ', foreign(changeText(row), CHANGE_CAP), ' on ', ...nodes, '.']),
    };
  }
}

/** The place as GitHub names it, or null where the diff does not show it. */
function commentable(
  { file, line, side }: Place,
  changedFiles: readonly ChangedFile[],
): Omit<InlineComment, 'body'> | null {
  const changed = changedFiles.find(
    ({ path, previousPath }) => (side === 'LEFT' ? (previousPath ?? path) : path) === file,
  );
  return changed && line > 0 && insideHunk(changed, line, side) ? { path: changed.path, line, side } : null;
}
