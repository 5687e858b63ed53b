import type { Decision } from '../../../core/approval/types.ts';
import type { ReportContext } from '../../../core/report/report-context.ts';
import type { Verdict } from '../../../core/review/types.ts';
import {
  authorizationDiff,
  baselineOf,
  control,
  type GroupSketch,
  inventory,
  rendering,
  reviewOf,
  type Sketch,
} from '../review/build.ts';

export const baseline = baselineOf(
  control('authorization.mode', 'Webhook', { id: 'KG-AUTHZ-01', title: 'Authorization asks the API server' }),
  control('readOnlyPort', 0, { id: 'KG-ROPORT-01', title: 'No read-only port' }),
  control('maxPods', 110, { id: 'KG-PODS-01', title: 'A sane number of pods', severity: 'low' }),
);

export const hosts = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `node-${from + index}`);

export const groups = (...sketches: readonly GroupSketch[]) =>
  rendering([inventory(sketches)], { read: ['group_vars/all.yml', 'tasks/main.yml'] });

export const authorization = (value: string, at = 'group_vars/all.yml:2') => ({
  'authorization.mode': { value, at: [at] },
});

/** Two groups of 48 nodes; the change opens authorization on all of them. */
export function weakening(more: Partial<Sketch> = {}): Verdict {
  const both = (value: string) =>
    groups(
      { name: 'workers', hosts: hosts(1, 36), values: authorization(value) },
      { name: 'gpu', hosts: hosts(37, 48), values: { ...authorization(value), maxPods: { value: 500 } } },
    );
  return reviewOf({ base: both('Webhook'), head: both('AlwaysAllow'), diff: authorizationDiff, baseline, ...more });
}

export const decided = (state: Decision['state'], more: Partial<Decision> = {}): Decision => ({
  state,
  reasons: [],
  approvers: [],
  discarded: [],
  needs: [],
  ...more,
});

export const nowhere: ReportContext = { detailsUrl: null, checkpoint: null };
export const somewhere: ReportContext = {
  detailsUrl: 'https://gate.example.org/changes/7',
  checkpoint: 'gate.example.org/log\n12\nabc=\n\n— gate.example.org/log AAAA\n',
};
