import { posix } from 'node:path';
import { ProblemError } from '../../source/problem.ts';
import { isDirectory, notEvaluated, type Repository, readText, readYaml, report } from '../repository.ts';
import type { AnsibleVersion } from '../types.ts';
import { varsOf } from '../variables.ts';
import { readIni } from './ini.ts';
import { emptyInventory, type Inventory, reconcile } from './inventory.ts';
import { readYamlInventory } from './yaml-inventory.ts';

/** Names skipped in an inventory directory (INVENTORY_IGNORE_EXTS); ansible-core 2.19 reads `.ini` files there. */
const NOT_INVENTORY_NAME =
  /^\.|^(?:host_vars|group_vars|vars_plugins)$|\.(?:pyc|pyo|swp|bak|rpm|md|txt|rst|orig|cfg|retry)$|~$/;

function isInventoryName(name: string, ansible: AnsibleVersion): boolean {
  return !NOT_INVENTORY_NAME.test(name) && (ansible === '2.19' || !name.endsWith('.ini'));
}

/**
 * An inventory source of the repository, a file or a directory of them, as `-i` would read it. What Ansible would run
 * (scripts, plugins) or refuse is reported and left out.
 */
export function loadInventory(repository: Repository, source: string, ansible: AnsibleVersion = '2.14'): Inventory {
  const inventory = emptyInventory();
  readSource(repository, inventory, source, ansible, 0);
  reconcile(inventory);
  return inventory;
}

/** Directory whose group_vars and host_vars belong to the inventory. */
export function inventoryBase(repository: Repository, source: string): string {
  if (isDirectory(repository, source)) return source;
  const directory = posix.dirname(source);
  return directory === '.' ? '' : directory;
}

function readSource(
  repository: Repository,
  inventory: Inventory,
  source: string,
  ansible: AnsibleVersion,
  depth: number,
): void {
  if (isDirectory(repository, source)) {
    if (depth > 5) return;
    for (const name of repository.tree.list(source)) {
      if (isInventoryName(name, ansible))
        readSource(repository, inventory, posix.join(source, name), ansible, depth + 1);
    }
    return;
  }
  const text = readText(repository, source);
  if (text === null) return;
  try {
    if (repository.tree.entry(source)?.mode === '100755' && text.startsWith('#!')) {
      report(
        repository,
        notEvaluated(
          source,
          1,
          'This inventory is a script, which the gate never runs; list its hosts in a static inventory.',
        ),
      );
      return;
    }
    const extension = posix.extname(source);
    const yaml = ['.yml', '.yaml', '.json'].includes(extension) || (extension === '' && looksLikeYaml(text));
    if (yaml) readYamlSource(repository, inventory, source);
    else readIni(inventory, source, text);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    report(repository, error.problem);
  }
}

function looksLikeYaml(text: string): boolean {
  return /^(?:---\s*$|[\w-]+:\s*(?:#.*)?$)/m.test(text) && !/^[ \t]*\[[^\]\n]{1,200}\]/m.test(text);
}

function readYamlSource(repository: Repository, inventory: Inventory, source: string): void {
  const [document] = readYaml(repository, source);
  if (!document) return;
  const sections = varsOf(document);
  if (!sections) {
    throw new ProblemError({
      file: source,
      line: 1,
      code: 'inventory-invalid',
      message: 'A YAML inventory must be a mapping of groups.',
    });
  }
  const plugin = sections.get('plugin');
  if (plugin) {
    const name = plugin.kind === 'str' ? plugin.text : 'a plugin';
    report(
      repository,
      notEvaluated(
        source,
        plugin.origins[0]?.line ?? 1,
        `This inventory asks ${name} for its hosts, which the gate never runs; list its hosts in a static inventory.`,
      ),
    );
    return;
  }
  readYamlInventory(inventory, source, document);
}
