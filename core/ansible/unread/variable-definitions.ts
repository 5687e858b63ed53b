import type { Inventory } from '../inventory/inventory.ts';
import type { Playbook } from '../playbook.ts';
import { isVault, type Place, type Repository, readYaml } from '../repository.ts';
import { allOrigins, type Value } from '../value.ts';
import type { Vars } from '../variables.ts';
import { isGovernedVariable } from './variable-settings.ts';

/** One place where a variable is set; the value is raw. */
export type VariableDefinition = Readonly<{
  name: string;
  value: Value;
  at: Place;
  lineEnd: number;
  from: 'file' | 'inventory' | 'play';
}>;

/** Definitions that have something in common, in the order they came. */
export function definitionsBy(
  definitions: readonly VariableDefinition[],
  what: (definition: VariableDefinition) => string,
): ReadonlyMap<string, readonly VariableDefinition[]> {
  const found = new Map<string, VariableDefinition[]>();
  for (const one of definitions) {
    const same = found.get(what(one));
    if (same) same.push(one);
    else found.set(what(one), [one]);
  }
  return found;
}

/** Files that hold variables and nothing else. */
const VARIABLE_FILE =
  /(?:^|\/)(?:group_vars|host_vars|defaults|vars)\/(?:.+\/)?[^/]+$|(?:^|[/_.-])vars\.ya?ml$|(?:^|\/)vars[_-][^/]*\.ya?ml$/;
const APART = /(?:^|\/)(?:\.git|\.github|\.gitlab|docs?|tests?|molecule|node_modules|vendor|third_party)\//;
const OF_INVENTORY = /(?:^|\/)(?:group_vars|host_vars)\//;
const SPEAKS = /kubelet|k3s|rke2|kubeadm/i;
const MAX_BYTES = 512 * 1024;

/** Whether a file only sets variables, by its place. */
export function isVariableFile(path: string): boolean {
  return VARIABLE_FILE.test(path) && /(?:\.ya?ml|\.json|\/[^./]+)$/.test(path);
}

/**
 * Every definition in files of variables, inventories and plays that may concern a kubelet: in variable files those of
 * a file that speaks of one anywhere.
 *
 * @param everywhere whether group_vars and host_vars no inventory has read count too
 */
export function variableDefinitions(
  repository: Repository,
  inventories: readonly Inventory[],
  playbooks: readonly Playbook[],
  everywhere: boolean,
): readonly VariableDefinition[] {
  const isOurs = (path: string): boolean => everywhere || repository.read.has(path) || !OF_INVENTORY.test(path);
  const files = repository.tree.entries().filter(({ path, size }) => size <= MAX_BYTES && isOurs(path));
  const found = [
    ...files.flatMap(({ path }) => inFile(repository, path)),
    ...inventories.flatMap(inventory => varsOf(inventory).flatMap(vars => fromVars(vars, 'inventory'))),
    ...playbooks.flatMap(({ plays }) =>
      plays.flatMap(play => [
        ...fromVars(play.vars, 'play'),
        ...play.roles.flatMap(role => [...fromVars(role.params, 'play'), ...fromVars(role.vars, 'play')]),
      ]),
    ),
  ];
  return [...new Map(found.map(one => [`${one.name}\0${one.at.file}\0${one.at.line}`, one])).values()];
}

/** Most hosts have none of their own. */
function varsOf({ groups, hosts }: Inventory): readonly Vars[] {
  const found: Vars[] = [...groups.values()].map(({ vars }) => vars);
  for (const { vars } of hosts.values()) if (vars.size > 0) found.push(vars);
  return found;
}

function inFile(repository: Repository, path: string): readonly VariableDefinition[] {
  if (APART.test(path) || !isVariableFile(path)) return [];
  const text = textOf(repository, path);
  if (text === null || !SPEAKS.test(text) || isVault(text)) return [];
  const [document] = readYaml(repository, path);
  if (document?.kind !== 'dict') return [];
  return [...document.entries.values()].flatMap(([key, value]) =>
    key.kind === 'str' && mayConcern(key.text, value)
      ? [definition(key.text, value, { file: path, line: key.origins[0]?.line ?? 0 }, 'file')]
      : [],
  );
}

/** A first look: most variables of an inventory are short texts about something else. */
function mayConcern(name: string, value: Value): boolean {
  if (isGovernedVariable(name)) return true;
  return value.kind === 'str' ? SPEAKS.test(value.text) : value.kind === 'dict' || value.kind === 'list';
}

function textOf(repository: Repository, path: string): string | null {
  try {
    return repository.tree.text(path);
  } catch {
    return null;
  }
}

function fromVars(vars: Vars, from: VariableDefinition['from']): readonly VariableDefinition[] {
  return [...vars].flatMap(([name, value]) => {
    const [first] = mayConcern(name, value) ? allOrigins(value) : [];
    return first ? [definition(name, value, first, from)] : [];
  });
}

function definition(name: string, value: Value, at: Place, from: VariableDefinition['from']): VariableDefinition {
  const lines = allOrigins(value).flatMap(({ file, line, lineEnd }) => (file === at.file ? [lineEnd ?? line] : []));
  return { name, value, at: { file: at.file, line: at.line }, lineEnd: Math.max(at.line, ...lines), from };
}
