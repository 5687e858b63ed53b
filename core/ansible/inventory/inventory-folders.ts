import { posix } from 'node:path';
import { directoryOf } from '../discover.ts';
import { isDirectory, type Repository, unreported } from '../repository.ts';
import type { Inventory } from './inventory.ts';
import { type InventoryOptions, isInventoryName, loadInventory } from './load-inventory.ts';

/** Files of one folder looked at for what they take from each other; more are several inventories. */
const MAX_TOGETHER = 20;
/** Bytes of such a file: hosts by the thousand stand in a file of their own. */
const MAX_BYTES = 256 * 1024;

/**
 * The inventory sources that files found as inventories make, as an operator would name them with `-i`. Each file is an
 * inventory of its own, except in a folder that is used as one: ansible.cfg names it, or a file of it needs the hosts
 * another one gives to a group. What Ansible passes over in such a folder (`.ini` before 2.19) stays on its own, so that
 * no file is dropped.
 *
 * @param configured the paths ansible.cfg names as `inventory`
 */
export function inventorySources(
  repository: Repository,
  files: readonly string[],
  configured: readonly string[],
  options: InventoryOptions,
): readonly string[] {
  const folders = configured.filter(path => isDirectory(repository, path));
  const isRead = (file: string): boolean => isInventoryName(posix.basename(file), options.ansible ?? '2.14');
  const members = new Map<string, string[]>();
  for (const file of files) {
    if (!isRead(file) || folders.some(folder => isBelow(file, folder))) continue;
    const folder = directoryOf(file);
    members.set(folder, [...(members.get(folder) ?? []), file]);
  }
  for (const [folder, together] of members) {
    if (folder !== '' && areTogether(repository, together, options)) folders.push(folder);
  }
  const sourceOf = (file: string): string =>
    (isRead(file) ? folders.find(folder => isBelow(file, folder)) : undefined) ?? file;
  return [...new Set(files.map(sourceOf))];
}

const isBelow = (file: string, folder: string): boolean => file.startsWith(`${folder}/`);

/** Whether a file names a group without hosts of its own that another file of its folder gives hosts. */
function areTogether(repository: Repository, files: readonly string[], options: InventoryOptions): boolean {
  if (files.length < 2 || files.length > MAX_TOGETHER) return false;
  if (files.some(file => (repository.tree.entry(file)?.size ?? 0) > MAX_BYTES)) return false;
  const inventories = files.map(file => unreported(repository, () => loadInventory(repository, file, options)));
  return inventories.some(
    one => one.hosts.size === 0 && groupsLeftOpen(one).some(name => inventories.some(other => hasHosts(other, name))),
  );
}

const BUILT_IN = new Set(['all', 'ungrouped']);

function groupsLeftOpen({ groups }: Inventory): readonly string[] {
  return [...groups.values()]
    .filter(({ name, children, hosts }) => !BUILT_IN.has(name) && children.size === 0 && hosts.size === 0)
    .map(({ name }) => name);
}

function hasHosts({ groups }: Inventory, name: string): boolean {
  return (groups.get(name)?.hosts.size ?? 0) > 0;
}
