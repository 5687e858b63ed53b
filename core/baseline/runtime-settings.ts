import { posix } from 'node:path';
import { parseToml, TomlError } from '../ansible/toml.ts';
import type { NodeFile, NodeGroup } from '../ansible/types.ts';
import type { Json } from '../kubelet/types.ts';
import { type Origin, originsAt, type RenderedText } from '../source/rope.ts';
import { destOf, fileName, textsOf } from './file-texts.ts';
import { pathPattern } from './node-paths.ts';

/** A value a setting may have: null where nothing sets it. */
export type PossibleValue = Readonly<{
  value: Readonly<{ known: true; json: Json }> | Readonly<{ known: false; why: string }>;
  evidence: readonly Origin[];
}>;

/** One runtime: its files on a node in the order they are read, and what one of them says of a setting. */
type Runtime = Readonly<{
  files: (group: NodeGroup) => readonly NodeFile[];
  read: (document: Json, setting: string) => Json;
  /** Whether a later file may put away what an earlier one says, although it does not name it. */
  replaces: (document: Json, setting: string) => boolean;
}>;

/** Plugins of containerd that hold the CRI settings, by version of the file. */
const CRI_PLUGINS: Readonly<Record<string, (setting: string) => string>> = {
  1: () => 'cri',
  2: () => 'io.containerd.grpc.v1.cri',
  3: setting => (setting.startsWith('stream_') ? 'io.containerd.grpc.v1.cri' : 'io.containerd.cri.v1.runtime'),
};
const CONTAINERD = '/etc/containerd/config.toml';

const RUNTIMES: Readonly<Record<string, Runtime>> = {
  containerd: {
    files: containerdFiles,
    read: (document, setting) => at(criPlugin(document, setting), [setting]),
    // Up to 1.7 a plugin's table in an imported file replaces the whole of it; from 2.0 they are merged key by key.
    replaces: (document, setting) => criPlugin(document, setting) !== null,
  },
  crio: {
    files: ({ files }) => [
      ...files.filter(file => destOf(file) === '/etc/crio/crio.conf'),
      ...sorted(files.filter(file => /^\/etc\/crio\/crio\.conf\.d\/[^/]+$/.test(destOf(file)))),
    ],
    read: (document, setting) => at(document, setting.split('.')),
    replaces: () => false,
  },
  dockerd: {
    files: ({ files }) => files.filter(file => destOf(file) === '/etc/docker/daemon.json'),
    read: (document, setting) => at(document, [setting]),
    replaces: () => false,
  },
};

/** Whether a path names a runtime and one of its settings: `containerd disable_apparmor`, `crio crio.api.stream_port`. */
export function isRuntimeSetting(path: string): boolean {
  return /^(?:containerd|crio|dockerd) [a-z0-9_.-]+$/.test(path);
}

/**
 * Every value a setting may have once all files of its runtime are read; null when no task writes one. Empty texts count
 * as not set.
 */
export function runtimeSetting(path: string, group: NodeGroup): readonly PossibleValue[] | null {
  const [name = '', setting = ''] = path.split(' ');
  const runtime = Object.hasOwn(RUNTIMES, name) ? RUNTIMES[name] : undefined;
  const files = runtime?.files(group).filter(({ text }) => text !== null) ?? [];
  const [first] = files;
  if (!runtime || !first) return null;
  let possible: readonly PossibleValue[] = [{ value: { known: true, json: null }, evidence: [] }];
  for (const file of files) {
    const before = possible;
    const after = textsOf(file).flatMap(({ text }): readonly PossibleValue[] => {
      const document = parsed(text);
      if (document === undefined)
        return [{ value: { known: false, why: `${fileName(file)} cannot be read` }, evidence: [] }];
      const json = runtime.read(document, setting);
      const evidence = originsAt(text, ...spanOf(text.text, setting));
      if (json === null || json === '') {
        const unset: PossibleValue = { value: { known: true, json: null }, evidence };
        return runtime.replaces(document, setting) ? [...before, unset] : before;
      }
      const known = typeof json !== 'string' || !json.includes(MARK);
      return [{ value: known ? { known, json } : { known, why: whyOf(json, text) }, evidence }];
    });
    possible = file.when === null && !file.truncated ? after : [...before, ...after];
  }
  return possible;
}

function containerdFiles({ files }: NodeGroup): readonly NodeFile[] {
  const main = files.filter(file => destOf(file) === CONTAINERD);
  const imports = main.flatMap(file =>
    textsOf(file).flatMap(({ text }) => {
      const listed = at(parsed(text) ?? null, ['imports']);
      return Array.isArray(listed) ? listed.map(item => posix.resolve('/etc/containerd', String(item))) : [];
    }),
  );
  const patterns = [...imports, '/etc/containerd/conf.d/*.toml'].map(pathPattern);
  const imported = files.filter(file => destOf(file) !== CONTAINERD && patterns.some(one => one.test(destOf(file))));
  return [...main, ...sorted(imported)];
}

function sorted(files: readonly NodeFile[]): readonly NodeFile[] {
  return [...files].sort((left, right) => (destOf(left) < destOf(right) ? -1 : 1));
}

function criPlugin(document: Json, setting: string): Json {
  const version = at(document, ['version']);
  const plugin = CRI_PLUGINS[typeof version === 'number' ? Math.min(version, 3) : 1]?.(setting);
  return plugin === undefined ? null : at(document, ['plugins', plugin]);
}

function at(document: Json, path: readonly string[]): Json {
  let value: Json = document;
  for (const key of path) {
    if (value === null || typeof value !== 'object' || Array.isArray(value) || !Object.hasOwn(value, key)) return null;
    value = (value as Readonly<Record<string, Json>>)[key] ?? null;
  }
  return value;
}

/** Stands around the id of an unknown where a text is read as JSON or TOML. */
const MARK = '\u27EA';

/** A text as JSON or TOML, unknown parts as marked texts; undefined when it is neither. */
function parsed({ text }: RenderedText): Json | undefined {
  const marked = text
    .replace(/([=:,[][ \t]*)\uE000([0-9a-f]{8})\uE001(?=[ \t]*(?:[,\]}\r\n#]|$))/g, `$1"${MARK}$2"`)
    .replace(/\uE000([0-9a-f]{8})\uE001/g, `${MARK}$1`);
  try {
    return /^\s*\{/.test(text) ? (JSON.parse(marked) as Json) : parseToml(marked);
  } catch (error) {
    if (error instanceof TomlError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function whyOf(json: string, { unknowns }: RenderedText): string {
  const id = json.slice(json.indexOf(MARK) + 1, json.indexOf(MARK) + 9);
  return unknowns.get(id)?.why.join('; ') ?? 'a part of it';
}

/** The line that names a setting by its last key, else the first character. */
function spanOf(text: string, setting: string): [number, number] {
  const key = setting.split('.').at(-1) ?? '';
  const start = text.indexOf(key);
  return start < 0 ? [0, 1] : [start, start + key.length];
}
