import type { Participants } from '../../core/approval/types.ts';
import type { CommitPerson, Pull, PullCommit } from './github.ts';

const WEB_FLOW = 'web-flow';

/**
 * Who wrote a pull request: its author, the authors and committers of its commits, and co-authors. An address that maps
 * to no account is listed as unmapped. A co-author's address counts as mapped when another commit of the pull request maps
 * it. GitHub's own committer (`web-flow`, the web editor) is left out only where GitHub signed the commit: anybody can
 * write that name.
 */
export function participants(pull: Pull, commits: readonly PullCommit[]): Participants {
  const known = new Map<string, string>();
  for (const { author, committer } of commits) {
    for (const { email, account } of [author, committer]) {
      if (account) known.set(email.toLowerCase(), account.login);
    }
  }
  const unmapped = new Set<string>();
  const login = ({ email, account }: CommitPerson): string[] => {
    const found = account?.login ?? known.get(email.toLowerCase());
    if (found === undefined) unmapped.add(email);
    return found === undefined ? [] : [found];
  };
  const committers = new Set<string>();
  const coAuthors = new Set<string>();
  for (const { author, committer, coAuthors: others, verified } of commits) {
    for (const one of login(author)) committers.add(one);
    if (committer.account?.login !== WEB_FLOW) for (const one of login(committer)) committers.add(one);
    else if (!verified) unmapped.add(committer.email);
    for (const one of others.flatMap(login)) coAuthors.add(one);
  }
  return {
    author: pull.author.login,
    committers: [...committers].sort(),
    coAuthors: [...coAuthors].sort(),
    unmapped: [...unmapped].sort(),
  };
}
