import { posix } from 'node:path';
import { type Problem, type ProblemCode, ProblemError } from '../source/problem.ts';
import type { SourceTree } from '../source/tree.ts';
import { defaultSettings } from './ansible-cfg.ts';
import { newBudget } from './budget.ts';
import { type Combine, combineMerging, combine as combineReplacing } from './combine.ts';
import { newRenderMemory, type RenderMemory, rememberedYaml } from './render-memory.ts';
import type { Value } from './value.ts';
import { loadYaml } from './yaml.ts';

/**
 * One tree while it is evaluated: remembers what was read and every problem met, parses each file once. Paths that
 * lead out of the repository do not exist for it; symlinks and submodules are reported, never followed.
 */
export type Repository = Readonly<{
  tree: SourceTree;
  read: Set<string>;
  problems: Problem[];
  parsed: Map<string, readonly Value[]>;
  reported: Set<string>;
  /** What becomes of variables that several sources have, by `hash_behaviour` of ansible.cfg. */
  combine: Combine;
  memory: RenderMemory;
}>;

/** Where something is written. `line` is 1-based, 0 when the whole file is meant. */
export type Place = Readonly<{ file: string; line: number }>;

export function openRepository(tree: SourceTree, memory = newRenderMemory()): Repository {
  const combine = mergesHashes(tree) ? combineMerging : combineReplacing;
  return { tree, read: new Set(), problems: [], parsed: new Map(), reported: new Set(), combine, memory };
}

function mergesHashes(tree: SourceTree): boolean {
  try {
    const setting = defaultSettings(tree.text('ansible.cfg') ?? '').find(({ name }) => name === 'hash_behaviour');
    return setting?.value === 'merge';
  } catch (error) {
    if (error instanceof ProblemError) return false;
    throw error;
  }
}

/** A repository path from a directory and a name as written; null when it is absolute or leaves the repository. */
export function within(directory: string, name: string): string | null {
  if (name.startsWith('/')) return null;
  const path = posix.normalize(posix.join(directory === '' ? '.' : directory, name)).replace(/\/$/, '');
  if (path === '.') return '';
  return path === '..' || path.startsWith('../') ? null : path;
}

/** Reports a problem once. */
export function report(repository: Repository, problem: Problem): void {
  const id = idOf(problem);
  if (repository.reported.has(id)) return;
  repository.reported.add(id);
  repository.problems.push(problem);
}

/** What `read` gives, without the problems it meets: whoever reads the same again reports them. */
export function unreported<T>(repository: Repository, read: () => T): T {
  const before = repository.problems.length;
  const result = read();
  for (const problem of repository.problems.splice(before)) repository.reported.delete(idOf(problem));
  return result;
}

function idOf({ file, line, code, message }: Problem): string {
  return `${file}\0${line}\0${code}\0${message}`;
}

export function notEvaluated(file: string, line: number, message: string): Problem {
  return { file, line, code: 'not-evaluated', message };
}

/**
 * Text of a file that takes part, or null when there is none. A file that cannot be read is null, and reported unless it
 * only might `matter`.
 */
export function readText(repository: Repository, path: string, matters = true): string | null {
  try {
    const text = repository.tree.text(path);
    if (text === null) {
      reportLink(repository, path);
      return null;
    }
    repository.read.add(path);
    return text;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    if (matters) {
      repository.read.add(path);
      report(repository, error.problem);
    }
    return null;
  }
}

export function exists(repository: Repository, path: string): boolean {
  const entry = repository.tree.entry(path);
  if (entry && (entry.mode === '100644' || entry.mode === '100755')) return true;
  reportLink(repository, path);
  return false;
}

export function isDirectory(repository: Repository, path: string): boolean {
  if (repository.tree.isDirectory(path)) return true;
  reportLink(repository, path);
  return false;
}

/** A symlink or submodule at a path Ansible would read, or above it, means files the gate does not see. */
function reportLink(repository: Repository, path: string): void {
  for (let at = path; at !== '' && at !== '.'; at = posix.dirname(at)) {
    const mode = repository.tree.entry(at)?.mode;
    if (mode !== '120000' && mode !== '160000') continue;
    repository.read.add(at);
    const [code, what]: [ProblemCode, string] =
      mode === '120000' ? ['symlink', 'a symbolic link'] : ['submodule', 'a submodule'];
    report(repository, {
      file: at,
      line: 0,
      code,
      message: `${at} is ${what}; Ansible would read what it points to, the gate does not follow it. Put the files themselves here.`,
    });
    return;
  }
}

/**
 * YAML documents of a file, parsed once. A missing file has none; one that does not parse is reported and has none.
 * Variable origins point into the file.
 */
export function readYaml(repository: Repository, path: string): readonly Value[] {
  const known = repository.parsed.get(path);
  if (known) return known;
  const text = readText(repository, path);
  let documents: readonly Value[] = [];
  if (text !== null && !isVault(text)) {
    try {
      const loaded = rememberedYaml(repository.memory, path, text, () => loadYaml(path, text, newBudget()));
      for (const problem of loaded.problems) report(repository, problem);
      documents = loaded.documents;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      report(repository, error.problem);
    }
  }
  repository.parsed.set(path, documents);
  return documents;
}

export function isVault(text: string): boolean {
  return text.startsWith('$ANSIBLE_VAULT');
}

/** The first of the candidate paths that is a file. */
export function firstFile(repository: Repository, candidates: readonly (string | null)[]): string | null {
  return candidates.find((path): path is string => path !== null && exists(repository, path)) ?? null;
}
