import { editedSomehowIn } from '../edits/apply-edit.ts';
import { EVERY_NODE } from '../host-run.ts';
import type { Repository } from '../repository.ts';
import type { Survey } from '../survey.ts';
import type { NodeFile, NodeGroup, UnreadVariable } from '../types.ts';
import { identity, type Value, visitParts } from '../value.ts';
import { namesIn, namesRead } from './names-read.ts';
import { settingsOf } from './record-variable.ts';
import { definitionsBy, type VariableDefinition } from './variable-definitions.ts';
import { isGovernedVariable } from './variable-settings.ts';

/** A variable that concerns a kubelet and that nothing in the repository reads, with every place it is set at. */
export type UnreadName = Readonly<{
  name: string;
  definitions: readonly VariableDefinition[];
  /** Why nobody knows where its value lands. */
  why: string;
  /** Tasks read it, but what they write cannot be told: on a real host that is said by those files already. */
  lost: boolean;
}>;

/**
 * The variables nothing reads: their name or value concerns a kubelet, no expression of a task, play or template names
 * them, and nothing the groups show comes from their lines. A variable that holds settings and is named, while what is
 * written cannot be told at all, counts too.
 *
 * @param groups what the tasks of the repository put on nodes
 * @param reader what is known of who reads them, as the end of a sentence
 */
export function unreadVariables(
  definitions: readonly VariableDefinition[],
  found: Survey,
  groups: readonly NodeGroup[],
  reader: () => string,
): readonly UnreadName[] {
  const holds = (all: readonly VariableDefinition[]): boolean =>
    all.some(one => settingsOf(one.name, one.value, one.at.file).length > 0);
  const concerned = [...definitionsBy(definitions, ({ name }) => name)].filter(
    ([name, all]) => isGovernedVariable(name) || holds(all),
  );
  if (concerned.length === 0) return [];
  const read = namesRead(found);
  const isLost = groups.some(({ hosts, files }) => hosts.includes(EVERY_NODE) && files.some(isDoubtful));
  const open = concerned.filter(
    ([name, all]) => !read.has(name) || (isLost && holds(all.filter(({ value }) => !isEmpty(value)))),
  );
  if (open.length === 0) return [];
  const shown = placesShown(groups);
  const unread = open
    .filter(([, all]) => !all.some(one => isAmong(shown, one)))
    .map(([name, all]): UnreadName => {
      const lost = read.has(name);
      const why = lost
        ? `what the tasks that read \`${name}\` write cannot be told from Git, so it is shown as it is set`
        : `no task in this repository reads \`${name}\`: ${reader()}`;
      return { name, definitions: all, lost, why };
    });
  const used = new Set(unread.flatMap(one => one.definitions.flatMap(({ value }) => namesOf(value, one.name))));
  return unread.filter(({ name }) => !used.has(name));
}

/**
 * An unread variable as the rendering tells of it, at each place it is set. Of lost ones the files that cannot be told
 * tell already.
 *
 * @param files all files of the rendering, those made of variables among them
 */
export function told(
  { name, definitions, why, lost }: UnreadName,
  files: readonly NodeFile[],
): readonly UnreadVariable[] {
  const made = files.filter(({ variable }) => variable?.split('.')[0] === name).map(({ task }) => task);
  return definitions.flatMap(({ value, at, lineEnd }): readonly UnreadVariable[] => {
    const shown = made.some(({ file, line }) => file === at.file && line >= at.line && line <= lineEnd);
    if (lost && !shown) return [];
    return [
      { name, file: at.file, line: at.line, lineEnd, value: isEmpty(value) ? null : identity(value), why, shown },
    ];
  });
}

function isEmpty(value: Value): boolean {
  switch (value.kind) {
    case 'none':
      return true;
    case 'str':
      return value.text.trim() === '';
    case 'list':
      return value.items.length === 0;
    case 'dict':
      return value.entries.size === 0;
    default:
      return false;
  }
}

/** Names the templates in a value use, apart from its own. */
function namesOf(value: Value, own: string): readonly string[] {
  const names = new Set<string>();
  visitParts(value, part => {
    if (part.kind === 'str' && part.text.includes('{')) for (const name of namesIn(part.text)) names.add(name);
  });
  names.delete(own);
  return [...names];
}

/** Lines that anything known of the groups comes from: flags, kubelet values, texts that hang on nothing. */
function placesShown(groups: readonly NodeGroup[]): ReadonlySet<string> {
  const shown = new Set<string>();
  for (const { files, flags, provenance, kubelet, kubeletAlternatives } of groups) {
    const verdicts = [...(kubelet ? [kubelet] : []), ...kubeletAlternatives.map(({ verdict }) => verdict)];
    const isKnown = (path: string): boolean => verdicts.some(({ values }) => values.get(path)?.value.known);
    const origins = [
      ...files.filter(isTold).flatMap(({ alternatives }) => alternatives.flatMap(({ text }) => text.segments)),
      ...flags.flatMap(({ value }) => (value.value.known ? [value] : [])),
    ].map(one => one.origins);
    for (const [path, places] of provenance) if (isKnown(path)) origins.push(places);
    for (const one of new Set(origins)) for (const { file, line } of one) shown.add(`${file}:${line}`);
  }
  return shown;
}

function isAmong(shown: ReadonlySet<string>, { at, lineEnd }: VariableDefinition): boolean {
  for (let line = at.line; line <= lineEnd; line++) if (shown.has(`${at.file}:${line}`)) return true;
  return false;
}

/** Whether a file has one text, whatever is unknown in it. */
function isTold({ alternatives, when, truncated }: NodeFile): boolean {
  const [only, ...others] = alternatives;
  return when === null && !truncated && only !== undefined && others.length === 0 && !editedSomehowIn(only.text);
}

/** A file of kubelet settings that may have this text or that, or none. */
function isDoubtful(file: NodeFile): boolean {
  const isSettings = file.kind === 'KubeletConfiguration' || file.kind === 'kubelet-flags' || file.kind === 'kubeadm';
  return isSettings && !isTold(file);
}

/** Where the roles come from that are not in Git, as the end of a sentence. */
export function readerOf({ tree }: Repository): string {
  for (const { path } of tree.entries()) {
    if (!/(?:^|\/)requirements\.ya?ml$/.test(path) || path.split('/').length > 4) continue;
    const names = [
      ...textOf(tree, path).matchAll(/^[ \t]*-[ \t]+(?:(?:src|name|role)[ \t]*:[ \t]*)?["']?([\w.:/@-]+)/gm),
    ];
    const listed = names.slice(0, 3).map(match => match[1] ?? '');
    if (listed.length > 0)
      return `the role that does is not in Git (${path} names ${listed.join(', ')}${names.length > 3 ? ' and more' : ''})`;
  }
  return 'what does is not in Git';
}

function textOf(tree: Repository['tree'], path: string): string {
  try {
    return tree.text(path) ?? '';
  } catch {
    return '';
  }
}
