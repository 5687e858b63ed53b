/** A small repository of our own making, asked of real Ansible and of `renderTree` in the same words. */
export type RepositoryCase = Readonly<{
  /** Text by repository path. */
  files: Readonly<Record<string, string>>;
  /** Repository path of the inventory, a file or a folder. */
  inventory: string;
  /** Repository path of the playbook. */
  playbook: string;
}>;
