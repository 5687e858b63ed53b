import { posix } from 'node:path';
import type { Unknown } from '../source/rope.ts';
import { type FileState, pathOf } from './file-states.ts';
import { sliceText, tracedOf, trimText, unknownOf } from './rendered-text.ts';
import { lineSpans } from './systemd-unit.ts';
import type { Condition, FileAlternative, Sysctl, Sysctls, Traced } from './types.ts';
import { conditionOf } from './unknown-conditions.ts';

/** Folders of sysctl files, strongest first: of files with one name only the strongest is read (sysctl.d(5)). */
const FOLDERS = ['/etc/', '/run/', '/usr/local/lib/', '/usr/lib/', '/lib/'];
const RUNNING = '/proc/sys/';
const CONF = '/etc/sysctl.conf';

/** Where one line of a sysctl file stands that the `sysctl` module sets without a look at the rest. */
export function lineOfFile(file: string, name: string): string {
  return `${file}/${dotted(name)}`;
}

/** Where the running kernel has a value. */
export function runningPath(name: string): string {
  return `${RUNNING}${dotted(name).replace(/[./]/g, char => (char === '.' ? '/' : '.'))}`;
}

/**
 * Kernel settings a host gets. After a boot it has those of its files in the order systemd-sysctl reads them: by name,
 * whatever the folder, /etc/sysctl.conf as 99-sysctl.conf. What is set on the running kernel alone comes beside them.
 */
export function sysctlsOf(states: readonly FileState[]): Sysctls {
  const ofKind = states.filter(({ kind }) => kind === 'sysctl');
  const files = ofKind.filter(state => !pathOf(state.dest).startsWith(RUNNING));
  const settings = new Map<string, Sysctl>();
  let open: Unknown | null = null;
  for (const state of files.filter(state => isRead(state, files)).sort(inOrder)) {
    const read = settingsOf(state, settings);
    for (const setting of read.settings) settings.set(setting.name, setting);
    open ??= read.open;
  }
  const running = ofKind.flatMap(state => runningSetting(state) ?? []);
  return { settings: [...settings.values(), ...running.filter(one => !isSame(one, settings.get(one.name)))], open };
}

function isSame(a: Sysctl, b: Sysctl | undefined): boolean {
  return a.value.value.known && b?.value.value.known === true && a.value.value.json === b.value.value.json;
}

/** The file a state is of: for a single line, the file it stands in. */
function fileOf(path: string): string {
  return /^(.*\.conf)\//.exec(path)?.[1] ?? path;
}

/** A line the module sets comes after what else makes its file. */
function inOrder(a: FileState, b: FileState): number {
  const [first, second] = [a, b].map(({ dest }) => {
    const path = pathOf(dest);
    const file = fileOf(path);
    return `${file === CONF ? '99-sysctl.conf' : posix.basename(file)}\0${path === file ? '' : path}`;
  });
  return (first ?? '') < (second ?? '') ? -1 : 1;
}

function isRead({ dest }: FileState, files: readonly FileState[]): boolean {
  const file = fileOf(pathOf(dest));
  const rank = (path: string): number => FOLDERS.findIndex(folder => path.startsWith(folder));
  return !files.some(other => {
    const path = fileOf(pathOf(other.dest));
    return path !== file && posix.basename(path) === posix.basename(file) && rank(path) < rank(file);
  });
}

type Read = Readonly<{ settings: readonly Sysctl[]; open: Unknown | null }>;

/** What a file says in every text it may have; a setting that is not the same in all of them is unknown. */
function settingsOf(state: FileState, before: ReadonlyMap<string, Sysctl>): Read {
  const path = pathOf(state.dest);
  const file = fileOf(path);
  const ways = state.alternatives.map(alternative => ({
    conditions: conditionsOf(state, alternative),
    ...linesOf(path, alternative),
  }));
  const all = state.when
    ? [...ways, { conditions: [conditionOf(state.when, false)], lines: new Map<string, Traced<string>>(), open: null }]
    : ways;
  const names = new Set(all.flatMap(({ lines }) => [...lines.keys()]));
  const settings = [...names].map(name => {
    const values = all.map(({ lines }) => lines.get(name) ?? before.get(name)?.value ?? null);
    return {
      name,
      value: oneOf(
        values,
        all.flatMap(way => way.conditions),
      ),
      file,
    };
  });
  return { settings, open: all.map(way => way.open).find(open => open !== null) ?? unreadable(state, file) };
}

function unreadable({ alternatives, problem }: FileState, file: string): Unknown | null {
  if (alternatives.length > 0 || !problem) return null;
  return { key: `${file}: ${problem.message}`, why: [problem.message] };
}

function conditionsOf({ when }: FileState, { conditions }: FileAlternative): readonly Condition[] {
  return when ? [conditionOf(when, true), ...conditions] : conditions;
}

function oneOf(values: readonly (Traced<string> | null)[], conditions: readonly Condition[]): Traced<string> {
  const texts = values.map(value =>
    value === null ? 'unset' : value.value.known ? value.value.json : value.value.unknown.key,
  );
  const [first] = values;
  if (first && new Set(texts).size === 1) return first;
  const why = [...new Set(conditions.flatMap(({ unknown }) => unknown.why))];
  const key = `${[...new Set(texts)].join(' or ')} by ${[...new Set(conditions.map(({ unknown }) => unknown.key))].join(' and ')}`;
  return { value: { known: false, unknown: { key, why } }, origins: values.flatMap(value => value?.origins ?? []) };
}

/** `name = value` lines (sysctl.d(5)): `#` and `;` begin comments, `-` before a name makes its failure no matter. */
function linesOf(
  path: string,
  { text }: FileAlternative,
): Readonly<{ lines: Map<string, Traced<string>>; open: Unknown | null }> {
  const lines = new Map<string, Traced<string>>();
  let open: Unknown | null = null;
  if (path !== fileOf(path)) return { lines: lines.set(posix.basename(path), tracedOf(trimText(text))), open };
  for (const { start, end } of lineSpans(text.text)) {
    const line = trimText(sliceText(text, start, end));
    if (/^[#;]/.test(line.text)) continue;
    const setting = /^-?\s*([^\s=\uE000]+)\s*=/.exec(line.text);
    if (setting)
      lines.set(dotted(setting[1] ?? ''), tracedOf(trimText(sliceText(line, setting[0].length, line.text.length))));
    else open ??= unknownOf(line);
  }
  return { lines, open };
}

function runningSetting(state: FileState): Sysctl | null {
  const path = pathOf(state.dest);
  if (!path.startsWith(RUNNING)) return null;
  const values = state.alternatives.map(({ text }) => tracedOf(trimText(text)));
  const conditions = state.alternatives.flatMap(alternative => conditionsOf(state, alternative));
  return {
    name: dotted(path.slice(RUNNING.length)),
    value: oneOf(state.when ? [...values, null] : values, conditions),
    file: null,
  };
}

/** `kernel/panic` is `kernel.panic`: the first separator says which of the two parts names; the other one is swapped. */
function dotted(name: string): string {
  if (/[./]/.exec(name)?.[0] !== '/') return name;
  return name.replace(/[./]/g, char => (char === '/' ? '.' : '/'));
}
