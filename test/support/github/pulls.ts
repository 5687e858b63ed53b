import {
  branches,
  type CommitInfo,
  commitInfo,
  commits,
  commitTree,
  isAncestor,
  mergeBase,
  mergedTree,
  rebaseOnto,
  resolve,
  setRef,
} from './bare-repository.ts';
import { type DiffFile, diffFiles } from './pull-diff.ts';
import { invalid, Refusal } from './refusal.ts';
import { userShape } from './shapes/account.ts';
import { pushedCommitShape } from './shapes/commit.ts';
import { type PullCounts, pullShape } from './shapes/pull.ts';
import { repositoryShape } from './shapes/repository.ts';
import type { Account, PullRequest, Repository, World } from './world.ts';

/** Who GitHub says committed what it made itself. */
export const WEB_FLOW = { name: 'GitHub', email: 'noreply@github.com' } as const;

const ZERO = '0'.repeat(40);
/** What git said of two commits is kept: commits do not change. */
const answers = new WeakMap<Repository, Map<string, Promise<unknown>>>();

function once<T>(repository: Repository, question: string, ask: () => Promise<T>): Promise<T> {
  let known = answers.get(repository);
  if (!known) answers.set(repository, (known = new Map()));
  let answer = known.get(question) as Promise<T> | undefined;
  if (!answer) known.set(question, (answer = ask()));
  return answer;
}

/** The three-dot diff between two commits. */
export function threeDotFiles(repository: Repository, base: string, head: string): Promise<readonly DiffFile[]> {
  return once(repository, `files ${base} ${head}`, async () =>
    diffFiles(repository.git, await mergeBase(repository.git, base, head), head),
  );
}

/** Commits reachable from `to` and not from `from`, oldest first. */
export function commitsBetween(repository: Repository, from: string, to: string): Promise<readonly CommitInfo[]> {
  return once(repository, `commits ${from} ${to}`, () => commits(repository.git, [`${from}..${to}`]));
}

export function pullCommits(repository: Repository, pull: PullRequest): Promise<readonly CommitInfo[]> {
  return commitsBetween(repository, pull.baseSha, pull.headSha);
}

export async function pullCounts(repository: Repository, pull: PullRequest): Promise<PullCounts> {
  const files = await threeDotFiles(repository, pull.baseSha, pull.headSha);
  return {
    commits: (await pullCommits(repository, pull)).length,
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changedFiles: files.length,
  };
}

/** Sends a pull_request, pull_request_review, ... webhook with the pull request, repository and sender in it. */
export async function announce(
  world: World,
  repository: Repository,
  pull: PullRequest,
  sender: Account,
  event: string,
  action: string,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const shape = pullShape(world, repository, pull, await pullCounts(repository, pull), false);
  world.send(
    event,
    action,
    {
      ...(event === 'pull_request' ? { number: pull.number } : {}),
      pull_request: shape,
      repository: repositoryShape(world, repository),
      sender: userShape(world, sender),
      ...extra,
    },
    repository,
  );
}

/** Maintains refs/pull/N/head and refs/pull/N/merge and the test merge. */
async function refreshRefs(repository: Repository, pull: PullRequest): Promise<void> {
  await setRef(repository.git, `refs/pull/${pull.number}/head`, pull.headSha);
  const base = (await resolve(repository.git, `refs/heads/${pull.baseRef}`)) ?? pull.baseSha;
  const tree = await mergedTree(repository.git, base, pull.headSha);
  pull.testMerge =
    tree === null
      ? null
      : await commitTree(
          repository.git,
          tree,
          [base, pull.headSha],
          `Merge ${pull.headSha} into ${base}`,
          WEB_FLOW,
          WEB_FLOW,
        );
  const ref = `refs/pull/${pull.number}/merge`;
  if (pull.testMerge !== null || (await resolve(repository.git, ref)) !== null) {
    await setRef(repository.git, ref, pull.testMerge);
  }
}

export async function openPull(
  world: World,
  repository: Repository,
  user: Account,
  input: Readonly<{ title: string; body?: string | null; head: string; base: string; draft?: boolean }>,
): Promise<PullRequest> {
  const headSha = await resolve(repository.git, `refs/heads/${input.head}`);
  const baseSha = await resolve(repository.git, `refs/heads/${input.base}`);
  if (headSha === null) throw invalid('PullRequest', 'head', 'head is not a branch');
  if (baseSha === null) throw invalid('PullRequest', 'base', 'base is not a branch');
  if (
    [...repository.pulls.values()].some(
      one => one.state === 'open' && one.headRef === input.head && one.baseRef === input.base,
    )
  ) {
    throw invalid('PullRequest', 'head', `A pull request already exists for ${repository.owner.login}:${input.head}.`);
  }
  if (await isAncestor(repository.git, headSha, baseSha)) {
    throw invalid('PullRequest', 'head', `No commits between ${input.base} and ${input.head}`);
  }
  const now = world.now();
  const pull: PullRequest = {
    id: world.nextId(),
    number: Math.max(0, ...repository.pulls.keys()) + 1,
    user,
    createdAt: now,
    headRef: input.head,
    title: input.title,
    body: input.body ?? null,
    baseRef: input.base,
    baseSha,
    headSha,
    draft: input.draft ?? false,
    state: 'open',
    updatedAt: now,
    closedAt: null,
    merged: null,
    testMerge: null,
    reviews: [],
    comments: [],
  };
  repository.pulls.set(pull.number, pull);
  await refreshRefs(repository, pull);
  await announce(world, repository, pull, user, 'pull_request', 'opened');
  return pull;
}

/** Title, body, base and state, as PATCH changes them. */
export async function editPull(
  world: World,
  repository: Repository,
  pull: PullRequest,
  sender: Account,
  change: Readonly<{ title?: string; body?: string | null; base?: string; state?: 'open' | 'closed'; draft?: boolean }>,
): Promise<void> {
  const changes: Record<string, unknown> = {};
  if (change.title !== undefined && change.title !== pull.title) {
    changes['title'] = { from: pull.title };
    pull.title = change.title;
  }
  if (change.body !== undefined && change.body !== pull.body) {
    changes['body'] = { from: pull.body ?? '' };
    pull.body = change.body;
  }
  if (change.base !== undefined && change.base !== pull.baseRef) {
    const baseSha = await resolve(repository.git, `refs/heads/${change.base}`);
    if (baseSha === null) throw invalid('PullRequest', 'base', 'base is not a branch');
    changes['base'] = { ref: { from: pull.baseRef }, sha: { from: pull.baseSha } };
    pull.baseRef = change.base;
    pull.baseSha = baseSha;
    await refreshRefs(repository, pull);
  }
  pull.updatedAt = world.now();
  if (Object.keys(changes).length > 0) {
    await announce(world, repository, pull, sender, 'pull_request', 'edited', { changes });
  }
  if (change.draft !== undefined && change.draft !== pull.draft) {
    pull.draft = change.draft;
    await announce(
      world,
      repository,
      pull,
      sender,
      'pull_request',
      change.draft ? 'converted_to_draft' : 'ready_for_review',
    );
  }
  if (change.state !== undefined && change.state !== pull.state) {
    if (pull.merged) throw new Refusal(422, 'Validation Failed', [{ message: 'a merged pull request stays closed' }]);
    pull.state = change.state;
    pull.closedAt = change.state === 'closed' ? world.now() : null;
    await announce(world, repository, pull, sender, 'pull_request', change.state === 'closed' ? 'closed' : 'reopened');
  }
}

/** Closes a pull request as merged with the commit that holds it now. */
async function markMerged(world: World, repository: Repository, pull: PullRequest, by: Account, sha: string) {
  const now = world.now();
  pull.state = 'closed';
  pull.closedAt = now;
  pull.updatedAt = now;
  pull.merged = { by, at: now, sha };
  await announce(world, repository, pull, by, 'pull_request', 'closed');
}

/** Everything that follows a moved branch: the push webhook, synchronize, new test merges, merges by push. */
export async function afterPush(
  world: World,
  repository: Repository,
  branch: string,
  before: string | null,
  after: string | null,
  sender: Account,
  mergedHere: PullRequest | null = null,
): Promise<void> {
  repository.pushedAt = world.now();
  const forced = before !== null && after !== null && !(await isAncestor(repository.git, before, after));
  const range = after === null ? [] : before === null ? ['-1', after] : [`${before}..${after}`];
  const pushed = range.length === 0 ? [] : (await commits(repository.git, range)).slice(0, 2048);
  const shapes = [];
  for (const commit of pushed) {
    const parent = commit.parents[0];
    const files = parent === undefined ? [] : await diffFiles(repository.git, parent, commit.sha);
    shapes.push(pushedCommitShape(world, repository, commit, files));
  }
  const repo = repositoryShape(world, repository);
  const seconds = (time: string) => Math.floor(Date.parse(time) / 1000);
  world.send(
    'push',
    null,
    {
      ref: `refs/heads/${branch}`,
      before: before ?? ZERO,
      after: after ?? ZERO,
      created: before === null,
      deleted: after === null,
      forced,
      base_ref: null,
      compare: `${world.serverUrl}/${repository.fullName}/compare/${before ?? ZERO}...${after ?? ZERO}`,
      commits: shapes,
      head_commit: shapes.at(-1) ?? null,
      repository: {
        ...repo,
        created_at: seconds(repository.createdAt),
        pushed_at: seconds(repository.pushedAt),
        stargazers: 0,
        master_branch: repository.defaultBranch,
      },
      pusher: { name: sender.login, email: sender.emails[0] ?? null },
      sender: userShape(world, sender),
    },
    repository,
  );
  if (after === null) return;
  for (const pull of repository.pulls.values()) {
    if (pull.state !== 'open' || pull === mergedHere) continue;
    if (pull.headRef === branch && pull.headSha !== after) {
      const previous = pull.headSha;
      pull.headSha = after;
      pull.baseSha = (await resolve(repository.git, `refs/heads/${pull.baseRef}`)) ?? pull.baseSha;
      pull.updatedAt = world.now();
      await refreshRefs(repository, pull);
      await announce(world, repository, pull, sender, 'pull_request', 'synchronize', { before: previous, after });
    } else if (pull.baseRef === branch) {
      if (await isAncestor(repository.git, pull.headSha, after)) {
        await markMerged(world, repository, pull, sender, pull.headSha);
      } else {
        await refreshRefs(repository, pull);
      }
    }
  }
}

/** What branch protection still misses, in GitHub's words; null when the merge may go on. */
function protectionRefusal(world: World, repository: Repository, pull: PullRequest): string | null {
  const protection = repository.protections.get(pull.baseRef);
  if (!protection) return null;
  for (const { context, appId } of protection.checks) {
    const run = repository.checkRuns.findLast(one => one.headSha === pull.headSha && one.name === context);
    if (!run || (appId !== null && appId !== world.app.id)) return `Required status check "${context}" is expected.`;
    if (run.status !== 'completed') return `Required status check "${context}" is in progress.`;
    if (!['success', 'neutral', 'skipped'].includes(run.conclusion ?? '')) {
      return `Required status check "${context}" is failing.`;
    }
  }
  const latest = new Map(
    pull.reviews.filter(review => review.state !== 'COMMENTED').map(review => [review.user.login, review.state]),
  );
  const approvals = [...latest.values()].filter(state => state === 'APPROVED').length;
  if (approvals < protection.approvals) {
    return `At least ${protection.approvals} approving review is required by reviewers with write access.`;
  }
  return null;
}

export async function mergePull(
  world: World,
  repository: Repository,
  pull: PullRequest,
  by: Account,
  options: Readonly<{
    sha?: string;
    method?: 'merge' | 'squash' | 'rebase';
    title?: string;
    message?: string;
    admin?: boolean;
  }> = {},
): Promise<string> {
  if (pull.merged || pull.state !== 'open') throw new Refusal(405, 'Pull Request is not mergeable');
  if (pull.draft) throw new Refusal(405, 'Pull Request is still a draft');
  if (options.sha !== undefined && options.sha !== pull.headSha) {
    throw new Refusal(409, 'Head branch was modified. Review and try the merge again.');
  }
  const refusal = protectionRefusal(world, repository, pull);
  const bypass = options.admin === true && repository.protections.get(pull.baseRef)?.enforceAdmins === false;
  if (refusal !== null && !bypass) throw new Refusal(405, refusal);
  const base = (await resolve(repository.git, `refs/heads/${pull.baseRef}`)) ?? pull.baseSha;
  const tree = await mergedTree(repository.git, base, pull.headSha);
  if (tree === null) throw new Refusal(405, 'Pull Request has merge conflicts');
  const author = { name: by.name, email: by.emails[0] ?? `${by.login}@users.noreply.github.com` };
  const method = options.method ?? 'merge';
  const own = options.title === undefined ? null : `${options.title}\n\n${options.message ?? ''}`.trimEnd();
  let sha: string | null;
  if (method === 'rebase') {
    sha = await rebaseOnto(repository.git, base, [`${pull.baseSha}..${pull.headSha}`], WEB_FLOW);
  } else if (method === 'squash') {
    sha = await commitTree(repository.git, tree, [base], own ?? `${pull.title} (#${pull.number})`, author, WEB_FLOW);
  } else {
    const title = `Merge pull request #${pull.number} from ${repository.owner.login}/${pull.headRef}\n\n${pull.title}`;
    sha = await commitTree(repository.git, tree, [base, pull.headSha], own ?? title, author, WEB_FLOW);
  }
  if (sha === null) throw new Refusal(405, 'This branch can\u2019t be rebased');
  for (const commit of await commits(repository.git, [`${base}..${sha}`])) {
    if (commit.committer.email === WEB_FLOW.email) world.signedByGitHub.add(commit.sha);
  }
  await setRef(repository.git, `refs/heads/${pull.baseRef}`, sha);
  await markMerged(world, repository, pull, by, sha);
  await afterPush(world, repository, pull.baseRef, base, sha, by, pull);
  return sha;
}

/** Branches that differ between two snapshots, for pushes that came over the wire. */
export async function announceBranchMoves(
  world: World,
  repository: Repository,
  before: ReadonlyMap<string, string>,
  sender: Account,
): Promise<void> {
  const after = await branches(repository.git);
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [from = null, to = null] = [before.get(name), after.get(name)];
    if (from !== to) await afterPush(world, repository, name, from, to, sender);
  }
}

/** A commit by id, branch or `refs/...` name. @throws Refusal 404 */
export async function commitAt(repository: Repository, revision: string): Promise<CommitInfo> {
  const ref = revision.includes(':') ? (revision.split(':')[1] ?? '') : revision;
  for (const candidate of [`refs/heads/${ref}`, ref]) {
    const sha = await resolve(repository.git, `${candidate}^{commit}`);
    const info = sha === null ? null : await once(repository, `commit ${sha}`, () => commitInfo(repository.git, sha));
    if (info) return info;
  }
  throw new Refusal(404, 'Not Found');
}
