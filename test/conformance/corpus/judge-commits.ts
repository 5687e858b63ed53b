import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluate } from '../../../adapters/evaluation/evaluate.ts';
import { openRepository } from '../../../adapters/git/mirror.ts';
import { readTree } from '../../../adapters/git/read-tree.ts';
import { readBaseline } from '../../../config/baseline.ts';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { packageRoot } from '../../../config/package-root.ts';
import { renderTree } from '../../../core/ansible/render-tree.ts';
import type { Rendering } from '../../../core/ansible/types.ts';
import { readOperatorPolicy } from '../../../core/approval/read-policy.ts';
import { loadKubelet } from '../../../core/kubelet/load-kubelet.ts';
import type { Minor } from '../../../core/kubelet/types.ts';
import type { ChangedFile } from '../../../core/review/changed-file.ts';
import type { Verdict } from '../../../core/review/types.ts';

export const facts = readKubeletFacts();
const knowledge = { baseline: readBaseline(), facts };
const POLICY = join(packageRoot(), 'config', 'policy.yaml');

/** What `check` answers about two commits, and what it answered it from. */
export type Judged = Readonly<{
  verdict: Verdict;
  diff: readonly ChangedFile[];
  /** What each side puts on its nodes; null unless asked for. */
  renderings: Readonly<{ base: Rendering; head: Rendering }> | null;
}>;

/**
 * Commits two directories one after the other to a repository of their own and judges the way from one to the other as
 * `check` does. null is an empty tree.
 */
export async function judgeCommits(
  base: string | null,
  head: string,
  minor: Minor,
  { withRenderings }: Readonly<{ withRenderings: boolean }>,
): Promise<Judged> {
  const directory = mkdtempSync(join(tmpdir(), 'corpus-'));
  try {
    const git = gitIn(directory);
    git('.', 'init', '-q');
    const empty = join(directory, 'empty');
    mkdirSync(empty);
    const commits = [base ?? empty, head].map(tree => {
      git(tree, 'add', '-A', '-f', '.');
      git(tree, 'commit', '-q', '--allow-empty', '-m', 'files');
      return git(tree, 'rev-parse', 'HEAD').trim();
    });
    const [from = '', to = ''] = commits;
    const repository = await openRepository(directory);
    const { verdict, changedFiles } = await evaluate(
      {
        repository: repository.directory,
        base: from,
        head: to,
        policyAt: from,
        floor: readOperatorPolicy(POLICY, readFileSync(POLICY, 'utf8')),
        minor,
      },
      knowledge,
    );
    const render = async (commit: string) =>
      renderTree(await readTree(repository, commit), { minor }, input => loadKubelet(input, facts));
    const renderings = withRenderings ? { base: await render(from), head: await render(to) } : null;
    return { verdict, diff: changedFiles, renderings };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Git on a repository with any directory as its work tree, whatever the machine's own settings are. */
function gitIn(directory: string): (tree: string, ...args: readonly string[]) => string {
  return (tree, ...args) =>
    execFileSync(
      'git',
      [
        ...['user.name=corpus', 'user.email=corpus@example.org', 'core.autocrlf=false', 'commit.gpgsign=false'].flatMap(
          setting => ['-c', setting],
        ),
        ...(args[0] === 'init' ? [] : [`--git-dir=${join(directory, '.git')}`, '--work-tree=.']),
        ...args,
      ],
      {
        cwd: args[0] === 'init' ? directory : tree,
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], HOME: directory, GIT_CONFIG_NOSYSTEM: '1' },
      },
    );
}
