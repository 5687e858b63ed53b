import { nodeAt, textAt } from '../../kubelet/node-at.ts';
import type { SourceNode } from '../../kubelet/source-node.ts';
import { isConditional, type KubernetesObject } from '../manifests/read-objects.ts';
import { type ProxyStart, proxyStart, type Word } from './command-line.ts';

const POD_SPECS: readonly (readonly string[])[] = [['spec'], ['spec', 'template', 'spec']];

/** How the containers of a pod or workload start kube-proxy; none when they start something else. */
export function startsInObject(object: KubernetesObject): readonly ProxyStart[] {
  const { root } = object;
  if (!root) return [];
  return POD_SPECS.flatMap(path => {
    const containers = nodeAt(root, [...path, 'containers']);
    return containers?.kind === 'list' ? containers.items.flatMap(one => startOf(one, object) ?? []) : [];
  });
}

function startOf(container: SourceNode, object: KubernetesObject): ProxyStart | null {
  const lists = ['command', 'args'].map(name => nodeAt(container, [name]));
  const words = lists.flatMap(list => (list?.kind === 'list' ? list.items : [])).map(node => wordOf(node, object));
  const start = proxyStart(words, textAt(container, ['name']) === 'kube-proxy');
  const unseen = lists.some(list => list?.kind === 'unknown');
  return start && { ...start, open: start.open || unseen };
}

function wordOf(node: SourceNode, object: KubernetesObject): Word {
  const text = node.kind === 'string' ? node.value : object.textOf(node).replace(/^(["'])([\s\S]*)\1$/, '$2');
  return { text, sure: !isConditional(node), evidence: object.originsOf(node).slice(0, 1) };
}
