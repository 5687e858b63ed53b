import { posix } from 'node:path';
import { ProblemError } from '../source/problem.ts';
import type { TreeEntry } from '../source/tree.ts';
import { declinedFormat, declinedSentence } from './declined-formats.ts';
import { isGovernedName, isGovernedText, isSettingsName, kindOf } from './file-kind.ts';
import { kubeconfigModesIn } from './file-mode.ts';
import type { Orphan } from './host-run.ts';
import { type Place, type Repository, report } from './repository.ts';
import { rolePlaceOf } from './role-places.ts';
import { isVariableFile } from './unread/variable-definitions.ts';

/** What a look over the whole tree finds, before any play is known. */
export type Survey = Readonly<{
  /** Files that hold kubelet settings by name or content, whoever writes them. */
  settings: readonly string[];
  /** Task, play and template files, whose text may name other files. */
  naming: readonly Readonly<{ path: string; text: string }>[];
  /** Names set by set_fact or register anywhere, with the files that do. */
  setAtRunTime: ReadonlyMap<string, readonly string[]>;
  /** Names that `include_vars` may set anywhere, with the files that hold them. */
  includedNames: ReadonlyMap<string, readonly string[]>;
  /** Paths on nodes that tasks copy from. */
  copiedFrom: ReadonlySet<string>;
  /** Whether what a host gets depends on others: some task may be delegated, or a node join a cluster others make. */
  acrossHosts: boolean;
  /** A task that adds hosts or groups while Ansible runs, if any does. */
  addsHosts: Place | null;
  /** Whether some task may run once for all hosts: then what they get depends on the first. */
  runsOnce: boolean;
}>;

/** Folders whose files never reach a node. */
const APART =
  /(?:^|\/)(?:\.git|\.github|\.gitlab|\.circleci|docs?|tests?|testdata|molecule|node_modules|vendor|third_party|hack)\//;
const LOOKED_AT =
  /\.(?:ya?ml|json|j2|conf|env|service|bu|ign|tpl|tmpl|jinja2?|cfg|toml|tf|sh|tftpl|ps1)$|\/[^./]+$|^[^./]+$|(?:^|\/)templates\//;
const NO_SETTINGS = /(?:^|\/)(?:tasks|handlers|defaults|vars|meta|group_vars|host_vars|playbooks?)\//;
/** A YAML file that is a list holds plays or tasks. */
const LIST = /^(?:[ \t]*(?:#.*|---.*)?\n)*-[ \t]/;
const MAX_BYTES = 512 * 1024;

/** Reads the tree once for what plays alone do not show. Symlinks, submodules and boot formats are reported. */
export function survey(repository: Repository): Survey {
  const settings: string[] = [];
  const naming: { path: string; text: string }[] = [];
  const setAtRunTime = new Map<string, string[]>();
  const copiedFrom = new Set<string>();
  let acrossHosts = false;
  let runsOnce = false;
  let addsHosts: Place | null = null;
  for (const entry of repository.tree.entries()) {
    if (isGovernedName(entry.path)) {
      repository.read.add(entry.path);
      reportLink(repository, entry);
    }
    if (APART.test(entry.path) || !LOOKED_AT.test(entry.path) || entry.size > MAX_BYTES) continue;
    const text = textOf(repository, entry);
    if (text === null) continue;
    const declined = declinedFormat(entry.path, text);
    if (declined) {
      repository.read.add(entry.path);
      const { line } = declined;
      report(repository, { file: entry.path, line, code: 'declined', message: declinedSentence(declined) });
    } else if (isSettingsFile(entry.path, text)) {
      settings.push(entry.path);
      reportConflict(repository, entry.path, text);
    }
    if (/\.ya?ml$/.test(entry.path)) {
      for (const problem of kubeconfigModesIn(entry.path, text)) report(repository, problem);
      runsOnce ||= text.includes('run_once');
      addsHosts ??= addedHosts(entry.path, text);
      for (const path of copiedOnNode(text)) copiedFrom.add(path);
      for (const name of namesSetIn(text)) setAtRunTime.set(name, [...(setAtRunTime.get(name) ?? []), entry.path]);
    }
    acrossHosts ||= /\bdelegate_to\b|\bJoinConfiguration\b/.test(text);
    if (/\.ya?ml$|\.j2$|(?:^|\/)templates\//.test(entry.path)) naming.push({ path: entry.path, text });
  }
  return {
    settings,
    naming,
    setAtRunTime,
    includedNames: namesIncluded(naming),
    copiedFrom,
    addsHosts,
    acrossHosts,
    runsOnce,
  };
}

function textOf(repository: Repository, entry: TreeEntry): string | null {
  try {
    return repository.tree.text(entry.path);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    if (isGovernedName(entry.path)) report(repository, error.problem);
    return null;
  }
}

function reportLink(repository: Repository, { path, mode }: TreeEntry): void {
  if (mode === '120000') {
    report(repository, {
      file: path,
      line: 0,
      code: 'symlink',
      message: `${path} is a symbolic link; the gate does not follow it. Put the file itself here.`,
    });
  } else if (mode === '160000') {
    report(repository, {
      file: path,
      line: 0,
      code: 'submodule',
      message: `${path} is a submodule; the gate does not see the files in it.`,
    });
  }
}

/** Conflict markers in a template render as they are; what is between them is no longer anybody's intention. */
function reportConflict(repository: Repository, path: string, text: string): void {
  const marker = /^<{7} /m.exec(text);
  if (!marker || !/^>{7} /m.test(text.slice(marker.index))) return;
  report(repository, {
    file: path,
    line: text.slice(0, marker.index).split('\n').length,
    code: 'template-invalid',
    message: 'A merge conflict was committed here: remove the <<<<<<<, ======= and >>>>>>> lines.',
  });
}

function isSettingsFile(path: string, text: string): boolean {
  if (NO_SETTINGS.test(path) || isVariableFile(path) || (/\.ya?ml$/.test(path) && LIST.test(text))) return false;
  const named = isGovernedName(posix.basename(path)) && isSettingsName(path);
  if (!named && !isGovernedText(text)) return false;
  const kind = kindOf(path, text);
  return kind !== 'other' && kind !== 'kubeconfig' && kind !== 'seccomp' && kind !== 'cni';
}

function addedHosts(file: string, text: string): Place | null {
  const task = /^[ \t]*(?:-[ \t]+)?(?:ansible\.(?:builtin|legacy)\.)?(?:add_host|group_by)[ \t]*:/m.exec(text);
  return task && { file, line: text.slice(0, task.index).split('\n').length };
}

function* copiedOnNode(text: string): Generator<string> {
  if (!text.includes('remote_src')) return;
  for (const match of text.matchAll(/\bsrc[ \t]*[:=][ \t]*["']?(\/[^\s"'{},]{1,200})/g)) yield match[1] ?? '';
}

function* namesSetIn(text: string): Generator<string> {
  for (const match of text.matchAll(/^[ \t]*(?:-[ \t]+)?register:[ \t]*["']?([A-Za-z_]\w*)/gm)) yield match[1] ?? '';
  for (const match of text.matchAll(
    /^([ \t]*)(?:-[ \t]+)?(?:ansible\.builtin\.)?set_fact:[ \t]*(.*)\n((?:\1[ \t]+.*\n|[ \t]*\n)*)/gm,
  )) {
    for (const key of (match[3] ?? '').matchAll(/^[ \t]+["']?([A-Za-z_]\w*)["']?:/gm)) yield key[1] ?? '';
    for (const key of (match[2] ?? '').matchAll(/\b([A-Za-z_]\w{0,80})[ \t]*[=:]/g)) yield key[1] ?? '';
  }
}

/** Top-level names of every YAML file that may be a file of variables which no play, role or inventory reads by itself. */
function namesIncluded(naming: Survey['naming']): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  const including = naming.filter(({ text }) => text.includes('include_vars'));
  for (const { text } of including)
    for (const match of text.matchAll(/\bname[:=][ \t]*["']?([A-Za-z_]\w*)/g)) names.set(match[1] ?? '', []);
  if (including.length === 0) return names;
  for (const { path, text } of naming) {
    if (!/\.ya?ml$/.test(path) || READ_ANYWAY.test(path) || LIST.test(text)) continue;
    for (const match of text.matchAll(/^["']?([A-Za-z_]\w*)["']?[ \t]*:/gm)) {
      const name = match[1] ?? '';
      names.set(name, [...(names.get(name) ?? []), path]);
    }
  }
  return names;
}
const READ_ANYWAY = /(?:^|\/)(?:group_vars|host_vars|defaults|meta|tasks|handlers)\//;

/** Settings files that no task or template names and nothing wrote. */
export function orphansOf({ settings, naming }: Survey, written: ReadonlySet<string>): readonly Orphan[] {
  return settings
    .filter(
      path => !written.has(path) && !naming.some(one => one.path !== path && mentions(one.text, posix.basename(path))),
    )
    .map(file => ({ file, role: rolePlaceOf(file)?.name ?? null }));
}

/** Whether a text names a file, literally or by a templated name it fits. */
function mentions(text: string, name: string): boolean {
  if (text.includes(name)) return true;
  for (const match of text.matchAll(/[\w./-]{0,80}(?:\{\{[^{}\n]{1,200}\}\}[\w./-]{0,80}){1,4}/g)) {
    const parts = match[0].split(/\{\{[^{}\n]*\}\}/).map(part => posix.basename(`x/${part}`));
    const [first = '', last = ''] = [parts[0], parts.at(-1)];
    if (first.length + last.length >= 5 && name.startsWith(first) && name.endsWith(last)) return true;
  }
  return false;
}
