import { Command } from 'commander';
import { readKubeletFacts } from '../config/kubelet-facts.ts';
import type { Minor } from '../core/kubelet/types.ts';
import { explained } from '../core/report/explain.ts';
import { baselineOption, openBaseline } from './baseline-option.ts';
import { print, Unanswerable } from './exit.ts';
import { minorOption, NEWEST_MINOR } from './minor.ts';

/** `explain CONTROL`: what a control asks for, why, and what to do. */
export function explainCommand(): Command {
  return new Command('explain')
    .description('what a control of the baseline asks for, and why')
    .argument('<control>', 'its id, e.g. KG-ANON-01')
    .option('--kubernetes <minor>', 'Kubernetes minor', minorOption, NEWEST_MINOR)
    .addOption(baselineOption())
    .action(async (id: string, { kubernetes, baseline }: Readonly<{ kubernetes: Minor; baseline?: string }>) => {
      const { controls } = openBaseline(baseline);
      const control = controls.find(candidate => candidate.id === id.toUpperCase());
      if (!control) throw new Unanswerable(`there is no control ${id}${nearest(id, controls)}`);
      await print(explained(control, kubernetes, readKubeletFacts()));
    });
}

/** The controls of the same area, else where all of them are listed. */
function nearest(id: string, controls: readonly Readonly<{ id: string }>[]): string {
  const area = /^[A-Z]+-[A-Z]+-/.exec(id.toUpperCase())?.[0];
  const near = controls.filter(one => area !== undefined && one.id.startsWith(area)).map(one => one.id);
  return near.length > 0 ? `; its area has ${near.join(', ')}` : '; `kubelet-gate coverage --markdown` lists them all';
}
