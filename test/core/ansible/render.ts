import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { renderTree } from '../../../core/ansible/render-tree.ts';
import type { NodeGroup, Rendering, RenderOptions } from '../../../core/ansible/types.ts';
import { loadKubelet } from '../../../core/kubelet/load-kubelet.ts';
import type { Json } from '../../../core/kubelet/types.ts';
import type { SourceTree } from '../../../core/source/tree.ts';
import { treeOf } from '../../../core/source/tree.ts';

const facts = readKubeletFacts();

/** Renders a tree with the real kubelet room. */
export function render(
  files: Readonly<Record<string, string>> | SourceTree,
  options: Partial<RenderOptions> = {},
): Rendering {
  const tree =
    'entries' in files && typeof files.entries === 'function'
      ? (files as SourceTree)
      : treeOf(files as Record<string, string>);
  return renderTree(tree, { minor: '1.34', ...options }, input => loadKubelet(input, facts));
}

/** Every group of every inventory. */
export function groupsOf(rendering: Rendering): readonly NodeGroup[] {
  return rendering.inventories.flatMap(one => one.groups);
}

/** The only group; fails when there are several or none. */
export function onlyGroup(rendering: Rendering): NodeGroup {
  const groups = groupsOf(rendering);
  const [group] = groups;
  if (!group || groups.length !== 1)
    throw new Error(`expected one group, got ${groups.map(one => one.name).join(', ')}`);
  return group;
}

export function groupNamed(rendering: Rendering, name: string): NodeGroup {
  const group = groupsOf(rendering).find(one => one.name === name);
  if (!group)
    throw new Error(
      `no group ${name} among ${groupsOf(rendering)
        .map(one => one.name)
        .join(', ')}`,
    );
  return group;
}

/** An effective value as JSON, or `?` and the reasons it is unknown; undefined when the kubelet has no such field. */
export function effective(group: NodeGroup, path: string): Json | undefined {
  const value = group.kubelet?.values.get(path)?.value;
  if (!value) return undefined;
  return value.known ? value.json : `? ${value.unknown.why.join('; ')}`;
}

/** `file:line` of each origin, best first. */
export function places(group: NodeGroup, path: string): readonly string[] {
  return (group.provenance.get(path) ?? []).map(({ kind, file, line }) => `${kind} ${file}:${line}`);
}

/** Rendered texts by host and destination. */
export function textsOf(rendering: Rendering): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const group of groupsOf(rendering)) {
    for (const file of group.files) {
      if (!file.dest.value.known || !file.text) continue;
      for (const host of group.hosts) found.set(`${host} ${file.dest.value.json}`, file.text.text);
    }
  }
  return found;
}
