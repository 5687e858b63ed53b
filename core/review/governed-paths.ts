import type { Problem } from '../source/problem.ts';
import type { SourceTree } from '../source/tree.ts';
import { type ChangedFile, namesOf } from './changed-file.ts';

/** A revision as far as the question "is this path governed" needs it. */
export type ReadSide = Readonly<{ tree: SourceTree; read: ReadonlySet<string> }>;

/**
 * Paths of the change that take part in either revision's rendering, the policy file, and entries that are not plain
 * files where a plain governed file is or was. Both names of a rename count as soon as one of them is governed.
 */
export function governedPaths(
  changes: readonly ChangedFile[],
  base: ReadSide,
  head: ReadSide,
  policyPath: string,
): readonly string[] {
  const isGoverned = (path: string) =>
    path === policyPath || base.read.has(path) || head.read.has(path) || isInTheWay(path, base, head);
  return [...new Set(changes.filter(file => namesOf(file).some(isGoverned)).flatMap(namesOf))].sort();
}

/** A symlink or submodule where governed files stand in either revision: itself, or a directory of them. */
function isInTheWay(path: string, base: ReadSide, head: ReadSide): boolean {
  if (!isLink(head.tree, path) && !isLink(base.tree, path)) return false;
  return [...base.read, ...head.read].some(read => read.startsWith(`${path}/`));
}

function isLink(tree: SourceTree, path: string): boolean {
  const mode = tree.entry(path)?.mode;
  return mode === '120000' || mode === '160000';
}

/** One problem per governed path of the change that is a symlink or a submodule in the head. */
export function linkProblems(governed: readonly string[], head: SourceTree): readonly Problem[] {
  return governed
    .filter(path => isLink(head, path))
    .map(path =>
      head.entry(path)?.mode === '120000'
        ? {
            file: path,
            line: 0,
            code: 'symlink',
            message: 'a governed path is a symbolic link; the gate does not follow links',
          }
        : {
            file: path,
            line: 0,
            code: 'submodule',
            message: 'a governed path is a submodule; the gate does not look inside',
          },
    );
}

/** Directories whose files only supply values. */
const VALUES = /(^|\/)(group_vars|host_vars|defaults|vars)\//;

/**
 * Governed paths that a person has to approve even when no value is different, where more than comments and blank lines
 * changed: what says what Ansible does (playbooks, tasks, handlers, role metadata), the policy file, templates no file on
 * a node is seen to come from, and, where something in the rendering cannot be evaluated, every other file too, because
 * no difference seen is not no difference.
 *
 * @param shown paths whose effect the rendering shows in full: inventories and what files on the nodes are made of.
 * @param dynamic inventories whose hosts the policy declares: what they would answer is not in the rendering.
 * @param blinded whether problems of the base keep some effects from being seen.
 */
export function changedProcedures(
  governed: readonly string[],
  base: SourceTree,
  head: SourceTree,
  shown: ReadonlySet<string>,
  dynamic: ReadonlySet<string>,
  blinded: boolean,
): readonly string[] {
  const isShown = (path: string) =>
    !dynamic.has(path) &&
    (VALUES.test(path) || [...shown].some(known => known !== '' && (path === known || path.startsWith(`${known}/`))));
  return governed.filter(
    path => (blinded || !isShown(path)) && procedureText(base, path) !== procedureText(head, path),
  );
}

/**
 * The text of a file without lines that hold only a comment and without blank lines; null when there is no such file.
 * Files that cannot be read as text stand by their object id.
 */
export function procedureText(tree: SourceTree, path: string): string | null {
  try {
    return tree.text(path)?.replace(/^[ \t]*(?:#(?!!).*)?(?:\r?\n|$)/gm, '') ?? null;
  } catch {
    return tree.entry(path)?.oid ?? null;
  }
}
