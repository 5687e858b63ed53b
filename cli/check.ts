import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { EvaluationError, openEvaluator } from '../adapters/evaluation/evaluator.ts';
import { GitError } from '../adapters/git/git-error.ts';
import { openRepository, resolveRevision } from '../adapters/git/mirror.ts';
import { packageRoot } from '../config/package-root.ts';
import { readOperatorPolicy } from '../core/approval/read-policy.ts';
import type { Minor } from '../core/kubelet/types.ts';
import { checkJson } from '../core/report/check-json.ts';
import { checkSarif } from '../core/report/check-sarif.ts';
import { checkText } from '../core/report/check-text.ts';
import { summaryComment } from '../core/report/summary-comment.ts';
import type { Verdict } from '../core/review/types.ts';
import { EXIT, print, Unanswerable } from './exit.ts';
import { minorOption, NEWEST_MINOR } from './minor.ts';

type Format = 'text' | 'json' | 'markdown' | 'sarif';
type Options = Readonly<{ repo: string; base: string; head: string; kubernetes?: Minor; format: Format }>;

/** `check --repo DIR --base REV --head REV`: what would this change do? Exits 1 unless the verdict is pass or not-applicable. */
export function checkCommand(): Command {
  return new Command('check')
    .description('what a change does to every node')
    .option('--repo <dir>', 'a Git repository', '.')
    .requiredOption('--base <rev>', 'revision before')
    .requiredOption('--head <rev>', 'revision after')
    .addOption(new Option('--kubernetes <minor>', 'where no policy names one').argParser(minorOption))
    .addOption(new Option('--format <format>').choices(['text', 'json', 'markdown', 'sarif']).default('text'))
    .action(async (options: Options) => {
      const verdict = await judge(options);
      await print(formatted(verdict, options.format));
      process.exitCode = verdict.conclusion === 'pass' || verdict.conclusion === 'not-applicable' ? EXIT.fine : EXIT.no;
    });
}

async function judge({ repo, base, head, kubernetes }: Options): Promise<Verdict> {
  const policy = join(packageRoot(), 'config', 'policy.yaml');
  const evaluator = openEvaluator({ size: 1, heapMiB: 2048, timeoutMs: 300_000 });
  try {
    const repository = await openRepository(repo);
    const from = await resolveRevision(repository, base);
    const { verdict } = await evaluator.evaluate({
      repository: repository.directory,
      base: from,
      head: await resolveRevision(repository, head),
      policyAt: from,
      floor: readOperatorPolicy(policy, readFileSync(policy, 'utf8')),
      minor: kubernetes ?? NEWEST_MINOR,
    });
    return verdict;
  } catch (cause) {
    if (cause instanceof GitError || cause instanceof EvaluationError) throw new Unanswerable(cause.message, { cause });
    throw cause;
  } finally {
    await evaluator.close();
  }
}

function formatted(verdict: Verdict, format: Format): string {
  switch (format) {
    case 'json':
      return JSON.stringify(checkJson(verdict), null, 2);
    case 'sarif':
      return JSON.stringify(checkSarif(verdict), null, 2);
    case 'markdown':
      return summaryComment(
        verdict,
        { state: 'not-needed', reasons: [], approvers: [], discarded: [], needs: [] },
        { detailsUrl: null, checkpoint: null },
      );
    case 'text':
      return checkText(verdict);
  }
}
