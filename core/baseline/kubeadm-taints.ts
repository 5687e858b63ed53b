import { nodeAt, textAt } from '../kubelet/node-at.ts';
import type { SourceNode } from '../kubelet/source-node.ts';
import { kubernetesObjects, type ObjectSource } from './kubernetes-objects.ts';
import { judgeSources, type ObjectAnswer } from './manifests/judge-sources.ts';
import type { KubernetesObject } from './manifests/read-objects.ts';
import type { GroupSubject } from './subject.ts';
import { commandOf, named, taskPlace, taskViews } from './tasks/task-view.ts';
import { TEMPLATED } from './tasks/written-tasks.ts';
import type { PlaceAnswer } from './types.ts';

/** A taint as `key` and `effect`. */
export type Taint = Readonly<{ key: string; effect: string }>;

const PATH = 'nodeRegistration.taints';
const ADDS = 'kubeadm adds the taint of the control plane itself';

/**
 * Whether kubeadm registers a control-plane node with one of these taints: as its files on the node say, else as the
 * commands that run it. It adds its own where `taints` is not set, and none where that is an empty list
 * (SetNodeRegistrationDynamicDefaults). None: nothing shows that kubeadm registers the node.
 */
export function kubeadmTaints(subject: GroupSubject, accepted: readonly Taint[]): readonly PlaceAnswer[] {
  const { group, repository } = subject;
  const sources = kubernetesObjects(group, repository.tree).filter(({ from }) => from === 'kubeadm');
  const answers = judgeSources(sources, (object, source) => judgeObject(object, source, accepted), PATH);
  return answers.length > 0 ? answers : taskViewsOfKubeadm(subject);
}

function judgeObject(
  object: KubernetesObject,
  source: ObjectSource,
  accepted: readonly Taint[],
): readonly ObjectAnswer[] {
  const { root } = object;
  const kind = root ? textAt(root, ['kind']) : '';
  if (!root || !makesControlPlane(kind, root, object, source)) return [];
  const taints = nodeAt(root, ['nodeRegistration', 'taints']);
  const answer = (result: ObjectAnswer['result'], reason: string, node: SourceNode = taints ?? root): ObjectAnswer => ({
    result,
    path: PATH,
    key: '',
    actual: null,
    reason,
    evidence: object.originsOf(node).slice(0, 1),
  });
  const phases = nodeAt(root, ['skipPhases']);
  if (phases && mentions(phases, /mark-control-plane/))
    return [answer('violated', `the ${kind} skips the phase in which kubeadm adds the taint`, phases)];
  const registration = nodeAt(root, ['nodeRegistration']);
  const isOpen = [root, registration, phases, taints].some(isUnseen) || object.open !== null;
  if (!taints || taints.kind === 'null') {
    return isOpen
      ? [answer('undecided', `${PATH} of the ${kind} cannot be known from Git`)]
      : [answer('pass', `the ${kind} does not set ${PATH}, so ${ADDS}`)];
  }
  if (taints.kind !== 'list') return [answer('undecided', `${PATH} of the ${kind} cannot be known from Git`)];
  if (taints.items.some(item => accepted.some(taint => isTaint(item, taint))))
    return [answer('pass', `${PATH} of the ${kind} keeps workloads off`)];
  if (taints.items.some(item => mentionsUnknown(item)))
    return [answer('undecided', `${PATH} of the ${kind} cannot be known from Git`)];
  const what = taints.items.length === 0 ? 'is [], which takes away the taint kubeadm adds' : 'has no taint that does';
  return [answer('violated', `nothing keeps workloads off: ${PATH} of the ${kind} ${what}`)];
}

/** Whether kubeadm makes a control-plane node of a document: a ClusterConfiguration alone does, with all defaults. */
function makesControlPlane(kind: string, root: SourceNode, object: KubernetesObject, { ways }: ObjectSource): boolean {
  if (kind === 'InitConfiguration') return true;
  if (kind === 'JoinConfiguration') return nodeAt(root, ['controlPlane']) !== undefined;
  const beside = ways.find(({ objects }) => objects.includes(object))?.objects ?? [];
  return kind === 'ClusterConfiguration' && !beside.some(one => /^(?:Init|Join)Configuration\b/.test(one.name));
}

function isUnseen(node: SourceNode | undefined): boolean {
  return node?.kind === 'unknown' || (node?.kind === 'map' && node.open !== null);
}

function isTaint(item: SourceNode, { key, effect }: Taint): boolean {
  return textAt(item, ['key']) === key && textAt(item, ['effect']) === effect;
}

function mentions(list: SourceNode, pattern: RegExp): boolean {
  return list.kind === 'list' && list.items.some(item => item.kind === 'string' && pattern.test(item.value));
}

function mentionsUnknown(item: SourceNode): boolean {
  return isUnseen(item) || ['key', 'effect'].some(name => nodeAt(item, [name])?.kind === 'unknown');
}

/** A command that makes or joins a cluster; `phase` does a part of it alone. */
const COMMAND = /\bkubeadm\s+(?:-\S+\s+)*(init|join)\b(?!\s+phase)/;

/** What the commands say that run kubeadm without a file of the repository. */
function taskViewsOfKubeadm(subject: GroupSubject): readonly PlaceAnswer[] {
  return taskViews(subject).flatMap(view =>
    view.calls.flatMap(call => {
      const text = commandOf(view, call)?.text ?? '';
      const verb = COMMAND.exec(text)?.[1];
      if (verb === undefined) return [];
      if (/--skip-phases[= ]\S*mark-control-plane/.test(text))
        return [taskPlace(view, 'violated', `${named(view)} skips the phase in which kubeadm adds the taint`)];
      const isPlain = !text.includes(TEMPLATED) && !/--config\b/.test(text);
      return isPlain && (verb === 'init' || /--control-plane\b/.test(text))
        ? [taskPlace(view, 'pass', `${named(view)} runs kubeadm ${verb} without a file, so ${ADDS}`)]
        : [
            taskPlace(
              view,
              'undecided',
              `whether kubeadm ${verb} of ${named(view)} adds the taint cannot be known from Git`,
            ),
          ];
    }),
  );
}
