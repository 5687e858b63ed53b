import { Command } from 'commander';
import { compileLate } from '../adapters/evaluation/compile-late.ts';
import { GitError } from '../adapters/git/git-error.ts';
import { openRepository, resolveRevision } from '../adapters/git/mirror.ts';
import { readTree } from '../adapters/git/read-tree.ts';
import { readKubeletFacts } from '../config/kubelet-facts.ts';
import { newRenderMemory } from '../core/ansible/render-memory.ts';
import { renderTree } from '../core/ansible/render-tree.ts';
import type { RenderOptions } from '../core/ansible/types.ts';
import { versionProblems } from '../core/ansible/version-problems.ts';
import { declaredIn } from '../core/approval/policy.ts';
import { readRepositoryPolicy } from '../core/approval/read-policy.ts';
import { loadKubelet } from '../core/kubelet/load-kubelet.ts';
import type { KubeletInput, Minor } from '../core/kubelet/types.ts';
import { renderJson } from '../core/report/render-json.ts';
import { ProblemError } from '../core/source/problem.ts';
import { EXIT, print, Unanswerable } from './exit.ts';
import { minorOption, NEWEST_MINOR } from './minor.ts';

type Options = Readonly<{
  repo: string;
  rev: string;
  host?: string;
  inventory?: string;
  playbook?: string;
  kubernetes: Minor;
}>;

/** `render --repo DIR --rev REV`: what Ansible puts on each node, as JSON. Exits 1 when problems stand in the way. */
export function renderCommand(): Command {
  return new Command('render')
    .description('what Ansible puts on each node, known from Git alone')
    .option('--repo <dir>', 'a Git repository', '.')
    .requiredOption('--rev <rev>', 'revision')
    .option('--host <name>', 'only this host')
    .option('--inventory <path>', 'repository path; found when absent')
    .option('--playbook <path>', 'repository path; found when absent')
    .option('--kubernetes <minor>', 'Kubernetes minor', minorOption, NEWEST_MINOR)
    .option('--json', 'the only format, and the default', true)
    .action(async ({ repo, rev, host, inventory, playbook, kubernetes }: Options) => {
      compileLate();
      const facts = readKubeletFacts();
      try {
        const repository = await openRepository(repo);
        const tree = await readTree(repository, await resolveRevision(repository, rev));
        const { policy, problems: ofPolicy } = readRepositoryPolicy(tree);
        const ansible = policy?.governed?.ansible;
        const options: RenderOptions = {
          minor: kubernetes,
          memory: newRenderMemory(),
          declaredHosts: declaredIn(policy?.governed?.inventories ?? []),
          ...(ansible ? { ansible } : {}),
          ...(host === undefined ? {} : { host }),
          ...(inventory === undefined ? {} : { inventories: [inventory] }),
          ...(playbook === undefined ? {} : { playbooks: [playbook] }),
        };
        const kubelet = (input: KubeletInput) => loadKubelet(input, facts);
        const rendered = renderTree(tree, options, kubelet);
        const ofVersions = versionProblems(tree, rendered, options, kubelet);
        const rendering = { ...rendered, problems: [...ofPolicy, ...rendered.problems, ...ofVersions] };
        await print(JSON.stringify(renderJson(rendering, facts), null, 2));
        const problems = [...rendering.problems, ...rendering.inventories.flatMap(one => one.problems)];
        process.exitCode = problems.length > 0 ? EXIT.no : EXIT.fine;
      } catch (cause) {
        if (cause instanceof GitError || cause instanceof ProblemError)
          throw new Unanswerable(cause.message, { cause });
        throw cause;
      }
    });
}
