import { createHash } from 'node:crypto';
import { EvaluationError } from '../adapters/evaluation/evaluator.ts';
import { GitError } from '../adapters/git/git-error.ts';
import type { Mirror } from '../adapters/git/mirror.ts';
import { GitHubError } from '../adapters/github/github-error.ts';
import { saveVerdict, verdictByKey } from '../adapters/store/verdicts.ts';
import type { ReadPolicy } from '../core/approval/read-policy.ts';
import type { ChangedFile } from '../core/review/changed-file.ts';
import type { Verdict } from '../core/review/types.ts';
import { unreadableVerdict } from '../core/review/unreadable-verdict.ts';
import { canonicalJson } from '../core/source/canonical-json.ts';
import type { Problem } from '../core/source/problem.ts';
import { fetchFromGitHub } from './fetch-from-github.ts';
import type { WorkerContext } from './worker-context.ts';

/** Two commits, and the commit whose policy judges the way from one to the other. */
export type CommitPair = Readonly<{ repository: string; base: string; head: string; policyAt: string }>;

export type Judged = Readonly<{
  /** Names everything the verdict was computed from. */
  key: string;
  verdict: Verdict;
  changedFiles: readonly ChangedFile[];
  /** The repository's own policy at `policyAt`. */
  policy: ReadPolicy;
}>;

/**
 * Fetches both commits and works out what lies between them. A commit that cannot be judged gets a failing verdict
 * that says why; what a retry can heal (GitHub or git unavailable, a newer head) is thrown.
 */
export async function judgeCommits(context: WorkerContext, pair: CommitPair, signal: AbortSignal): Promise<Judged> {
  const { repository, base, head, policyAt } = pair;
  const key = verdictKey(context, pair);
  const kept = await verdictByKey(context.store.db, key);
  if (kept !== null) return { key, ...kept };
  const unreadable = (problem: Problem): Judged => ({
    key: `unreadable ${key}`,
    verdict: unreadableVerdict({ base, head, minor: context.minor, baselineDigest: context.baselineDigest, problem }),
    changedFiles: [],
    policy: { policy: null, problems: [] },
  });
  let mirror: Mirror;
  try {
    mirror = await fetchFromGitHub(context, repository, [base, head, policyAt]);
  } catch (error) {
    const message = unreadableBecause(error, repository, head);
    if (message === null) throw error;
    return unreadable({ file: '', line: 0, code: 'unreadable', message });
  }
  signal.throwIfAborted();
  try {
    const { floor, configDir, baselineFile, minor } = context;
    const answer = await context.evaluator.evaluate(
      {
        repository: mirror.directory,
        base,
        head,
        policyAt,
        floor,
        minor,
        ...(configDir ? { configDir } : {}),
        ...(baselineFile ? { baselineFile } : {}),
      },
      signal,
    );
    await saveVerdict(context.store.db, key, answer, context.now());
    return { key, ...answer };
  } catch (error) {
    if (!(error instanceof EvaluationError) || error.code === 'aborted') throw error;
    context.log('a commit could not be evaluated', { repository, head, reason: error.message });
    return unreadable({
      file: '',
      line: 0,
      code: 'over-limit',
      message:
        error.code === 'failed'
          ? `the change cannot be evaluated: ${error.message}`
          : `the change overwhelms the evaluation (${error.message}): split it, or look for generated or deeply nested YAML`,
    });
  }
}

/** Two judgements of the same commits under the same rules are one judgement. */
function verdictKey({ baselineDigest, floor, minor }: WorkerContext, pair: CommitPair): string {
  return createHash('sha256')
    .update(canonicalJson({ ...pair, baselineDigest, floor, minor }))
    .digest('hex');
}

/** What to tell the author, or null when a retry may heal it. */
function unreadableBecause(error: unknown, repository: string, head: string): string | null {
  if (!(error instanceof GitError || error instanceof GitHubError)) return null;
  switch (error.code) {
    case 'not-found':
      return `commit ${head} or its base is gone from ${repository}: push the branch again`;
    case 'forbidden':
      return `the GitHub App cannot read ${repository}: an owner must grant it "Contents: read" and accept the request`;
    case 'invalid':
      return `${repository} cannot be read: ${error.message}`;
    default:
      return null;
  }
}
