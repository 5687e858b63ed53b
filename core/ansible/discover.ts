import { posix } from 'node:path';
import { ProblemError } from '../source/problem.ts';
import type { SourceTree } from '../source/tree.ts';
import { readIni } from './inventory/ini.ts';
import { emptyInventory } from './inventory/inventory.ts';
import { isScript } from './inventory/load-inventory.ts';
import { importedBy, isPlaybook } from './playbook.ts';
import { type Repository, readYaml } from './repository.ts';

const APART =
  /(?:^|\/)(?:roles|molecule|tests?|templates|files|docs?|\.github|\.gitlab|collections|group_vars|host_vars|node_modules|vendor)\//;

/**
 * Repository paths that look like inventories: by name, by folder, by the plugin they ask or, for `*.ini`, by their group
 * headers; and the files ansible.cfg names.
 */
export function findInventories(tree: SourceTree, configured: readonly string[]): readonly string[] {
  return tree
    .entries()
    .filter(
      ({ path, mode, size }) =>
        (mode === '100644' || mode === '100755') &&
        size < 4 * 1024 * 1024 &&
        (configured.includes(path) || looksLikeInventory(tree, path)),
    )
    .map(({ path }) => path);
}

function looksLikeInventory(tree: SourceTree, path: string): boolean {
  if (APART.test(path)) return false;
  const name = posix.basename(path);
  const named = /^(?:hosts|inventory)(?:[.\-_].*)?$/.test(name);
  const below = /(?:^|\/)inventor(?:y|ies)\//.test(path);
  if (tree.entry(path)?.mode === '100755' && isScript({ tree }, path, textOrNull(tree, path) ?? ''))
    return named || below;
  if (/\.(?:cfg|md|txt|rst|py|sh|tf|j2|tpl|tmpl|go)$/.test(path)) return false;
  const placed = below && /^(?:[^.]+|.*\.(?:ini|ya?ml|example|hosts|config))$/.test(name);
  const yaml = /\.(?:ya?ml|config)$/.test(name);
  if (!named && !placed && !yaml && !name.endsWith('.ini')) return false;
  const text = textOrNull(tree, path);
  if (text === null) return false;
  if (yaml) {
    if (!named && !placed) return asksPlugin(name, text);
    return /^[ \t]*(?:hosts|children|plugin):/m.test(text) && !/^[ \t]*-[ \t]+(?:hosts|name):/m.test(text);
  }
  if (!named && !placed && !isIniInventory(path, text)) return false;
  return /^\[[\w.:-]+\]\s*$/m.test(text) || (placed && /^[\w.-]+:\s*$/m.test(text));
}

/** Whether a file outside the usual places asks an inventory plugin: most take only files named after them. */
function asksPlugin(name: string, text: string): boolean {
  const plugin = /^plugin:[ \t]*["']?([\w.]{1,100})/m.exec(text)?.[1]?.split('.').at(-1);
  const stem = name.replace(/\.(?:ya?ml|config)$/, '');
  return plugin !== undefined && (stem.endsWith(plugin) || plugin.startsWith(`${stem.split('.').at(-1)}_`));
}

/** Whether Ansible takes the file and finds hosts: settings of other tools (tox.ini, pytest.ini) have the same suffix. */
function isIniInventory(path: string, text: string): boolean {
  const inventory = emptyInventory();
  try {
    readIni(inventory, path, text);
  } catch (error) {
    if (error instanceof ProblemError) return false;
    throw error;
  }
  return inventory.hosts.size > 0 && ![...inventory.hosts.keys()].some(name => /[=,;/\\]/.test(name));
}

function textOrNull(tree: SourceTree, path: string): string | null {
  try {
    return tree.text(path);
  } catch {
    return null;
  }
}

/** Folders with a group_vars of their own but no inventory beside it: somebody's inventory goes there. */
export function findGroupVarsOnly(
  tree: SourceTree,
  inventories: readonly string[],
  playbooks: readonly string[],
): readonly string[] {
  const beside = new Set([...inventories, ...playbooks].map(path => directoryOf(path)));
  const found = new Set<string>();
  for (const { path } of tree.entries()) {
    const match = /^(?:(.*)\/)?group_vars(?:\/|$)/.exec(path);
    const directory = match?.[1] ?? '';
    if (match && !APART.test(`${directory}/x`) && !beside.has(directory)) found.add(directory);
  }
  return [...found].sort();
}

/**
 * Playbooks of the tree that no other playbook imports, by path. Of playbooks that import each other in a circle the
 * first is one: it is where the circle is told.
 */
export function findPlaybooks(repository: Repository): readonly string[] {
  const found = new Map<string, readonly string[]>();
  for (const { path } of repository.tree.entries()) {
    if (!/\.ya?ml$/.test(path) || APART.test(path) || /(?:^|\/)(?:tasks|handlers|defaults|vars|meta)\//.test(path))
      continue;
    const text = textOrNull(repository.tree, path);
    if (
      text === null ||
      !/^[ \t]*(?:-[ \t]+)?(?:hosts|import_playbook|ansible\.builtin\.import_playbook|include)[ \t]*:/m.test(text)
    )
      continue;
    const [document] = readYaml(repository, path);
    if (!document || !isPlaybook(document)) continue;
    found.set(path, importedBy(path, document));
  }
  const imported = new Set([...found.values()].flat());
  const entries = [...found.keys()].filter(path => !imported.has(path));
  const reached = new Set<string>();
  for (const path of entries) reach(found, path, reached);
  for (const path of found.keys()) {
    if (reached.has(path)) continue;
    entries.push(path);
    reach(found, path, reached);
  }
  return entries;
}

/** Adds a playbook and all it imports, directly or not. */
function reach(imports: ReadonlyMap<string, readonly string[]>, path: string, reached: Set<string>): void {
  const left = [path];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    left.push(...(imports.get(next) ?? []));
  }
}

export function directoryOf(path: string): string {
  const directory = posix.dirname(path);
  return directory === '.' ? '' : directory;
}
