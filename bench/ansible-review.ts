import { changedFiles } from '../adapters/evaluation/changed-files.ts';
import { openRepository as openMirror } from '../adapters/git/mirror.ts';
import { readTree } from '../adapters/git/read-tree.ts';
import { readBaseline } from '../config/baseline.ts';
import { readKubeletFacts } from '../config/kubelet-facts.ts';
import { inventoryVariables } from '../core/ansible/inventory/inventory-variables.ts';
import { loadInventory } from '../core/ansible/inventory/load-inventory.ts';
import { openRepository } from '../core/ansible/repository.ts';
import { POLICY_PATH } from '../core/approval/policy.ts';
import { reviewTrees } from '../core/review/review-trees.ts';
import type { SourceTree } from '../core/source/tree.ts';

/** What one measured process tells of itself; seconds, and MiB for memory. */
export type Measured = Readonly<{
  conclusion: string;
  hosts: number;
  groups: number;
  changes: number;
  /** Reading both trees and their diff out of Git. */
  trees: number;
  /** Reading hosts, groups and the variables of every host, of both trees. */
  inventory: number;
  /** The whole review of both trees, inventory included. */
  review: number;
  memory: number;
}>;

const [directory = '', base = '', head = ''] = process.argv.slice(2);
if (directory !== '') console.log(JSON.stringify(await measured()));

/** Reviews the way from one commit to the other in this process. */
async function measured(): Promise<Measured> {
  const facts = readKubeletFacts();
  const baseline = readBaseline();
  const start = performance.now();
  const repository = await openMirror(directory);
  const trees = [await readTree(repository, base), await readTree(repository, head)] as const;
  const changes = await changedFiles(repository, base, head);
  const read = performance.now();
  const verdict = reviewTrees(...trees, {
    minor: '1.34',
    inventories: ['inventory'],
    playbooks: ['site.yml'],
    facts,
    baseline,
    changes,
    policyPath: POLICY_PATH,
  });
  const reviewed = performance.now();
  const memory = process.resourceUsage().maxRSS / 1024;
  for (const tree of trees) readInventory(tree);
  const again = performance.now();
  return {
    conclusion: verdict.conclusion,
    hosts: verdict.hostCount,
    groups: verdict.groups.length,
    changes: verdict.changes.length,
    trees: (read - start) / 1000,
    inventory: (again - reviewed) / 1000,
    review: (reviewed - read) / 1000,
    memory,
  };
}

function readInventory(tree: SourceTree): void {
  const repository = openRepository(tree);
  const inventory = loadInventory(repository, 'inventory');
  const variables = inventoryVariables(repository, inventory, 'inventory', '');
  for (const host of inventory.hosts.keys()) variables.of(host);
}
