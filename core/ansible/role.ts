import { posix } from 'node:path';
import { defaultSettings } from './ansible-cfg.ts';
import { type Keywords, NO_KEYWORDS, readKeywords } from './keywords.ts';
import {
  firstFile,
  isDirectory,
  notEvaluated,
  type Place,
  type Repository,
  readText,
  readYaml,
  report,
  within,
} from './repository.ts';
import type { Value } from './value.ts';
import { type LoadedVars, loadNamedVars, NO_VARS, NOTHING_LOADED, type Vars, varsOf } from './variables.ts';

/** A role as a play, a dependency or an include names it. */
export type RoleReference = Readonly<{
  name: string;
  /** Keys beside Ansible's own: role params, which beat nearly everything. */
  params: Vars;
  /** The `vars:` of the reference, weaker than the role's vars/. */
  vars: Vars;
  when: readonly Value[];
  /** What its tasks have from the reference; its tags are part of what makes a role run another one. */
  keywords: Keywords;
  /** Entry points below tasks/, vars/, defaults/ and handlers/. */
  from: EntryPoints;
  /** Whether `import_role` or `include_role` names it. */
  included: boolean;
  at: Place;
}>;

/** Names of the files a role is entered by, each `main` unless an include says otherwise. */
export type EntryPoints = Readonly<Record<'tasks' | 'vars' | 'defaults' | 'handlers', string>>;

export const MAIN: EntryPoints = { tasks: 'main', vars: 'main', defaults: 'main', handlers: 'main' };

/** What a role is remembered under: where it is named from, its name, and the variables it is entered with. */
export function roleKey(playDirectory: string, name: string, { vars, defaults }: EntryPoints): string {
  return vars === 'main' && defaults === 'main'
    ? `${playDirectory}\0${name}`
    : `${playDirectory}\0${name}\0${vars}\0${defaults}`;
}

/** A role named without anything else. */
export function plainReference(name: string, at: Place): RoleReference {
  return { name, params: NO_VARS, vars: NO_VARS, when: [], keywords: NO_KEYWORDS, from: MAIN, included: false, at };
}

export type Role = Readonly<{
  name: string;
  /** Repository path; '' for a repository that is itself one role. */
  directory: string;
  defaults: LoadedVars;
  vars: LoadedVars;
  dependencies: readonly RoleReference[];
  /** `allow_duplicates` of its metadata: it runs as often as it is named. */
  allowDuplicates: boolean;
}>;

/** Keys of a role reference that are no params. */
const KEYWORDS = new Set(
  'role name when tags vars become become_user become_method become_flags become_exe connection port remote_user delegate_to delegate_facts environment no_log ignore_errors ignore_unreachable any_errors_fatal check_mode diff throttle timeout run_once debugger module_defaults collections src version scm tasks_from vars_from defaults_from handlers_from public gather_facts'.split(
    ' ',
  ),
);

/** Items of a list, one value alone, or nothing. */
export function listOf(value: Value | undefined): readonly Value[] {
  if (!value || value.kind === 'none') return [];
  return value.kind === 'list' || value.kind === 'tuple' ? value.items : [value];
}

export function placeOf(file: string, value: Value | undefined): Place {
  const origin = value?.origins.find(one => one.file === file);
  return { file, line: origin?.line ?? 0 };
}

/** A role reference of a play's `roles:` or of meta `dependencies:`; null when it names no role. */
export function roleReference(file: string, value: Value): RoleReference | null {
  const at = placeOf(file, value);
  if (value.kind === 'str') return plainReference(value.text, at);
  const keys = varsOf(value);
  const name = keys?.get('role') ?? keys?.get('name');
  if (!keys || name?.kind !== 'str') return null;
  const params = new Map([...keys].filter(([key]) => !KEYWORDS.has(key)));
  return {
    name: name.text,
    params,
    vars: varsOf(keys.get('vars')) ?? NO_VARS,
    when: listOf(keys.get('when')),
    keywords: readKeywords(keys),
    from: MAIN,
    included: false,
    at,
  };
}

/**
 * Directory of a role by name as seen from a playbook, by Ansible's search order; null when the repository lacks it.
 * Where a play is started is not in Git: the folders above the playbook are tried from the nearest up, each with the
 * `roles_path` of its ansible.cfg and a `roles` folder.
 */
export function findRole(
  repository: Repository,
  name: string,
  playDirectory: string,
  rolesPath: readonly string[],
): string | null {
  const collection = /^(\w+)\.(\w+)\.(\w+)$/.exec(name);
  const candidates = [
    within(posix.join(playDirectory, 'roles'), name),
    ...rolesPath.map(path => within(path, name)),
    ...foldersAbove(playDirectory).flatMap(folder =>
      [...rolesPathOf(repository, folder), posix.join(folder, 'roles')].map(path => within(path, name)),
    ),
    within('roles', name),
    within(playDirectory, name),
    ...(collection ? collectionRoles(repository, collection.slice(1), playDirectory) : []),
  ];
  return (
    candidates.find((path): path is string => path !== null && path !== '' && isDirectory(repository, path)) ?? null
  );
}

/** Where a role of a collection may be: in the collection the repository, or a folder of it, is; else where one is installed. */
function collectionRoles(
  repository: Repository,
  [namespace = '', collection = '', role = '']: readonly string[],
  playDirectory: string,
): readonly string[] {
  const own = [...foldersAbove(playDirectory), ''].filter(folder => {
    const galaxy = posix.join(folder, 'galaxy.yml');
    const text = repository.tree.entry(galaxy) ? (readText(repository, galaxy) ?? '') : '';
    return galaxyKey(text, 'namespace') === namespace && galaxyKey(text, 'name') === collection;
  });
  return [
    ...own.map(folder => posix.join(folder, 'roles', role)),
    posix.join('collections/ansible_collections', namespace, collection, 'roles', role),
  ];
}

function galaxyKey(text: string, key: string): string | null {
  return new RegExp(`^${key}:[ \\t]*["']?(\\w+)`, 'm').exec(text)?.[1] ?? null;
}

/** A folder of the repository and those it is in, nearest first, without the top. */
function foldersAbove(directory: string): readonly string[] {
  const parts = directory === '' ? [] : directory.split('/');
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('/'));
}

/** `roles_path` of an ansible.cfg below the top, from its own folder (Ansible resolves paths from where the file is). */
function rolesPathOf(repository: Repository, folder: string): readonly string[] {
  const file = posix.join(folder, 'ansible.cfg');
  if (!repository.tree.entry(file)) return [];
  const setting = /^[ \t]*roles_path[ \t]*[=:]([^;\n]*)/m.exec(readText(repository, file) ?? '');
  return (setting?.[1] ?? '')
    .split(':')
    .map(path => within(folder, path.trim()))
    .filter((path): path is string => path !== null && path !== '');
}

/** Reads a role's defaults, vars and dependencies. */
export function loadRole(repository: Repository, name: string, directory: string, from: EntryPoints = MAIN): Role {
  const meta = firstFile(repository, yamlNames(posix.join(directory, 'meta/main')));
  const metadata = meta ? varsOf(readYaml(repository, meta)[0]) : null;
  const duplicates = metadata?.get('allow_duplicates');
  return {
    name,
    directory,
    defaults: loadPart(repository, directory, 'defaults', from.defaults),
    vars: loadPart(repository, directory, 'vars', from.vars),
    dependencies: listOf(metadata?.get('dependencies'))
      .map(value => roleReference(meta ?? '', value))
      .filter(reference => reference !== null),
    allowDuplicates: duplicates?.kind === 'bool' && duplicates.value,
  };
}

function loadPart(repository: Repository, directory: string, part: 'defaults' | 'vars', name: string): LoadedVars {
  const path = posix.join(directory, part);
  return isDirectory(repository, path) ? loadNamedVars(repository, path, withoutSuffix(name)) : NOTHING_LOADED;
}

/** The name of an entry point, which may be written with its suffix. */
export function withoutSuffix(name: string): string {
  return name.replace(/\.(?:ya?ml|json)$/, '');
}

/** A name with the suffixes Ansible tries. */
export function yamlNames(path: string): readonly string[] {
  return [`${path}.yml`, `${path}.yaml`, `${path}.json`, path];
}

/** Settings that change what nodes get in ways the gate does not follow. */
const NOT_FOLLOWED: readonly (readonly [name: string, value: RegExp, message: string])[] = [
  [
    'jinja2_native',
    /^(?:true|yes|on|1)$/i,
    'With jinja2_native templates keep the types of values; the gate evaluates them as text, so some values may differ on nodes.',
  ],
];

/** `roles_path` and `inventory` of the repository's ansible.cfg, inside the repository. */
export function readAnsibleCfg(
  repository: Repository,
): Readonly<{ rolesPath: readonly string[]; inventories: readonly string[] }> {
  const text = repository.tree.entry('ansible.cfg') ? readText(repository, 'ansible.cfg') : null;
  const settings = new Map<string, string>();
  for (const { name, value, line } of defaultSettings(text ?? '')) {
    settings.set(name, value);
    const unread = NOT_FOLLOWED.find(([setting, is]) => setting === name && is.test(value));
    if (unread) report(repository, notEvaluated('ansible.cfg', line, unread[2]));
  }
  const paths = (setting: string, separator: string): readonly string[] =>
    (settings.get(setting) ?? '')
      .split(separator)
      .map(path => within('', path.trim()))
      .filter((path): path is string => path !== null && path !== '');
  return { rolesPath: paths('roles_path', ':'), inventories: paths('inventory', ',') };
}
