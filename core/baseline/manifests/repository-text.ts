import { posix } from 'node:path';
import { isVault, within } from '../../ansible/repository.ts';
import type { PlayStep } from '../../ansible/types.ts';
import { ProblemError } from '../../source/problem.ts';
import type { SourceTree } from '../../source/tree.ts';

/** A file of the repository that a task names. */
export type NamedFile = Readonly<{ path: string; text: string }>;

/**
 * The repository file a task means by a name, looked for where Ansible does: in the folder of its role, beside its own
 * file, from the root. An expression at the name's beginning (`{{ role_path }}/x.yml`) counts as one of these folders.
 * Null where there is none, and where it cannot be read.
 */
export function namedFile(tree: SourceTree, step: PlayStep, name: string): NamedFile | null {
  const bare = name.replace(/^\{\{[^{}]{1,80}\}\}\//, '');
  if (bare.includes('{{')) return null;
  for (const directory of foldersOf(step)) {
    const path = within(directory, bare);
    const text = path === null || path === '' ? null : readable(tree, path);
    if (path !== null && text !== null) return { path, text };
  }
  return null;
}

function foldersOf({ file }: PlayStep): readonly string[] {
  const own = posix.dirname(file).replace(/^\.$/, '');
  const role = /^(?<role>.*?)(?:^|\/)(?:tasks|handlers)\//.exec(file)?.groups?.['role'];
  const roots = role === undefined ? [own, ''] : [role, own, ''];
  return roots.flatMap(root => [posix.join(root, 'templates'), posix.join(root, 'files'), root]);
}

function readable(tree: SourceTree, path: string): string | null {
  try {
    const text = tree.text(path);
    return text === null || isVault(text) ? null : text;
  } catch (error) {
    if (error instanceof ProblemError) return null;
    throw error;
  }
}
