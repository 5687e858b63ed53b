import type { CommitInfo } from '../bare-repository.ts';
import type { DiffFile } from '../pull-diff.ts';
import type { Account, Repository, World } from '../world.ts';
import { nodeId, userShape } from './account.ts';

/** The account an e-mail address belongs to: GitHub knows authors only by this. */
export function accountByEmail(world: World, email: string): Account | null {
  const wanted = email.toLowerCase();
  for (const account of world.accounts.values()) {
    if (account.emails.some(known => known.toLowerCase() === wanted)) return account;
  }
  return null;
}

/** `commit` of the description. */
export function commitShape(world: World, repository: Repository, commit: CommitInfo) {
  const url = `${world.apiUrl}/repos/${repository.fullName}/commits/${commit.sha}`;
  const htmlUrl = `${world.serverUrl}/${repository.fullName}/commit/${commit.sha}`;
  const author = accountByEmail(world, commit.author.email);
  const committer = accountByEmail(world, commit.committer.email);
  const verified = world.signedByGitHub.has(commit.sha);
  return {
    url,
    sha: commit.sha,
    node_id: nodeId(`Commit:${commit.sha}`, repository.id),
    html_url: htmlUrl,
    comments_url: `${url}/comments`,
    commit: {
      url: `${world.apiUrl}/repos/${repository.fullName}/git/commits/${commit.sha}`,
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      comment_count: 0,
      tree: { sha: commit.tree, url: `${world.apiUrl}/repos/${repository.fullName}/git/trees/${commit.tree}` },
      verification: {
        verified,
        reason: verified ? 'valid' : 'unsigned',
        payload: null,
        signature: null,
        verified_at: verified ? commit.committer.date : null,
      },
    },
    author: author && userShape(world, author),
    committer: committer && userShape(world, committer),
    parents: commit.parents.map(sha => ({
      sha,
      url: `${world.apiUrl}/repos/${repository.fullName}/commits/${sha}`,
      html_url: `${world.serverUrl}/${repository.fullName}/commit/${sha}`,
    })),
  };
}

/** `diff-entry`: one file of a pull request or comparison. */
export function diffEntryShape(world: World, repository: Repository, head: string, file: DiffFile) {
  const path = file.filename.split('/').map(encodeURIComponent).join('/');
  return {
    sha: file.blob,
    filename: file.filename,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${world.serverUrl}/${repository.fullName}/blob/${head}/${path}`,
    raw_url: `${world.serverUrl}/${repository.fullName}/raw/${head}/${path}`,
    contents_url: `${world.apiUrl}/repos/${repository.fullName}/contents/${path}?ref=${head}`,
    ...(file.patch === null ? {} : { patch: file.patch }),
    ...(file.previousFilename === null ? {} : { previous_filename: file.previousFilename }),
  };
}

/** A commit as push webhooks carry it. */
export function pushedCommitShape(
  world: World,
  repository: Repository,
  commit: CommitInfo,
  files: readonly DiffFile[],
) {
  const person = (who: CommitInfo['author']) => {
    const account = accountByEmail(world, who.email);
    return { name: who.name, email: who.email, date: who.date, ...(account ? { username: account.login } : {}) };
  };
  const named = (...statuses: readonly string[]) =>
    files.filter(file => statuses.includes(file.status)).map(file => file.filename);
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${world.serverUrl}/${repository.fullName}/commit/${commit.sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    added: named('added', 'renamed', 'copied'),
    removed: [
      ...named('removed'),
      ...files.flatMap(file => (file.status === 'renamed' && file.previousFilename ? [file.previousFilename] : [])),
    ],
    modified: named('modified', 'changed'),
  };
}
