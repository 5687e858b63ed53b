import type { NodeGroup } from '../ansible/types.ts';
import { evaluateConfiguration } from './evaluate-configuration.ts';
import { evaluateFiles } from './evaluate-files.ts';
import { evaluateFlags } from './evaluate-flags.ts';
import { evaluateKubeProxy } from './evaluate-kube-proxy.ts';
import { expectedWords } from './expected.ts';
import { notApplicable, type PlaceAnswer } from './place-answer.ts';
import type { Baseline, Control, ControlResult } from './types.ts';

/**
 * One answer per control and node group. Three-valued: what an unknown value could turn either way is `undecided` with
 * the reason, never a pass; of several places a violation beats an unknown beats a pass.
 */
export function evaluateBaseline(baseline: Baseline, groups: readonly NodeGroup[]): ControlResult[] {
  return groups.flatMap(group =>
    baseline.controls.map((control): ControlResult => {
      const answer = appliesTo(control, group)
        ? evaluate(control, group)
        : notApplicable(control.paths[0] ?? '', `the control is for ${control.roles.join(', ')} nodes`);
      return {
        control,
        group: group.name,
        hosts: group.hosts,
        ...answer,
        expected: expectedWords(control, control.paths.includes(answer.path) ? answer.path : (control.paths[0] ?? '')),
      };
    }),
  );
}

function appliesTo(control: Control, group: NodeGroup): boolean {
  return control.roles.some(role => role === 'all' || group.roles.includes(role));
}

function evaluate(control: Control, group: NodeGroup): PlaceAnswer {
  switch (control.kind) {
    case 'kubelet-flag':
      return evaluateFlags(control, group);
    case 'file-task':
      return evaluateFiles(control, group);
    case 'KubeProxyConfiguration':
      return evaluateKubeProxy(control, group);
    default:
      return evaluateConfiguration(control, group);
  }
}
