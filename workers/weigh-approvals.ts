import type { Pull } from '../adapters/github/github.ts';
import { GitHubError } from '../adapters/github/github-error.ts';
import { participants } from '../adapters/github/participants.ts';
import { equalHeads } from '../adapters/store/changes.ts';
import { approvalInput } from '../core/approval/approval-input.ts';
import { decide } from '../core/approval/decide.ts';
import { policyFor } from '../core/approval/policy.ts';
import type { Decision, Participants, Review } from '../core/approval/types.ts';
import type { Judged } from './judge-commits.ts';
import type { WorkerContext } from './worker-context.ts';

/**
 * Reads who reviewed and who wrote the pull request, as GitHub has it now, and decides.
 * `until`: only reviews submitted by then count (a merge is decided by what was approved when it happened).
 */
export async function weighApprovals(
  context: WorkerContext,
  pull: Pull,
  judged: Judged,
  until?: string,
): Promise<Decision> {
  const { github, store } = context;
  const policy = policyFor(context.floor, judged.policy);
  const reviews = (await github.reviews(pull.repository, pull.number)).filter(
    review => until === undefined || review.submittedAt <= until,
  );
  const teams = [...new Set(policy.rules.flatMap(rule => rule.requires.teams ?? []))];
  const people = [];
  for (const login of reviewersOf(reviews)) people.push(await github.person(pull.repository, login, teams));
  const input = approvalInput(judged.verdict, {
    equalHeads: await equalHeads(store.db, pull.repository, pull.number, judged.verdict.digest),
    reviews,
    participants: await writersOf(context, pull),
    people,
  });
  return decide(input, policy);
}

/** People whose say can count: whether it does depends on their access, for an objection as for an approval. */
function reviewersOf(reviews: readonly Review[]): readonly string[] {
  const deciding = reviews.filter(({ state }) => state === 'APPROVED' || state === 'CHANGES_REQUESTED');
  return [...new Set(deciding.filter(({ type }) => type === 'User').map(({ login }) => login))];
}

/** GitHub lists no more commits of a pull request. */
const LISTED_COMMITS = 250;

/**
 * Who took part in writing; a list GitHub cuts short leaves somebody unnamed, so four eyes cannot be shown.
 * @throws GitHubError `head-moved` or `incomplete` when somebody pushed since the pull request was read
 */
async function writersOf({ github }: WorkerContext, pull: Pull): Promise<Participants> {
  if (pull.commits > LISTED_COMMITS)
    return {
      author: pull.author.login,
      committers: [],
      coAuthors: [],
      unmapped: [`commits beyond the ${LISTED_COMMITS} GitHub lists`],
    };
  const commits = await github.pullCommits(pull);
  if (!commits.some(({ sha }) => sha === pull.headSha))
    throw new GitHubError('head-moved', `${pull.repository}#${pull.number} has a newer head than ${pull.headSha}`);
  return participants(pull, commits);
}
