import type { InventoryRendering, NodeGroup, Rendering } from '../ansible/types.ts';
import type { KubeletFacts } from '../kubelet/facts.ts';
import type { Minor } from '../kubelet/types.ts';
import type { SourceTree } from '../source/tree.ts';

/** One revision of a repository with what Ansible makes of it: all that a control may look at. */
export type RepositorySubject = Readonly<{
  tree: SourceTree;
  rendering: Rendering;
  /** The Kubernetes minor the nodes run. */
  minor: Minor;
  facts: KubeletFacts;
}>;

/** One node group of a revision. */
export type GroupSubject = Readonly<{
  repository: RepositorySubject;
  inventory: InventoryRendering;
  group: NodeGroup;
}>;

/** Every node group of a revision, in the order of its inventories. */
export function groupSubjects(repository: RepositorySubject): readonly GroupSubject[] {
  return repository.rendering.inventories.flatMap(inventory =>
    inventory.groups.map((group): GroupSubject => ({ repository, inventory, group })),
  );
}
