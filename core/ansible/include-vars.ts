import { posix } from 'node:path';
import { RE2JS } from 're2js';
import { ProblemError } from '../source/problem.ts';
import type { Unknown } from '../source/rope.ts';
import { combineMerging, mergeValues } from './combine.ts';
import { type Frame, type HostRun, intern } from './host-run.ts';
import type { Scope } from './jinja/scope.ts';
import { firstFile, isDirectory, notEvaluated, within } from './repository.ts';
import { listOf } from './role.ts';
import { scopeOf, searchPath } from './scope.ts';
import type { Task } from './task.ts';
import { templateText } from './template-text.ts';
import { either } from './unknown-conditions.ts';
import { dict, type Entry, str, type Value } from './value.ts';
import { combine, type LoadedVars, loadVarsFile, type Vars } from './variables.ts';

/**
 * The variables `include_vars` sets (ansible.plugins.action.include_vars); `unknowns` are the conditions it hangs on.
 */
export function includedVars(run: HostRun, frame: Frame, task: Task, unknowns: readonly Unknown[]): Vars {
  const scope = scopeOf(run, frame);
  const included = new Map<string, Value>();
  const found = task.args.has('dir') ? varsOfDirectory(run, frame, task, scope) : varsOfFile(run, frame, task, scope);
  if (!found) return included;
  const before = (key: string): Value | undefined => included.get(key) ?? scope.lookup(key);
  for (const { loaded, doubt } of found) {
    for (const vaulted of loaded.vaulted) run.vaulted.add(vaulted);
    for (const [key, value] of named(run, task, scope, loaded.vars)) {
      const conditions = doubt ? [...unknowns, doubt] : unknowns;
      const merged = mergesHashes(run, task) ? before(key) : undefined;
      const given = merged ? mergeValues(merged, value) : value;
      const made = conditions.length > 0 ? either(key, given, before(key), conditions) : given;
      included.set(key, conditions.length > 0 ? intern(run.world, made) : made);
    }
  }
  return included;
}

type Included = Readonly<{ loaded: LoadedVars; doubt: Unknown | null }>;

/** With `name` all of it goes into one mapping. */
function named(run: HostRun, task: Task, scope: Scope, vars: Vars): Vars {
  const raw = task.args.get('name');
  const name = raw ? templateText(run, raw, scope) : null;
  if (name === null) return vars;
  return new Map([[name, dict([...vars].map(([key, value]): Entry => [str(key), value]))]]);
}

/** Its own `hash_behaviour`, else that of ansible.cfg. */
function mergesHashes(run: HostRun, task: Task): boolean {
  const behaviour = task.args.get('hash_behaviour');
  return behaviour?.kind === 'str' ? behaviour.text === 'merge' : run.world.repository.combine === combineMerging;
}

function varsOfFile(run: HostRun, frame: Frame, task: Task, scope: Scope): readonly Included[] | null {
  const { repository } = run.world;
  const raw = task.args.get('file') ?? task.free ?? undefined;
  const name = raw ? templateText(run, raw, scope) : null;
  if (name === null) {
    return candidateVars(run, frame).map(file => ({
      loaded: loadVarsFile(repository, file),
      doubt: { key: `include_vars:${file}`, why: ['which variable file is included depends on the node'] },
    }));
  }
  const directories = [...searchPath(run.world, frame, 'vars'), ''];
  const path = firstFile(
    repository,
    directories.map(directory => within(directory, name)),
  );
  if (path !== null) return [{ loaded: loadVarsFile(repository, path), doubt: null }];
  run.problems.push({
    ...task.at,
    code: 'missing-file',
    message: `include_vars names ${name}, which is not in this repository.`,
  });
  return null;
}

/** When the file name depends on the node: every variable file beside the role's own could be the one. */
function candidateVars(run: HostRun, frame: Frame): readonly string[] {
  if (!frame.role) return [];
  const directory = posix.join(frame.role.role.directory, 'vars');
  return run.world.repository.tree
    .list(directory)
    .filter(name => /\.ya?ml$/.test(name) && !name.startsWith('main.'))
    .map(name => posix.join(directory, name));
}

const EXTENSIONS = ['yaml', 'yml', 'json'];

/** Every file of a folder, folders and files in name order; `depth` counts folders, as Ansible does. */
function varsOfDirectory(run: HostRun, frame: Frame, task: Task, scope: Scope): readonly Included[] | null {
  const { repository } = run.world;
  const given = (key: string): string | null => {
    const raw = task.args.get(key);
    return raw ? templateText(run, raw, scope) : null;
  };
  const name = given('dir');
  const root = name === null ? null : rootOf(frame, name);
  if (root === null || !isDirectory(repository, root)) {
    const message =
      name === null
        ? 'Which folder include_vars reads cannot be known from Git, so its variables are missing here.'
        : `include_vars names the folder ${name}, which is not in this repository.`;
    run.problems.push(notEvaluated(task.at.file, task.at.line, message));
    return null;
  }
  const depth = Number(given('depth') ?? 0);
  const folders = foldersBelow(run, root, 0).sort();
  const ignored = listOf(task.args.get('ignore_files')).flatMap(one =>
    one.kind === 'str' ? one.text.split(/\s+/) : [],
  );
  const extensions = listOf(task.args.get('extensions')).flatMap(one => (one.kind === 'str' ? [one.text] : []));
  const valid = extensions.length > 0 ? extensions : EXTENSIONS;
  const wanted = pattern(task, given('files_matching') ?? '');
  const unwanted = ignored.map(one => pattern(task, `${one}$`));
  const files = (depth > 0 ? folders.slice(0, depth) : folders).flatMap(folder =>
    repository.tree
      .list(folder)
      .filter(
        file => !isDirectory(repository, posix.join(folder, file)) && wanted(file) && !unwanted.some(one => one(file)),
      )
      .filter(file => !(folder === `${frame.role?.role.directory}/vars` && file === 'main.yml'))
      .filter(file => valid.includes(posix.extname(file).slice(1)))
      .map(file => posix.join(folder, file)),
  );
  const loaded = files.map(file => loadVarsFile(repository, file));
  const all = { vars: combine(...loaded.map(one => one.vars)), vaulted: loaded.flatMap(one => one.vaulted) };
  return [{ loaded: all, doubt: null }];
}

function rootOf(frame: Frame, name: string): string | null {
  if (!frame.role) return within(posix.dirname(frame.file), name);
  const { directory } = frame.role.role;
  return within(name.split('/')[0] === 'vars' ? directory : posix.join(directory, 'vars'), name);
}

function foldersBelow(run: HostRun, folder: string, depth: number): string[] {
  if (depth > 10) return [];
  const { repository } = run.world;
  const below = repository.tree.list(folder).map(name => posix.join(folder, name));
  return [
    folder,
    ...below.filter(path => isDirectory(repository, path)).flatMap(path => foldersBelow(run, path, depth + 1)),
  ];
}

/** @throws ProblemError when Ansible could not use the pattern either */
function pattern(task: Task, expression: string): (name: string) => boolean {
  try {
    const compiled = RE2JS.compile(expression);
    return name => compiled.matcher(name).find();
  } catch {
    throw new ProblemError(
      notEvaluated(task.at.file, task.at.line, `The pattern ${expression} is not evaluated here.`),
    );
  }
}
