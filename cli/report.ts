import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { compileLate } from '../adapters/evaluation/compile-late.ts';
import { GitError } from '../adapters/git/git-error.ts';
import { openRepository, resolveRevision } from '../adapters/git/mirror.ts';
import { readTree } from '../adapters/git/read-tree.ts';
import { readKubeletFacts } from '../config/kubelet-facts.ts';
import { packageRoot } from '../config/package-root.ts';
import { newRenderMemory } from '../core/ansible/render-memory.ts';
import { renderTree } from '../core/ansible/render-tree.ts';
import { versionProblems } from '../core/ansible/version-problems.ts';
import { policyFor } from '../core/approval/policy.ts';
import { readOperatorPolicy, readRepositoryPolicy } from '../core/approval/read-policy.ts';
import { loadKubelet } from '../core/kubelet/load-kubelet.ts';
import type { KubeletInput, Minor } from '../core/kubelet/types.ts';
import { assess } from '../core/report/compliance/assess.ts';
import { complianceHtml } from '../core/report/compliance/html.ts';
import { complianceJson } from '../core/report/compliance/json.ts';
import { complianceMarkdown } from '../core/report/compliance/markdown.ts';
import type { Compliance } from '../core/report/compliance/types.ts';
import { ProblemError } from '../core/source/problem.ts';
import { baselineOption, openBaseline } from './baseline-option.ts';
import { EXIT, print, Unanswerable } from './exit.ts';
import { minorOption, NEWEST_MINOR } from './minor.ts';

type Options = Readonly<{
  repo: string;
  rev: string;
  kubernetes?: Minor;
  format: keyof typeof FORMATS;
  baseline?: string;
}>;

const FORMATS = {
  markdown: complianceMarkdown,
  json: (report: Compliance) => JSON.stringify(complianceJson(report), null, 2),
  html: complianceHtml,
} as const;

/**
 * `report --repo DIR --rev REV`: what the baseline says of one revision. Exits 1 when a control is violated or undecided,
 * or something could not be read.
 */
export function reportCommand(): Command {
  return new Command('report')
    .description('what the baseline says of every node at one revision')
    .option('--repo <dir>', 'a Git repository', '.')
    .requiredOption('--rev <rev>', 'revision')
    .addOption(new Option('--kubernetes <minor>', 'where no policy names one').argParser(minorOption))
    .addOption(new Option('--format <format>').choices(Object.keys(FORMATS)).default('markdown'))
    .addOption(baselineOption())
    .action(async (options: Options) => {
      compileLate();
      const report = await judge(options);
      await print(FORMATS[options.format](report));
      const open = report.findings.some(({ standing }) => standing !== 'waived') || report.problems.length > 0;
      process.exitCode = open ? EXIT.no : EXIT.fine;
    });
}

async function judge({ repo, rev, kubernetes, baseline: own }: Options): Promise<Compliance> {
  const facts = readKubeletFacts();
  const floor = join(packageRoot(), 'config', 'policy.yaml');
  try {
    const baseline = openBaseline(own);
    const repository = await openRepository(repo);
    const tree = await readTree(repository, await resolveRevision(repository, rev));
    const policy = policyFor(readOperatorPolicy(floor, readFileSync(floor, 'utf8')), readRepositoryPolicy(tree));
    const { kubernetes: named, ...governed } = policy.governed;
    const minor = named ?? kubernetes ?? NEWEST_MINOR;
    const options = { minor, ...governed, memory: newRenderMemory() };
    const kubelet = (input: KubeletInput) => loadKubelet(input, facts);
    const rendering = renderTree(tree, options, kubelet);
    const problems = [...policy.unreadable, ...versionProblems(tree, rendering, options, kubelet)];
    const day = new Date().toISOString().slice(0, 10);
    return assess({ tree, rendering, minor, facts }, { baseline, waivers: policy.waivers, day, problems });
  } catch (cause) {
    if (cause instanceof GitError || cause instanceof ProblemError) throw new Unanswerable(cause.message, { cause });
    throw cause;
  }
}
