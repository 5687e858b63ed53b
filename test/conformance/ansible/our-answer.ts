import { inventoryVariables } from '../../../core/ansible/inventory/inventory-variables.ts';
import { inventoryBase, loadInventory } from '../../../core/ansible/inventory/load-inventory.ts';
import { renderTree } from '../../../core/ansible/render-tree.ts';
import { openRepository } from '../../../core/ansible/repository.ts';
import type { AnsibleVersion, NodeGroup } from '../../../core/ansible/types.ts';
import { toJson } from '../../../core/ansible/value.ts';
import type { KubeletVerdict } from '../../../core/kubelet/types.ts';
import type { Problem } from '../../../core/source/problem.ts';
import { treeOf } from '../../../core/source/tree.ts';
import type { RepositoryCase } from './repository-case.ts';

/** What we say of a repository, in the parts that real Ansible answers too. */
export type OurAnswer = Readonly<{
  /** Variables of each host before any play, as JSON. */
  hosts: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Hosts listed directly below each group. */
  groups: ReadonlyMap<string, readonly string[]>;
  nodes: ReadonlyMap<string, NodeGroup>;
  problems: readonly Problem[];
}>;

/** No kubelet is asked: only what lands on hosts is compared. */
const NO_VERDICT: KubeletVerdict = {
  minor: '1.34',
  accepted: null,
  lenient: false,
  stage: null,
  about: [],
  problems: [],
  values: new Map(),
  open: new Map(),
};

export function ourAnswer(one: RepositoryCase, ansible: AnsibleVersion): OurAnswer {
  const tree = treeOf(one.files);
  const repository = openRepository(tree);
  const inventory = loadInventory(repository, one.inventory, { ansible });
  const slash = one.playbook.lastIndexOf('/');
  const folder = slash < 0 ? '' : one.playbook.slice(0, slash);
  const { of } = inventoryVariables(repository, inventory, inventoryBase(repository, one.inventory), folder);
  const hosts = new Map(
    [...inventory.hosts.keys()].map(name => {
      const { group, own } = of(name);
      return [name, Object.fromEntries([...group, ...own].map(([key, value]) => [key, toJson(value)]))] as const;
    }),
  );
  const groups = new Map([...inventory.groups].map(([name, group]) => [name, [...group.hosts]] as const));
  const options = { minor: '1.34', inventories: [one.inventory], playbooks: [one.playbook], ansible } as const;
  const rendering = renderTree(tree, options, () => NO_VERDICT);
  const found = rendering.inventories.find(each => each.inventory === one.inventory);
  const nodes = new Map((found?.groups ?? []).flatMap(group => group.hosts.map(host => [host, group] as const)));
  const problems = [...repository.problems, ...rendering.problems, ...(found?.problems ?? [])];
  return { hosts, groups, nodes, problems };
}
