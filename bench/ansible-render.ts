import { compileLate } from '../adapters/evaluation/compile-late.ts';
import { openRepository as openMirror } from '../adapters/git/mirror.ts';
import { readTree } from '../adapters/git/read-tree.ts';
import { readKubeletFacts } from '../config/kubelet-facts.ts';
import { newRenderMemory } from '../core/ansible/render-memory.ts';
import { renderTree } from '../core/ansible/render-tree.ts';
import type { NodeGroup, Rendering, RenderOptions } from '../core/ansible/types.ts';
import { loadKubelet } from '../core/kubelet/load-kubelet.ts';
import type { KubeletInput, KubeletVerdict } from '../core/kubelet/types.ts';
import type { SourceTree } from '../core/source/tree.ts';

/** What a process that renders both revisions tells of itself; MiB for memory. */
export type Rendered = Readonly<{
  hosts: number;
  /** Hosts with a file that is another one, or with another effective kubelet value. */
  changed: number;
  /** Distinct texts of the head. */
  texts: number;
  memory: number;
}>;

compileLate();
const [directory = '', base = '', head = ''] = process.argv.slice(2);
if (directory !== '') console.log(JSON.stringify(await rendered()));

/** What every host gets of both commits, whether its kubelet starts, and which hosts get something else. */
async function rendered(): Promise<Rendered> {
  const facts = readKubeletFacts();
  const repository = await openMirror(directory);
  const kubelet = (input: KubeletInput): KubeletVerdict => loadKubelet(input, facts);
  const memory = newRenderMemory();
  const options: RenderOptions = { minor: '1.34', inventories: ['inventory'], playbooks: ['site.yml'], memory };
  const render = (tree: SourceTree): ReadonlyMap<string, NodeGroup> => byHost(renderTree(tree, options, kubelet));
  const [first, second] = await Promise.all([readTree(repository, base), readTree(repository, head)]);
  const [before, after] = [render(first), render(second)];
  const results = new Map<NodeGroup, string>();
  const resultOf = (group: NodeGroup | undefined): string => {
    if (!group) return '';
    const result = results.get(group) ?? resultText(group);
    results.set(group, result);
    return result;
  };
  return {
    hosts: after.size,
    changed: [...after].filter(([host, group]) => resultOf(before.get(host)) !== resultOf(group)).length,
    texts: new Set([...after.values()].flatMap(({ files }) => files.map(({ text }) => text?.text))).size,
    memory: process.resourceUsage().maxRSS / 1024,
  };
}

function byHost({ inventories }: Rendering): ReadonlyMap<string, NodeGroup> {
  return new Map(inventories.flatMap(({ groups }) => groups.flatMap(group => group.hosts.map(host => [host, group]))));
}

/** Files, modes and effective values of a node group, as one text. */
function resultText({ files, kubelet }: NodeGroup): string {
  const placed = files.map(({ dest, mode, text }) => [dest.value, mode?.value, text?.text]);
  return JSON.stringify([
    placed,
    kubelet?.accepted,
    [...(kubelet?.values ?? [])].map(([path, { value }]) => [path, value]),
  ]);
}
