import { GitError } from './git-error.ts';
import { demandCommitId, inMirror, type Mirror } from './mirror.ts';

/**
 * The first parent a commit names, also where the mirror is shallow and does not have it, and how many parents it has.
 * @throws GitError `not-found` when the mirror lacks the commit, `invalid` for a commit without parents.
 */
export async function firstParent(mirror: Mirror, commit: string): Promise<Readonly<{ first: string; count: number }>> {
  const text = (await inMirror(mirror, ['cat-file', 'commit', demandCommitId(commit)])).toString('utf8');
  const header = text.slice(0, text.indexOf('\n\n'));
  const parents = [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].map(match => match[1] ?? '');
  const [first] = parents;
  if (first === undefined) throw new GitError('invalid', `commit ${commit} has no parent`);
  return { first, count: parents.length };
}
