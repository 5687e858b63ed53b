import { foldName } from './decode.ts';
import { readJson } from './read-json.ts';
import { readYaml } from './read-yaml.ts';
import { type ReadResult, type SourceNode, type SourceOrigin, TEXT_LIMITS } from './source-node.ts';
import type { KubeletText } from './types.ts';

const API_VERSION = 'kubelet.config.k8s.io/v1beta1';
const KIND = 'KubeletConfiguration';

/** Reads a configuration text the way the kubelet chooses: JSON when the first character that is no space is `{`. */
export function readText(source: KubeletText, from: SourceOrigin['from'], name: string): ReadResult {
  if (source.text.length > TEXT_LIMITS.characters) {
    return { ok: false, message: `longer than ${TEXT_LIMITS.characters} characters`, offset: 0 };
  }
  if (source.text === '') return { ok: false, message: 'the file is empty', offset: 0 };
  return /^[^\S\uFEFF]*\{/.test(source.text) ? readJson(source, from, name) : readYaml(source, from, name);
}

/**
 * Why the kubelet's scheme does not know this document, or null when it is a KubeletConfiguration v1beta1. The kind of a
 * --config file is looked for ignoring case, and the last key counts (in YAML the last in order of the alphabet); of a
 * drop-in only the keys as documented count, but the others have to be strings, too.
 */
export function wrongKind(root: SourceNode, as: DocumentForm): WrongKind | null {
  if (root.kind === 'unknown') return null;
  if (root.kind !== 'map') {
    return { message: `Object 'Kind' is missing: the document is not a mapping`, path: '', node: root, lenient: false };
  }
  const found = kindAndVersion(root, as);
  if ('fault' in found) return { ...found.fault, lenient: false };
  const { kind, version } = found;
  if (root.open && (!kind || !version)) return null;
  const wrong = kindFault(root, kind, version);
  return wrong && { ...wrong, lenient: isKnownOtherKind(root, kind, version) };
}

/** Whether an unknown decides if the kubelet's scheme knows this document: `wrongKind` says null of it, too. */
export function isKindOpen(root: SourceNode, as: DocumentForm): boolean {
  if (root.kind !== 'map') return root.kind === 'unknown';
  const found = kindAndVersion(root, as);
  if ('fault' in found) return false;
  return [found.kind, found.version].some(node => (node ? node.kind === 'unknown' : root.open !== null));
}

/** `lenient`: the scheme knows the kind, but only after lenient decoding: there are fields it does not have. */
export type WrongKind = Readonly<{ message: string; path: string; node: SourceNode; lenient: boolean }>;

/** How a document came to the kubelet. */
type DocumentForm = Readonly<{ dropIn: boolean; format: 'yaml' | 'json' }>;

type MapNode = Extract<SourceNode, { kind: 'map' }>;
type KindFault = Omit<WrongKind, 'lenient'>;

const OTHER_KINDS: ReadonlyMap<string, string> = new Map([
  ['CredentialProviderConfig', 'providers'],
  ['SerializedNodeConfigSource', 'source'],
]);

function isKnownOtherKind({ entries }: MapNode, kind?: SourceNode, version?: SourceNode): boolean {
  const own = kind?.kind === 'string' ? OTHER_KINDS.get(kind.value) : undefined;
  if (own === undefined || version?.kind !== 'string' || version.value !== API_VERSION) return false;
  return entries.some(({ key }) => ![own, 'kind', 'apiVersion'].includes(key));
}

function last(root: MapNode, key: string): SourceNode | undefined {
  return root.entries.findLast(entry => entry.key === key)?.value;
}

function kindAndVersion(root: MapNode, { dropIn, format }: DocumentForm): TypeKeys {
  const found = typeOf(root, format);
  if ('fault' in found || !dropIn) return found;
  return { kind: last(root, 'kind'), version: last(root, 'apiVersion') };
}

type TypeKeys =
  | Readonly<{ kind?: SourceNode | undefined; version?: SourceNode | undefined }>
  | Readonly<{ fault: KindFault }>;

const TYPE_KEYS: ReadonlyMap<string, 'kind' | 'version'> = new Map([
  ['kind', 'kind'],
  ['apiversion', 'version'],
]);

/** Kind and version as encoding/json fills them in: names ignoring case, later keys win, null changes nothing. */
function typeOf(root: MapNode, format: 'yaml' | 'json'): TypeKeys {
  const entries =
    format === 'json'
      ? root.entries
      : [...new Map(root.entries.map(entry => [entry.key, entry])).values()].sort((left, right) =>
          left.key < right.key ? -1 : 1,
        );
  const found: { kind?: SourceNode; version?: SourceNode } = {};
  for (const { key, value } of entries) {
    const name = TYPE_KEYS.get(foldName(key));
    if (name === undefined) continue;
    if (value.kind === 'string' || value.kind === 'unknown') found[name] = value;
    else if (value.kind !== 'null') return { fault: { message: `${key} is not a string`, path: key, node: value } };
    else found[name] ??= value;
  }
  return found;
}

function kindFault(root: MapNode, kind?: SourceNode, version?: SourceNode): KindFault | null {
  if (!kind || kind.kind === 'null' || (kind.kind === 'string' && kind.value === '')) {
    return { message: "Object 'Kind' is missing", path: 'kind', node: kind ?? root };
  }
  if (!version || version.kind === 'null' || (version.kind === 'string' && version.value === '')) {
    return { message: "Object 'apiVersion' is missing", path: 'apiVersion', node: version ?? root };
  }
  if (kind.kind === 'string' && version.kind === 'string' && (kind.value !== KIND || version.value !== API_VERSION)) {
    return {
      message: `no kind "${kind.value}" is registered for version "${version.value}": the kubelet reads only ${KIND} of ${API_VERSION}`,
      path: kind.value === KIND ? 'apiVersion' : 'kind',
      node: kind.value === KIND ? version : kind,
    };
  }
  return null;
}
