import { sameTask } from '../ansible/same-task.ts';
import type { NodeFile, NodeGroup, Rendering } from '../ansible/types.ts';
import type { KubeletProblem, Minor } from '../kubelet/types.ts';
import type { Problem, ProblemCode } from '../source/problem.ts';
import { type Origin, originsAt } from '../source/rope.ts';
import type { SourceTree } from '../source/tree.ts';
import type { ChangedFile } from './changed-file.ts';
import { type DiffIndex, indexDiff, placesOf } from './diff-places.ts';
import type { GroupPair } from './pair-groups.ts';
import { unreadProblems } from './unread-problems.ts';

export type ReviewedProblems = Readonly<{ introduced: readonly Problem[]; existing: readonly Problem[] }>;

/** One revision as far as problems need it. `problems` are those the caller found itself (the policy file's). */
export type ProblemSide = Readonly<{ tree: SourceTree; rendering: Rendering; problems: readonly Problem[] }>;

/**
 * Tells the problems a change introduces from those that were there. A problem of the head is introduced when the base
 * has no equal one (same file, code and sentence; lines do not count, renames are followed), or when the diff changes
 * what the block it stands in says (the file, where nothing of it can be judged; the line alone, where the file is
 * rendered around it): what cannot be judged must not be edited unjudged. A kubelet that refuses or ignores what is
 * written is compared per pair of node groups. A file whose text can no longer be told is a problem of its own when
 * nothing else explains it.
 *
 * @param links symlinks and submodules the change puts on governed paths (`linkProblems`): always introduced.
 */
export function reviewProblems(
  base: ProblemSide,
  head: ProblemSide,
  pairs: readonly GroupPair[],
  links: readonly Problem[],
  diff: DiffIndex,
  minor: Minor,
): ReviewedProblems {
  const introduced: Problem[] = [];
  const existing: Problem[] = [];
  const before = countByKey(renderingProblems(base), file => diff.left.get(file)?.path ?? file);
  const earlier = editsInBase(base, diff);
  const around = renderedAround(head);
  for (const problem of renderingProblems(head)) {
    const key = keyOf(problem, problem.file);
    const left = before.get(key) ?? 0;
    if (left > 0) before.set(key, left - 1);
    const edit = editOf(head.tree, problem, diff.right.get(problem.file), 'RIGHT', around);
    (left === 0 || isUnjudged(earlier.get(key) ?? [], edit) ? introduced : existing).push(problem);
  }
  introduced.push(...noLongerDeclined(base, head, diff));
  const kubelet = kubeletProblems(pairs, diff, minor);
  if (introduced.length === 0) introduced.push(...lostTexts(pairs));
  introduced.push(...unreadProblems(base.rendering, head.rendering, diff));
  return {
    introduced: unique([...introduced, ...newLinks(links, introduced), ...kubelet.introduced]),
    existing: unique([...existing, ...kubelet.existing]),
  };
}

/** Files of a format the gate declines that the change takes away: what they did is as unseen as what they do. */
function noLongerDeclined(base: ProblemSide, head: ProblemSide, diff: DiffIndex): readonly Problem[] {
  const still = new Set(renderingProblems(head).flatMap(({ code, file }) => (code === 'declined' ? [file] : [])));
  return renderingProblems(base).flatMap(problem => {
    const changed = problem.code === 'declined' ? diff.left.get(problem.file) : undefined;
    return changed && !still.has(changed.path) ? [{ ...problem, file: changed.path, line: 0 }] : [];
  });
}

/** Files whose text the base told and the head does not, though a task still writes them: what they hold is not judged. */
function lostTexts(pairs: readonly GroupPair[]): readonly Problem[] {
  return pairs.flatMap(({ base, head }) => {
    const told = new Set(base?.files.filter(({ text }) => text !== null).map(destOf));
    return (head?.files ?? [])
      .filter(file => file.text === null && told.has(destOf(file)))
      .map(
        (file): Problem => ({
          file: file.source ?? file.task.file,
          line: file.source === null ? file.task.line : 0,
          code: 'not-evaluated',
          message: `what is put at ${destOf(file)} can no longer be told from Git`,
        }),
      );
  });
}

const destOf = ({ dest }: NodeFile): string => (dest.value.known ? dest.value.json : dest.value.unknown.why.join('; '));

/** Links the rendering did not meet, or did not report itself. */
function newLinks(links: readonly Problem[], reported: readonly Problem[]): readonly Problem[] {
  return links.filter(link => !reported.some(({ file, code }) => file === link.file && code === link.code));
}

/** Codes after which the rest of a revision is judged as well as ever. */
const HARMLESS: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'declined',
  'vaulted',
  'kubelet-refuses',
  'policy-invalid',
  'mode-invalid',
]);

/** Whether something that was there before keeps the gate from seeing all that a governed file may do. */
export function isBlinded(existing: readonly Problem[]): boolean {
  return existing.some(({ code }) => !HARMLESS.has(code));
}

/** What ended the evaluation of a host or a file before it was through: nothing behind it was looked at. */
export function cutShort(existing: readonly Problem[]): readonly Problem[] {
  return existing.filter(({ code }) => code === 'over-limit');
}

/** Every problem of a revision, what the kubelets of that minor say of their configuration among them. */
export function revisionProblems(side: ProblemSide, minor: Minor): readonly Problem[] {
  const alone = side.rendering.inventories.flatMap(({ inventory, groups }) =>
    groups.map((head): GroupPair => {
      return { inventory, hosts: head.hosts, base: null, head, hosting: 'joins', inventoryGone: false };
    }),
  );
  return unique([...renderingProblems(side), ...kubeletProblems(alone, indexDiff([]), minor).introduced]);
}

/** Every problem of a revision once, apart from what the kubelet says. */
function renderingProblems({ rendering, problems }: ProblemSide): readonly Problem[] {
  return unique([
    ...problems,
    ...rendering.problems,
    ...rendering.inventories.flatMap(inventory => [
      ...inventory.problems,
      ...inventory.groups.flatMap(group => group.problems),
    ]),
  ]);
}

function unique(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map(problem => [`${problem.line}\0${keyOf(problem, problem.file)}`, problem])).values()];
}

const keyOf = (problem: Problem, file: string): string => `${file}\0${problem.code}\0${problem.message}`;

function countByKey(problems: readonly Problem[], rename: (file: string) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const problem of problems) {
    const key = keyOf(problem, rename(problem.file));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** What the diff does to the place of a problem; `block` is the text of the task or play it stands in, if it is one. */
type Edit = Readonly<{ edited: boolean; block: string | null }>;

/** What the diff takes from the places of the base's problems, by key. */
function editsInBase(base: ProblemSide, diff: DiffIndex): ReadonlyMap<string, readonly Edit[]> {
  const edits = new Map<string, Edit[]>();
  const around = renderedAround(base);
  for (const problem of renderingProblems(base)) {
    const file = diff.left.get(problem.file);
    const key = keyOf(problem, file?.path ?? problem.file);
    edits.set(key, [...(edits.get(key) ?? []), editOf(base.tree, problem, file, 'LEFT', around)]);
  }
  return edits;
}

/** Whether the place of a problem was edited so that it says something else than before. */
function isUnjudged(before: readonly Edit[], after: Edit): boolean {
  if (!after.edited && !before.some(({ edited }) => edited)) return false;
  const { block } = after;
  return block === null || !before.some(one => one.block !== null && sameTask(one.block, block));
}

/** Codes that leave nothing of a file judged, wherever in it the problem is. */
const WHOLE_FILE: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'declined',
  'yaml-invalid',
  'template-invalid',
  'template-undefined',
  'over-limit',
  'unreadable',
]);

/** Codes of a template whose other lines are rendered with what one line lacks unknown. */
const LACKING: ReadonlySet<ProblemCode> = new Set<ProblemCode>(['template-undefined', 'template-invalid']);

/** Templates of which every node that gets them has a text. */
function renderedAround({ rendering }: ProblemSide): ReadonlySet<string> {
  const files = rendering.inventories.flatMap(({ groups }) => groups.flatMap(group => group.files));
  const lost = new Set(files.filter(({ text }) => text === null).map(({ source }) => source));
  return new Set(files.flatMap(({ source }) => (source === null || lost.has(source) ? [] : [source])));
}

function editOf(
  tree: SourceTree,
  problem: Problem,
  file: ChangedFile | undefined,
  side: 'LEFT' | 'RIGHT',
  around: ReadonlySet<string>,
): Edit {
  const changed = (side === 'RIGHT' ? file?.addedLines : file?.removedLines) ?? new Set();
  if (LACKING.has(problem.code) && problem.line > 0 && around.has(problem.file))
    return { edited: changed.has(problem.line), block: null };
  const isWhole = problem.line === 0 || WHOLE_FILE.has(problem.code);
  if (isWhole || (problem.code === 'not-evaluated' && problem.line === 1))
    return { edited: changed.size > 0, block: null };
  const lines = linesOf(tree, problem.file);
  const [first, last] = blockAt(lines, problem.line);
  return {
    edited: [...changed].some(line => line >= first && line <= last),
    block: isTaskFile(problem.file) ? lines.slice(first - 1, last).join('\n') : null,
  };
}

/** In a template even a comment of YAML may hold what Jinja evaluates. */
const isTaskFile = (path: string): boolean => /\.ya?ml$/.test(path) && !/(?:^|\/)(?:templates|files)\//.test(path);

function linesOf(tree: SourceTree, path: string): readonly string[] {
  try {
    return tree.text(path)?.split('\n') ?? [];
  } catch {
    return [];
  }
}

/**
 * First and last line of the indented block a line stands in: from the list item or key that opens it to the line
 * before the next one at its depth. For a task of a playbook that is the whole task.
 */
export function blockAt(lines: readonly string[], line: number): readonly [number, number] {
  const first = itemAround(lines, line) ?? line;
  const depth = depthOf(lines[first - 1] ?? '');
  let last = line;
  for (let at = line + 1; at <= lines.length; at++) {
    const text = lines[at - 1] ?? '';
    if (text.trim() !== '' && depthOf(text) <= depth) break;
    last = at;
  }
  return [first, last];
}

/** The list item a line is in: itself, or the nearest item above it that is less deep than all between. */
function itemAround(lines: readonly string[], line: number): number | null {
  let depth = Number.POSITIVE_INFINITY;
  for (let at = line; at >= 1; at--) {
    const text = lines[at - 1] ?? '';
    if (text.trim() === '' || depthOf(text) >= depth) continue;
    if (isItem(text)) return at;
    depth = depthOf(text);
  }
  return null;
}

const depthOf = (text: string): number => text.length - text.trimStart().length;
const isItem = (text: string): boolean => /^\s*- /.test(text);

function kubeletProblems(pairs: readonly GroupPair[], diff: DiffIndex, minor: Minor): ReviewedProblems {
  const found = { introduced: new Map<string, Hosts>(), existing: new Map<string, Hosts>() };
  for (const { base, head, hosts } of pairs) {
    const before = new Set(base?.kubelet?.problems.map(kubeletKey));
    for (const problem of head?.kubelet?.problems ?? []) {
      const side = before.has(kubeletKey(problem)) ? found.existing : found.introduced;
      const key = kubeletKey(problem);
      let same = side.get(key);
      if (!same) side.set(key, (same = { problem: toProblem(problem, head!, base, diff, minor), hosts: new Set() }));
      for (const host of hosts) same.hosts.add(host);
    }
  }
  const withHosts = (side: ReadonlyMap<string, Hosts>) =>
    [...side.values()].map(({ problem, hosts }) => ({
      ...problem,
      message: `${problem.message} (${hosts.size} ${hosts.size === 1 ? 'node' : 'nodes'})`,
    }));
  return { introduced: withHosts(found.introduced), existing: withHosts(found.existing) };
}

type Hosts = Readonly<{ problem: Problem; hosts: Set<string> }>;

const kubeletKey = ({ stage, effect, path, message, in: text }: KubeletProblem): string =>
  JSON.stringify([stage, effect, path, message, text]);

/** The place is where the value was written in the repository, else where the text that holds it comes from. */
function toProblem(
  problem: KubeletProblem,
  head: NodeGroup,
  base: NodeGroup | null,
  diff: DiffIndex,
  minor: Minor,
): Problem {
  const provenance = (problem.path === '' ? null : head.provenance.get(problem.path)) ?? spanOrigins(problem, head);
  const place = placesOf(provenance, base?.provenance.get(problem.path) ?? [], diff)[0];
  const verb = problem.effect === 'refuses' ? 'does not start with' : 'ignores';
  const subject = problem.path === '' ? `this configuration` : problem.path;
  return {
    file: place?.file ?? sourceOf(problem, head) ?? '',
    line: place?.line ?? 0,
    code: 'kubelet-refuses',
    message: `the kubelet ${minor} ${verb} ${subject}: ${problem.message}`,
  };
}

function spanOrigins(problem: KubeletProblem, group: NodeGroup): readonly Origin[] {
  if (problem.in === 'flags') return group.flags[problem.span?.start ?? -1]?.value.origins ?? [];
  const text = fileOf(problem, group)?.text;
  return text && problem.span ? originsAt(text, problem.span.start, problem.span.end) : [];
}

const sourceOf = (problem: KubeletProblem, group: NodeGroup): string | null | undefined => {
  const file = fileOf(problem, group);
  return file?.source ?? file?.task.file;
};

function fileOf({ in: name }: KubeletProblem, group: NodeGroup) {
  if (name === 'config')
    return group.files.find(file => file.kind === 'KubeletConfiguration' || file.kind === 'kubeadm');
  if (name === 'flags') return group.files.find(file => file.kind === 'kubelet-flags');
  return group.files.find(
    ({ dest }) => dest.value.known && (dest.value.json === name || dest.value.json.endsWith(`/${name}`)),
  );
}
