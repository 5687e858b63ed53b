import type { KubeletInput, KubeletVerdict } from '../kubelet/types.ts';
import type { Problem } from '../source/problem.ts';
import type { SourceTree } from '../source/tree.ts';
import { EVERY_NODE } from './host-run.ts';
import { renderTree } from './render-tree.ts';
import { NEWEST_ANSIBLE, type NodeFile, type NodeGroup, type Rendering, type RenderOptions } from './types.ts';

/**
 * Where nobody names the ansible-core that runs: files and kubelet fields that are known either way and yet not the same
 * with 2.14, as which a tree is read then, and with the newest. Real repositories seldom have any. What the newest
 * fails on is no difference: such a run ends, and nothing else is written.
 *
 * @param rendering of that tree, with these options
 */
export function versionProblems(
  tree: SourceTree,
  rendering: Rendering,
  options: RenderOptions,
  kubelet: (input: KubeletInput) => KubeletVerdict,
): readonly Problem[] {
  if (options.ansible) return [];
  const newest = renderTree(tree, { ...options, ansible: NEWEST_ANSIBLE }, kubelet);
  const problems = new Map<string, Problem>();
  for (const [path, groups] of groupsOf(rendering)) {
    const others = byHost(groupsOf(newest).get(path) ?? []);
    for (const group of groups) {
      for (const other of new Set(group.hosts.map(host => others.get(keyOf(host, group))))) {
        for (const problem of other ? differences(group, other) : []) problems.set(JSON.stringify(problem), problem);
      }
    }
  }
  return [...problems.values()];
}

/** By the inventory's path; several may have none. */
function groupsOf({ inventories }: Rendering): ReadonlyMap<string, readonly NodeGroup[]> {
  const found = new Map<string, NodeGroup[]>();
  for (const { inventory, groups } of inventories) {
    const known = found.get(inventory);
    if (known) known.push(...groups);
    else found.set(inventory, [...groups]);
  }
  return found;
}

function byHost(groups: readonly NodeGroup[]): ReadonlyMap<string, NodeGroup> {
  const found = new Map<string, NodeGroup>();
  for (const group of groups) for (const host of group.hosts) found.set(keyOf(host, group), group);
  return found;
}

/** The assumed node has a group for each kind of node it may be. */
function keyOf(host: string, { name }: NodeGroup): string {
  return host === EVERY_NODE ? `${EVERY_NODE} ${name}` : host;
}

function differences(group: NodeGroup, newest: NodeGroup): readonly Problem[] {
  const fields = differentFields(group, newest);
  return fields.length > 0 ? fields : differentFiles(group, newest);
}

function differentFields(group: NodeGroup, newest: NodeGroup): readonly Problem[] {
  return [...(group.kubelet?.values ?? [])].flatMap(([path, { value }]) => {
    const other = newest.kubelet?.values.get(path)?.value;
    if (!value.known || !other?.known) return [];
    const [before, after] = [JSON.stringify(value.json), JSON.stringify(other.json)];
    if (before === after) return [];
    const place = group.provenance.get(path)?.[0] ?? newest.provenance.get(path)?.[0];
    return [problemAt(place, `${path} is ${before} with ansible-core 2.14 and ${after} with ${NEWEST_ANSIBLE}`)];
  });
}

function differentFiles(group: NodeGroup, newest: NodeGroup): readonly Problem[] {
  const [before, after] = [certainFiles(group), certainFiles(newest)];
  const differing = [...before].flatMap(([dest, file]) => {
    const other = after.get(dest);
    return other && isWhole(file) && isWhole(other) && file.text?.text !== other.text?.text
      ? [problemAt(file.task, `${dest} is another text with ansible-core 2.14 than with ${NEWEST_ANSIBLE}`)]
      : [];
  });
  const ends = newest.problems.length > group.problems.length;
  const alone = (those: ReadonlyMap<string, NodeFile>, others: NodeGroup, version: string) =>
    [...those].flatMap(([dest, file]) =>
      others.files.some(one => !one.dest.value.known || one.dest.value.json === dest)
        ? []
        : [problemAt(file.task, `only ansible-core ${version} writes ${dest}`)],
    );
  return ends ? differing : [...differing, ...alone(before, newest, '2.14'), ...alone(after, group, NEWEST_ANSIBLE)];
}

/** Files that are written whatever the node says, by their place on it. */
function certainFiles({ files }: NodeGroup): ReadonlyMap<string, NodeFile> {
  return new Map(
    files.flatMap(file =>
      file.dest.value.known && file.when === null && !file.fails ? [[file.dest.value.json, file] as const] : [],
    ),
  );
}

function isWhole({ text, alternatives }: NodeFile): boolean {
  return text !== null && alternatives.length === 1 && text.unknowns.size === 0;
}

function problemAt(place: Readonly<{ file: string; line: number }> | undefined, what: string): Problem {
  return {
    file: place?.file ?? '',
    line: place?.line ?? 0,
    code: 'ansible-version',
    message: `${what}; name the one that runs in .kubelet-gate.yaml (governed.ansible)`,
  };
}
