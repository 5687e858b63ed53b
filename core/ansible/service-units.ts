import { posix } from 'node:path';
import type { RenderedText } from '../source/rope.ts';
import { environmentAssignments } from './environment-file.ts';
import { sliceText } from './rendered-text.ts';
import { type UnitSetting, unitSettings } from './systemd-unit.ts';
import { resolveSpecifiers, systemdWords } from './systemd-words.ts';

/** A text on the node that takes part in a command line; `path` is a repository path when no task says where it lands. */
export type FlagSource = Readonly<{ path: string; text: RenderedText }>;

/** A service as systemd puts it together: its last command line and the environment that is filled into it. */
export type Service = Readonly<{
  name: string;
  /** Whether the unit itself is among the sources, not only drop-ins of it. */
  hasUnit: boolean;
  /** Words of the ExecStart that counts, specifiers resolved, environment not yet filled in; null when none is set. */
  command: readonly RenderedText[] | null;
  /** Whether `:` before the command keeps the environment out of it. */
  literal: boolean;
  environment: ReadonlyMap<string, RenderedText>;
  sources: readonly FlagSource[];
}>;

/** Where units are looked for, strongest first (systemd.unit(5)). */
const FOLDERS = ['/etc/', '/run/', '/usr/local/lib/', '/usr/lib/', '/lib/'];

const isUnitText = (text: string): boolean => /^[ \t]*\[(?:Unit|Service|Install)\]/m.test(text);
const nameOf = (path: string): string => posix.basename(path).replace(/\.j2$/, '');

/** Whether a source is a unit or a drop-in of one; every other source may be an environment file. */
export function isUnitSource({ path, text }: FlagSource): boolean {
  return /\.service(?:\.j2)?$/.test(path) || /\.service\.d\/[^/]+$/.test(path) || isUnitText(text.text);
}

/**
 * The services the sources describe. Of units with one name the one in the strongest folder counts, of drop-ins with
 * one name too; drop-ins follow the unit in the order of their names. A drop-in nobody says the unit of is the
 * kubelet's.
 */
export function servicesOf(sources: readonly FlagSource[]): readonly Service[] {
  const units = new Map<string, FlagSource>();
  const dropIns = new Map<string, Map<string, FlagSource>>();
  for (const source of sources.filter(isUnitSource)) {
    const name = nameOf(source.path);
    if (name.endsWith('.service')) keepStronger(units, name, source);
    else {
      const unit = /([^/]+\.service)\.d\/[^/]+$/.exec(source.path)?.[1] ?? 'kubelet.service';
      let own = dropIns.get(unit);
      if (!own) dropIns.set(unit, (own = new Map()));
      keepStronger(own, name, source);
    }
  }
  const files = sources.filter(source => !isUnitSource(source));
  return [...new Set([...units.keys(), ...dropIns.keys()])].map(name => {
    const unit = units.get(name);
    const added = [...(dropIns.get(name) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, source]) => source);
    return serviceOf(name, unit !== undefined, [...(unit ? [unit] : []), ...added], files);
  });
}

function keepStronger(known: Map<string, FlagSource>, name: string, source: FlagSource): void {
  const before = known.get(name);
  if (!before || rankOf(source.path) <= rankOf(before.path)) known.set(name, source);
}

function rankOf(path: string): number {
  const rank = FOLDERS.findIndex(folder => path.startsWith(folder));
  return rank < 0 ? FOLDERS.length : rank;
}

function serviceOf(
  name: string,
  hasUnit: boolean,
  sources: readonly FlagSource[],
  files: readonly FlagSource[],
): Service {
  let commands: RenderedText[] = [];
  let set = new Map<string, RenderedText>();
  let from: RenderedText[] = [];
  const unset: string[] = [];
  for (const { section, key, value } of sources.flatMap(({ text }): readonly UnitSetting[] => unitSettings(text))) {
    if (section !== 'Service') continue;
    const empty = value.text === '';
    if (key === 'ExecStart') commands = empty ? [] : [...commands, value];
    else if (key === 'EnvironmentFile') from = empty ? [] : [...from, value];
    else if (key === 'UnsetEnvironment') unset.push(...systemdWords(value).map(({ text }) => text.split('=')[0] ?? ''));
    else if (key === 'Environment') {
      if (empty) set = new Map();
      for (const word of systemdWords(value)) {
        const pair = /^([A-Za-z_]\w*)=/.exec(word.text);
        if (pair) set.set(pair[1] ?? '', resolveSpecifiers(sliceText(word, pair[0].length, word.text.length), name));
      }
    }
  }
  for (const pattern of from) {
    for (const { text } of filesNamed(files, pattern.text)) {
      for (const { name: variable, value } of environmentAssignments(text)) set.set(variable, value);
    }
  }
  for (const variable of unset) set.delete(variable);
  const last = commands.at(-1);
  const prefix = /^[@\-:+!|]*/.exec(last?.text ?? '')?.[0] ?? '';
  const words = last ? systemdWords(sliceText(last, prefix.length, last.text.length)) : null;
  return {
    name,
    hasUnit,
    command: words?.map(word => resolveSpecifiers(word, name)) ?? null,
    literal: prefix.includes(':'),
    environment: set,
    sources,
  };
}

/** Environment files an `EnvironmentFile=` names; one whose place on the node is not known is found by its name. */
function filesNamed(files: readonly FlagSource[], written: string): readonly FlagSource[] {
  const pattern = written.replace(/^-/, '');
  const fits = globOf(pattern);
  const name = globOf(posix.basename(pattern));
  return files
    .filter(({ path }) =>
      path.startsWith('/') && !pattern.includes('\uE000') ? fits.test(path) : name.test(nameOf(path)),
    )
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function globOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[\\^$.|+(){}]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]');
  try {
    return new RegExp(`^${source}$`);
  } catch {
    return /^(?!)/;
  }
}

/** Variables of environment files as one environment, for when no unit says which of them are read. */
export function looseEnvironment(sources: readonly FlagSource[]): ReadonlyMap<string, RenderedText> {
  const environment = new Map<string, RenderedText>();
  for (const source of sources) {
    if (isUnitSource(source))
      for (const [name, value] of serviceOf('', false, [source], []).environment) environment.set(name, value);
    else for (const { name, value } of environmentAssignments(source.text)) environment.set(name, value);
  }
  return environment;
}
