import { changedFiles } from '../adapters/evaluation/changed-files.ts';
import { compileLate } from '../adapters/evaluation/compile-late.ts';
import { openRepository as openMirror } from '../adapters/git/mirror.ts';
import { readTree } from '../adapters/git/read-tree.ts';
import { readBaseline } from '../config/baseline.ts';
import { readKubeletFacts } from '../config/kubelet-facts.ts';
import { inventoryVariables } from '../core/ansible/inventory/inventory-variables.ts';
import { sharedInventory } from '../core/ansible/inventory/load-inventory.ts';
import { newRenderMemory, type RenderMemory } from '../core/ansible/render-memory.ts';
import { openRepository } from '../core/ansible/repository.ts';
import { POLICY_PATH } from '../core/approval/policy.ts';
import { reviewTrees } from '../core/review/review-trees.ts';
import type { SourceTree } from '../core/source/tree.ts';

/** Wall time, and CPU time of all threads of a process; seconds. */
export type Times = Readonly<{ wall: number; cpu: number }>;

/** What one measured process tells of itself; MiB for memory. */
export type Measured = Readonly<{
  conclusion: string;
  hosts: number;
  groups: number;
  changes: number;
  /** Reading both trees and their diff out of Git. */
  trees: Times;
  /** Reading hosts, groups and the variables of every host, of both trees. */
  inventory: Times;
  /** The whole review of both trees, inventory included. */
  review: Times;
  memory: number;
}>;

compileLate();
const [directory = '', base = '', head = ''] = process.argv.slice(2);
if (directory !== '') console.log(JSON.stringify(await measured()));

/** Reviews the way from one commit to the other in this process. */
async function measured(): Promise<Measured> {
  const facts = readKubeletFacts();
  const baseline = readBaseline();
  const trees = stopwatch();
  const repository = await openMirror(directory);
  const both = [await readTree(repository, base), await readTree(repository, head)] as const;
  const changes = await changedFiles(repository, base, head);
  const readTrees = trees();
  const review = stopwatch();
  const verdict = reviewTrees(...both, {
    minor: '1.34',
    inventories: ['inventory'],
    playbooks: ['site.yml'],
    facts,
    baseline,
    changes,
    policyPath: POLICY_PATH,
  });
  const reviewed = review();
  const memory = process.resourceUsage().maxRSS / 1024;
  const inventory = stopwatch();
  const shared = newRenderMemory();
  for (const tree of both) readInventory(tree, shared);
  return {
    conclusion: verdict.conclusion,
    hosts: verdict.hostCount,
    groups: verdict.groups.length,
    changes: verdict.changes.length,
    trees: readTrees,
    inventory: inventory(),
    review: reviewed,
    memory,
  };
}

/** Begins to measure; tells what it took since. */
function stopwatch(): () => Times {
  const start = performance.now();
  const used = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(used);
    return { wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
  };
}

/** As a review does: the head's inventory is the base's where nothing it is read from has changed. */
function readInventory(tree: SourceTree, memory: RenderMemory): void {
  const repository = openRepository(tree, memory);
  const { inventory } = sharedInventory(repository, 'inventory');
  const variables = inventoryVariables(repository, inventory, 'inventory', '');
  for (const host of inventory.hosts.keys()) variables.of(host);
}
