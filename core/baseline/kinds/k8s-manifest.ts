import type { Fault, Kind } from '../kind.ts';
import { kubernetesObjects, type ObjectSource } from '../kubernetes-objects.ts';
import { ABSENT_GRANT } from '../manifests/grants.ts';
import { SUBSET_OF } from '../manifests/host-paths.ts';
import { KIND_NOT_IN } from '../manifests/object-kinds.ts';
import type { ManifestOperator } from '../manifests/operator.ts';
import { FLAG_OPERATORS } from '../manifests/server-flags.ts';
import { NOT_CONTAINS } from '../manifests/tolerations.ts';
import { notApplicable } from '../place-answer.ts';
import type { GroupSubject } from '../subject.ts';
import type { Control, PlaceAnswer } from '../types.ts';

/**
 * Controls over the Kubernetes objects tasks put on nodes or apply: static pods, kubeadm's configuration,
 * `kubernetes.core.k8s` and `kubectl`. An object that is no longer applied stays in the cluster.
 */
export const K8S_MANIFEST: Kind = {
  scope: 'node-group',
  fault,
  evaluate,
  expected: (control, path) => OPERATORS[control.check.op]?.words(control, path) ?? '',
  gone: 'unknown',
};

const OPERATORS: Readonly<Record<string, ManifestOperator>> = {
  ...FLAG_OPERATORS,
  'kind-not-in': KIND_NOT_IN,
  'not-contains': NOT_CONTAINS,
  'subset-of': SUBSET_OF,
  absent: ABSENT_GRANT,
};

const FLAG_PATH = /^kube-apiserver --[a-z0-9-]+$/;

function fault({ check, paths }: Control): Fault | null {
  const operator = Object.hasOwn(OPERATORS, check.op) ? OPERATORS[check.op] : undefined;
  if (!operator) return { at: ['check', 'op'], message: `unknown operator ${check.op} for Kubernetes objects` };
  const message = operator.fault(check.value);
  if (message !== null) return { at: ['check', 'value'], message };
  const wrong = check.op in FLAG_OPERATORS ? paths.findIndex(path => !FLAG_PATH.test(path)) : -1;
  return wrong < 0 ? null : { at: ['paths', wrong], message: 'a path must be like kube-apiserver --flag' };
}

const read = new WeakMap<GroupSubject['group'], readonly ObjectSource[]>();

function evaluate(control: Control, { group, repository }: GroupSubject): readonly PlaceAnswer[] {
  let sources = read.get(group);
  if (!sources) read.set(group, (sources = kubernetesObjects(group, repository.tree)));
  const operator = OPERATORS[control.check.op];
  const answers = operator?.evaluate(control, sources, group) ?? [];
  return answers.length > 0 ? answers : [notApplicable(control.paths[0] ?? '', operator?.nothing ?? '')];
}
