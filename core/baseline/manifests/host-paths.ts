import { posix } from 'node:path';
import { nodeAt, textAt } from '../../kubelet/node-at.ts';
import type { SourceNode } from '../../kubelet/source-node.ts';
import type { ObjectSource } from '../kubernetes-objects.ts';
import { pathPattern } from '../node-paths.ts';
import { judgeSources, type ObjectAnswer } from './judge-sources.ts';
import { isTexts, type ManifestOperator } from './operator.ts';
import type { KubernetesObject } from './read-objects.ts';

/**
 * Paths of the host that static pods mount: those of their manifests, and what kubeadm adds from `extraVolumes`. A list
 * of patterns (`*` within one folder); what lies below an allowed path is allowed, too.
 */
export const SUBSET_OF: ManifestOperator = {
  fault: value => (isTexts(value) ? null : 'value must be a list of paths'),
  words: ({ check }) => `only ${isTexts(check.value) ? check.value.join(', ') : ''}`,
  evaluate: ({ check, paths }, sources) => {
    const allowed = (isTexts(check.value) ? check.value : []).flatMap(path => [path, `${path}/**`]).map(pathPattern);
    const path = paths[0] ?? '';
    return judgeSources(
      sources.filter(({ from }) => from !== 'applied'),
      (object, source) => judge(object, source, allowed, path),
      path,
    );
  },
  nothing: 'no task places a static pod or a kubeadm configuration on these nodes',
};

/** Components of a ClusterConfiguration that may have more volumes. */
const COMPONENTS = ['apiServer', 'controllerManager', 'scheduler'] as const;

function judge(
  object: KubernetesObject,
  { from, name }: ObjectSource,
  allowed: readonly RegExp[],
  path: string,
): readonly ObjectAnswer[] {
  const { root } = object;
  if (!root) return [];
  const kind = textAt(root, ['kind']);
  if (from === 'kubeadm' && kind !== 'ClusterConfiguration') return [];
  const lists =
    from === 'kubeadm'
      ? COMPONENTS.map(one => ({ list: nodeAt(root, [one, 'extraVolumes']), mount: ['hostPath'] }))
      : [{ list: nodeAt(root, ['spec', 'volumes']), mount: ['hostPath', 'path'] }];
  const answer = (result: ObjectAnswer['result'], key: string, reason: string, node: SourceNode): ObjectAnswer => ({
    result,
    path,
    key,
    actual: null,
    reason,
    evidence: object.originsOf(node).slice(0, 1),
  });
  const answers = lists.flatMap(({ list, mount }) => {
    if (list?.kind === 'unknown')
      return [answer('undecided', 'volumes', `the volumes of ${name} cannot be known from Git`, list)];
    return (list?.kind === 'list' ? list.items : []).flatMap(item => {
      const node = item.kind === 'unknown' ? item : nodeAt(item, mount);
      if (!node) return [];
      const written = node.kind === 'string' ? node.value : '';
      if (node.kind !== 'string')
        return [answer('undecided', 'volumes', `a host path ${name} mounts cannot be known from Git`, node)];
      return allowed.some(pattern => pattern.test(posix.normalize(written).replace(/(.)\/$/, '$1')))
        ? []
        : [
            answer(
              'violated',
              written,
              `${name} mounts ${written} of the host, which the baseline does not list`,
              node,
            ),
          ];
    });
  });
  const isOpen = root.kind !== 'map' || root.open !== null;
  if (answers.length > 0) return answers;
  return isOpen
    ? [answer('undecided', '', `what ${name} mounts cannot be known from Git`, root)]
    : [answer('pass', '', `${name} mounts only listed host paths`, root)];
}
