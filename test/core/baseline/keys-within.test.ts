import { describe, expect, test } from '@jest/globals';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { evaluateGroup } from '../../../core/baseline/evaluate-baseline.ts';
import { checkOf } from '../../../core/baseline/kinds/kubelet-configuration.ts';
import { parseBaseline } from '../../../core/baseline/parse-baseline.ts';
import { groupSubjects } from '../../../core/baseline/subject.ts';
import { config, FACT, repositoryOf, type Situation, subjectOf } from './situation.ts';

/** The operator of KG-CG-09, whose field no covered kubelet has, on a map that every kubelet has. */
const OWN = `area: test
controls:
  - id: KG-T-01
    title: Few thresholds
    kind: KubeletConfiguration
    paths: [evictionSoft]
    flags: []
    check: {op: keys-within, value: [memory.available, pid.available]}
    absent: null
    roles: [all]
    severity: low
    profile: core
    standards: {}
    threats: [Kubelet compromise]
    rationale: Because.
    fix: {do: less}
`;
const baseline = parseBaseline([{ file: 'own.yaml', text: OWN }], readKubeletFacts());

function judge(situation: Situation) {
  const [group] = groupSubjects(subjectOf(repositoryOf(situation)));
  if (!group) throw new Error('no node group');
  return evaluateGroup(baseline, group)[0];
}

const soft = (map: string): Situation =>
  config(
    `evictionSoft: ${map}\nevictionSoftGracePeriod: {memory.available: 1m, pid.available: 1m, nodefs.available: 1m}`,
  );

describe('a map with no keys but some', () => {
  test.each([
    ['passes with those', soft('{memory.available: 1Gi}'), 'pass', 'evictionSoft sets ["memory.available"]'],
    ['passes without any', config(''), 'pass', 'evictionSoft is not set'],
    [
      'is violated by another, which is named',
      soft('{memory.available: 1Gi, nodefs.available: 10%}'),
      'violated',
      'evictionSoft sets nodefs.available, which the baseline does not allow',
    ],
    [
      'is undecided when nobody knows the map',
      config(`evictionSoft: ${FACT}`),
      'undecided',
      'evictionSoft cannot be known from Git: fact ansible_facts',
    ],
  ])('%s', (_, situation, result, reason) => {
    expect(judge(situation)).toMatchObject({ result, reason });
  });

  test.each([
    ['evictionSoft.memory.available', '1Gi', 0],
    ['evictionSoft.nodefs.available', '10%', 1],
    ['evictionSoft.nodefs.available', null, 0],
  ])('%s with %p is %d away', (path, json, distance) => {
    const [control] = baseline.controls;
    expect(control && checkOf(control).rank(control, path, json)).toBe(distance);
  });
});
