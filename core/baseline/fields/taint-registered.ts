import type { Rendering } from '../../ansible/types.ts';
import type { Json } from '../../kubelet/types.ts';
import type { SourceTree } from '../../source/tree.ts';
import { kubeadmTaints, type Taint } from '../kubeadm-taints.ts';
import { kubernetesObjects } from '../kubernetes-objects.ts';
import { serverStart } from '../manifests/api-server.ts';
import { isEmpty, list, mapping, shown } from '../operators/operator.ts';
import { notApplicable, undecided, worstOf } from '../place-answer.ts';
import type { Field } from '../read-field.ts';
import type { GroupSubject } from '../subject.ts';
import { argument, taskViews } from '../tasks/task-view.ts';
import type { Control, PlaceAnswer } from '../types.ts';
import type { FieldCheck } from './field-check.ts';

const PATH = 'registerWithTaints';
const SERVER_UNIT = /\/kube-apiserver\.service$/;

/**
 * The node has one of these taints once it is registered. In this order: the kubelet registers itself with one; kubeadm
 * adds one; nobody does, which is certain only of a control plane that the repository itself makes without kubeadm.
 */
export const TAINT_REGISTERED: FieldCheck = {
  fault: ({ paths, check }) => {
    if (paths.join() !== PATH) return { at: ['paths'], message: `taint-registered is for the path ${PATH}` };
    const items = list(check.value);
    const isFine = items.length > 0 && items.every(item => taintOf(item) !== null);
    return isFine ? null : { at: ['check', 'value'], message: 'value must be a list of taints, each {key, effect}' };
  },
  expected: control =>
    `one of the taints ${taintsOf(control).map(taintWords).join(', ')}, by the kubelet itself or by kubeadm`,
  evaluate: (control, { field, subject }) => [
    { ...judge(control, subject, field(PATH), field('registerNode')), location: PATH },
  ],
  unconfigured: (control, subject) => {
    const answer = worstOf(kubeadmTaints(subject, taintsOf(control)));
    return answer && [{ ...answer, location: PATH }];
  },
  rank: (control, _, json) => (hasOne(taintsOf(control), json) ? 0 : 1),
};

function judge(control: Control, subject: GroupSubject, taints: Field, registerNode: Field): PlaceAnswer {
  const accepted = taintsOf(control);
  const itself = !registerNode.known ? null : registerNode.json !== false;
  if (itself && taints.known && hasOne(accepted, taints.json))
    return {
      result: 'pass',
      path: PATH,
      actual: taints.json,
      reason: 'the kubelet registers it',
      evidence: taints.evidence,
    };
  const maybe = unknownOf(accepted, taints, registerNode);
  const byKubeadm = worstOf(kubeadmTaints(subject, accepted));
  if (byKubeadm) return byKubeadm.result === 'violated' && maybe && isOwn(taints, subject) ? maybe : byKubeadm;
  if (maybe) return maybe;
  if (itself === false)
    return notApplicable(PATH, 'registerNode is false: whoever registers this node sets its taints');
  const what = `${PATH} ${taints.known && !isEmpty(taints.json) ? `is ${shown(taints.json)}` : 'is not set'}`;
  const { evidence } = taints;
  if (!isOwnControlPlane(subject))
    return undecided(
      PATH,
      `${what}, and whether anything adds the taint, as kubeadm does, cannot be known from Git`,
      evidence,
    );
  const reason = `${what}, and nothing here is kubeadm, which would add the taint; expected ${TAINT_REGISTERED.expected(control, PATH)}`;
  return { result: 'violated', path: PATH, actual: taints.known ? taints.json : null, reason, evidence };
}

/** Why the kubelet may register a taint for all that is known; null when it does not. */
function unknownOf(accepted: readonly Taint[], taints: Field, registerNode: Field): PlaceAnswer | null {
  if (registerNode.known && registerNode.json === false) return null;
  if (!taints.known) return undecided(PATH, taints.why, taints.evidence);
  if (registerNode.known || !hasOne(accepted, taints.json)) return null;
  return undecided(PATH, registerNode.why, registerNode.evidence);
}

/**
 * Whether what is not known of the field is this node's. A configuration that is not in the repository is the one
 * kubeadm gives all nodes of the cluster: no taint of the control plane stands there.
 */
function isOwn(taints: Field, { group }: GroupSubject): boolean {
  return (
    taints.evidence.length > 0 || group.files.some(({ kind }) => kind === 'KubeletConfiguration' || kind === 'drop-in')
  );
}

/** Whether the tasks of a node make its control plane themselves, for certain, and the repository has nothing of kubeadm. */
function isOwnControlPlane(subject: GroupSubject): boolean {
  const { group, repository } = subject;
  if (hasKubeadm(repository.tree, repository.rendering)) return false;
  const isServer = kubernetesObjects(group, repository.tree).some(
    source =>
      source.from === 'static-pod' &&
      source.when === null &&
      source.ways.every(way => way.objects.some(one => serverStart(one, source))),
  );
  return (
    isServer ||
    taskViews(subject).some(
      view =>
        view.step.runs === true && view.calls.some(call => SERVER_UNIT.test(argument(view, call, 'dest')?.text ?? '')),
    )
  );
}

const known = new WeakMap<Rendering, boolean>();

/** Whether any file the rendering rests on speaks of kubeadm. */
function hasKubeadm(tree: SourceTree, rendering: Rendering): boolean {
  let has = known.get(rendering);
  if (has === undefined) {
    has = [...rendering.read].some(path => textOf(tree, path).includes('kubeadm'));
    known.set(rendering, has);
  }
  return has;
}

function textOf(tree: SourceTree, path: string): string {
  try {
    return tree.text(path) ?? '';
  } catch {
    return '';
  }
}

function taintsOf({ check }: Control): readonly Taint[] {
  return list(check.value).flatMap(item => taintOf(item) ?? []);
}

function taintOf(item: Json): Taint | null {
  const { key, effect } = mapping(item) ?? {};
  return typeof key === 'string' && typeof effect === 'string' ? { key, effect } : null;
}

function taintWords({ key, effect }: Taint): string {
  return `${key}:${effect}`;
}

function hasOne(accepted: readonly Taint[], json: Json): boolean {
  return list(json).some(item => {
    const taint = taintOf(item);
    return taint !== null && accepted.some(one => taintWords(one) === taintWords(taint));
  });
}
