import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { readBaseline } from '../../../config/baseline.ts';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { POLICY_PATH, policyFor } from '../../../core/approval/policy.ts';
import { readRepositoryPolicy } from '../../../core/approval/read-policy.ts';
import type { Minor } from '../../../core/kubelet/types.ts';
import { reviewTrees } from '../../../core/review/review-trees.ts';
import type { Verdict } from '../../../core/review/types.ts';
import { treeOf } from '../../../core/source/tree.ts';
import { parseUnifiedDiff } from '../../support/parse-unified-diff.ts';

export type Files = Readonly<Record<string, string>>;

const facts = readKubeletFacts();
const baseline = readBaseline();

/** The diff real git makes between two sets of files. */
export function diffOf(base: Files, head: Files): string {
  const directory = mkdtempSync(join(tmpdir(), 'review-'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'core.autocrlf=false', ...args], {
      cwd: directory,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
  const write = (files: Files) => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    git('add', '-A');
    git('commit', '-qm', 'files', '--allow-empty');
  };
  try {
    git('init', '-q');
    write(base);
    for (const path of Object.keys(base)) rmSync(join(directory, path));
    write(head);
    return git('diff', '-M', 'HEAD~1', 'HEAD');
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The verdict on two sets of files with the shipped baseline, as the command line would give it. */
export function reviewFiles(base: Files, head: Files, minor: Minor = '1.34'): Verdict {
  const [before, after] = [treeOf(base, 'b'.repeat(40)), treeOf(head, 'a'.repeat(40))];
  const policy = readRepositoryPolicy(before);
  const { kubernetes = minor, ...governed } = policyFor({ approvals: [] }, policy).governed;
  return reviewTrees(before, after, {
    minor: kubernetes,
    ...governed,
    facts,
    baseline,
    changes: parseUnifiedDiff(diffOf(base, head)),
    policyPath: POLICY_PATH,
    problems: { base: policy.problems, head: readRepositoryPolicy(after).problems },
  });
}

/** Every file below a directory that is UTF-8 text. */
export function filesBelow(directory: string): Files {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries
      .filter(entry => entry.isFile())
      .map(entry => {
        const path = join(entry.parentPath, entry.name);
        return [relative(directory, path), readFileSync(path, 'utf8')];
      }),
  );
}
