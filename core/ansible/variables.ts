import { posix } from 'node:path';
import { NO_VARS, type Vars } from './combine.ts';
import { exists, isDirectory, isVault, type Repository, readText, readYaml, report } from './repository.ts';
import type { Value } from './value.ts';

export { combine, NO_VARS, type Vars } from './combine.ts';

/** Variables of files; `vaulted` lists the files whose content, and so whose names, are encrypted. */
export type LoadedVars = Readonly<{ vars: Vars; vaulted: readonly string[] }>;

export const NOTHING_LOADED: LoadedVars = { vars: NO_VARS, vaulted: [] };

const EXTENSIONS = ['.yml', '.yaml', '.json', ''] as const;

/** Text-keyed entries of a mapping; null when the value is none. */
export function varsOf(value: Value | undefined): Vars | null {
  if (value?.kind !== 'dict') return null;
  const vars = new Map<string, Value>();
  for (const [key, item] of value.entries.values()) if (key.kind === 'str') vars.set(key.text, item);
  return vars;
}

/** One variable file. A file that holds no mapping is reported and defines nothing. */
export function loadVarsFile(repository: Repository, path: string): LoadedVars {
  const text = readText(repository, path);
  if (text === null) return NOTHING_LOADED;
  if (isVault(text)) {
    report(repository, {
      file: path,
      line: 1,
      code: 'vaulted',
      message: 'This file is encrypted with Ansible Vault; every value from it is unknown here.',
    });
    return { vars: NO_VARS, vaulted: [path] };
  }
  const [document] = readYaml(repository, path);
  if (!document || document.kind === 'none') return NOTHING_LOADED;
  const vars = varsOf(document);
  if (!vars) {
    report(repository, {
      file: path,
      line: 1,
      code: 'yaml-invalid',
      message: 'A variable file must hold a mapping of names to values; Ansible refuses this one.',
    });
    return NOTHING_LOADED;
  }
  return { vars, vaulted: [] };
}

/**
 * Variables of `name` below a directory the way Ansible finds them: the directory `name/` with every file in it, in
 * name order and depth first, or one file with the name and `.yml`, `.yaml`, `.json` or no suffix.
 */
export function loadNamedVars(repository: Repository, directory: string, name: string): LoadedVars {
  const path = posix.join(directory, name);
  const files: string[] = [];
  if (isDirectory(repository, path)) collectFiles(repository, path, files, 0);
  else {
    const file = EXTENSIONS.map(extension => path + extension).find(candidate => exists(repository, candidate));
    if (file) files.push(file);
  }
  const loaded = files.map(file => loadVarsFile(repository, file));
  return { vars: repository.combine(...loaded.map(one => one.vars)), vaulted: loaded.flatMap(one => one.vaulted) };
}

function collectFiles(repository: Repository, directory: string, files: string[], depth: number): void {
  if (depth > 10) return;
  for (const name of repository.tree.list(directory)) {
    if (name.startsWith('.') || name.endsWith('~')) continue;
    const path = posix.join(directory, name);
    const extension = posix.extname(name);
    if (isDirectory(repository, path)) {
      if (extension === '') collectFiles(repository, path, files, depth + 1);
    } else if ((EXTENSIONS as readonly string[]).includes(extension)) {
      files.push(path);
    }
  }
}
