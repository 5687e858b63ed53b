import { posix } from 'node:path';
import { type Problem, ProblemError } from '../../source/problem.ts';
import type { SourceTree } from '../../source/tree.ts';
import { isDirectory, notEvaluated, type Repository, readText, readYaml, report } from '../repository.ts';
import type { AnsibleVersion, DeclaredHosts } from '../types.ts';
import { unknownValue, type Value } from '../value.ts';
import { NO_VARS, type Vars, varsOf } from '../variables.ts';
import { expandHostPattern } from './host-range.ts';
import { readIni } from './ini.ts';
import { addGroup, addHost, emptyInventory, type Inventory, reconcile, setHostVar } from './inventory.ts';
import { readYamlInventory } from './yaml-inventory.ts';

/** Names skipped in an inventory directory (INVENTORY_IGNORE_EXTS); ansible-core 2.19 reads `.ini` files there. */
const NOT_INVENTORY_NAME =
  /^\.|^(?:host_vars|group_vars|vars_plugins)$|\.(?:pyc|pyo|swp|bak|rpm|md|txt|rst|orig|cfg|retry)$|~$/;

/** Whether Ansible reads a file of this name in a folder that is an inventory. */
export function isInventoryName(name: string, ansible: AnsibleVersion): boolean {
  return !NOT_INVENTORY_NAME.test(name) && (ansible === '2.19' || !name.endsWith('.ini'));
}

/** How an inventory source is read. */
export type InventoryOptions = Readonly<{
  /** Absent = `2.14`. */
  ansible?: AnsibleVersion;
  /** Hosts the policy declares, by the repository path of the source they stand for. */
  declared?: DeclaredHosts;
}>;

/**
 * An inventory source of the repository, a file or a directory of them, as `-i` would read it. What Ansible would run
 * (scripts, plugins) has the hosts declared for it, or is reported and left out, as is what Ansible would refuse.
 */
export function loadInventory(
  repository: Repository,
  source: string,
  { ansible = '2.14', declared = new Map() }: InventoryOptions = {},
): Inventory {
  const reading: Reading = { repository, inventory: emptyInventory(), ansible, declared };
  if (isAbsent(repository, source) && declared.has(source)) addDeclared(reading, source, source, NO_VARS);
  else readSource(reading, source, source, 0);
  reconcile(reading.inventory);
  return reading.inventory;
}

/**
 * An inventory with what is wrong with it. One that nothing is wrong with is taken from an earlier rendering where all it
 * is read from is the same; the version only decides which files that is.
 */
export function sharedInventory(
  repository: Repository,
  source: string,
  options: InventoryOptions = {},
): Readonly<{ inventory: Inventory; problems: readonly Problem[] }> {
  const { inventories } = repository.memory;
  const { ansible = '2.14', declared = new Map() } = options;
  const hosts = [...declared].map(([path, groups]) => [path, [...groups]]);
  const key = JSON.stringify([source, hosts, filesOf(repository.tree, source, ansible, 0)]);
  const known = inventories.get(key);
  if (known) {
    for (const file of known.read) repository.read.add(file);
    return { inventory: known.inventory, problems: [] };
  }
  const apart: Repository = { ...repository, read: new Set(), problems: [], parsed: new Map(), reported: new Set() };
  const inventory = loadInventory(apart, source, options);
  if (apart.problems.length === 0) inventories.set(key, { inventory, read: apart.read });
  for (const file of apart.read) repository.read.add(file);
  const before = repository.problems.length;
  for (const problem of apart.problems) report(repository, problem);
  return { inventory, problems: repository.problems.splice(before) };
}

/** All that an inventory is read from: each file with its mode and content. */
function filesOf(tree: SourceTree, source: string, ansible: AnsibleVersion, depth: number): readonly string[] {
  const { mode, oid } = tree.entry(source) ?? { mode: '', oid: '' };
  const own = `${mode} ${oid} ${source}`;
  if (!tree.isDirectory(source) || depth > MOST_FOLDERS) return [own];
  const names = tree.list(source).filter(name => isInventoryName(name, ansible));
  return [own, ...names.flatMap(name => filesOf(tree, posix.join(source, name), ansible, depth + 1))];
}

/** Folders inside each other that are read. */
const MOST_FOLDERS = 5;

/** One inventory while it is read. */
type Reading = Readonly<{
  repository: Repository;
  inventory: Inventory;
  ansible: AnsibleVersion;
  declared: DeclaredHosts;
}>;

function isAbsent({ tree }: Repository, path: string): boolean {
  return !tree.entry(path) && !tree.isDirectory(path);
}

/** Directory whose group_vars and host_vars belong to the inventory. */
export function inventoryBase(repository: Repository, source: string): string {
  if (isDirectory(repository, source)) return source;
  const directory = posix.dirname(source);
  return directory === '.' ? '' : directory;
}

/** @param root the source as named: hosts may be declared for it or for the file inside it. */
function readSource(reading: Reading, source: string, root: string, depth: number): void {
  const { repository, inventory, ansible } = reading;
  if (isDirectory(repository, source)) {
    if (depth > MOST_FOLDERS) return;
    for (const name of repository.tree.list(source)) {
      if (isInventoryName(name, ansible)) readSource(reading, posix.join(source, name), root, depth + 1);
    }
    return;
  }
  const text = readText(repository, source);
  if (text === null) return;
  try {
    if (isScript(repository, source, text)) {
      readDynamic(reading, source, root, 'is a script', NO_VARS);
      return;
    }
    const extension = posix.extname(source);
    const yaml = ['.yml', '.yaml', '.json', '.config'].includes(extension) || (extension === '' && looksLikeYaml(text));
    if (yaml) readYamlSource(reading, source, root);
    else readIni(inventory, source, text);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    report(repository, error.problem);
  }
}

/** Whether Ansible would run the file (`script` inventory plugin). */
export function isScript({ tree }: Pick<Repository, 'tree'>, path: string, text: string): boolean {
  return tree.entry(path)?.mode === '100755' && text.startsWith('#!');
}

function looksLikeYaml(text: string): boolean {
  return /^(?:---\s*$|[\w-]+:\s*(?:#.*)?$)/m.test(text) && !/^[ \t]*\[[^\]\n]{1,200}\]/m.test(text);
}

function readYamlSource(reading: Reading, source: string, root: string): void {
  const [document] = readYaml(reading.repository, source);
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
  if (!plugin) {
    readYamlInventory(reading.inventory, source, document);
    return;
  }
  const name = plugin.kind === 'str' ? plugin.text : 'a plugin';
  readDynamic(reading, source, root, `asks ${name} for its hosts`, varsOf(sections.get('compose')) ?? NO_VARS);
}

/** @param composed variables the source makes for each host from what only the program knows. */
function readDynamic(reading: Reading, source: string, root: string, what: string, composed: Vars): void {
  const from = [source, root].find(path => reading.declared.has(path));
  if (from !== undefined) {
    addDeclared(reading, from, source, composed);
    return;
  }
  const message = `This inventory ${what}; the gate never runs it, so its hosts are not evaluated. Declare them in .kubelet-gate.yaml (governed.inventories, an entry with path: ${source} and hosts: {GROUP: [HOST, …]}), or list them in a static inventory.`;
  report(reading.repository, notEvaluated(source, 1, message));
}

/** @throws ProblemError `over-limit` */
function addDeclared({ inventory, declared }: Reading, from: string, source: string, composed: Vars): void {
  inventory.dynamic.push(source);
  const at = { file: source, line: 0 };
  for (const [group, patterns] of declared.get(from) ?? []) {
    addGroup(inventory, group);
    for (const pattern of patterns) {
      for (const name of expandHostPattern(pattern, at).hosts) {
        const host = addHost(inventory, name, group, at);
        for (const [key, value] of composed) setHostVar(host, key, composedValue(source, key, value));
      }
    }
  }
}

function composedValue(source: string, name: string, { origins }: Value): Value {
  return unknownValue(`inventory ${source}:${name}`, [`${name} is made by the inventory ${source}, which is not run`], {
    origins,
  });
}
