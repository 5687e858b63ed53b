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

/** Why the kubelet's scheme does not know this document, or null when it is a KubeletConfiguration v1beta1. */
export function wrongKind(root: SourceNode): WrongKind | null {
  const wrong = kindFault(root);
  return wrong && { ...wrong, lenient: root.kind === 'map' && isKnownOtherKind(root) };
}

/** `lenient`: the scheme knows the kind, but only after lenient decoding: there are fields it does not have. */
export type WrongKind = Readonly<{ message: string; path: string; node: SourceNode; lenient: boolean }>;

const OTHER_KINDS: ReadonlyMap<string, string> = new Map([
  ['CredentialProviderConfig', 'providers'],
  ['SerializedNodeConfigSource', 'source'],
]);

function isKnownOtherKind({ entries }: Extract<SourceNode, { kind: 'map' }>): boolean {
  const kind = entries.findLast(({ key }) => key === 'kind')?.value;
  const version = entries.findLast(({ key }) => key === 'apiVersion')?.value;
  const own = kind?.kind === 'string' ? OTHER_KINDS.get(kind.value) : undefined;
  if (own === undefined || version?.kind !== 'string' || version.value !== API_VERSION) return false;
  return entries.some(({ key }) => ![own, 'kind', 'apiVersion'].includes(key));
}

function kindFault(root: SourceNode): Omit<WrongKind, 'lenient'> | null {
  if (root.kind === 'unknown') return null;
  if (root.kind !== 'map') {
    return { message: `Object 'Kind' is missing: the document is not a mapping`, path: '', node: root };
  }
  const text = (key: string) => root.entries.findLast(entry => entry.key === key)?.value;
  const kind = text('kind');
  const version = text('apiVersion');
  if (root.open && (!kind || !version)) return null;
  for (const [path, node] of [
    ['apiVersion', version],
    ['kind', kind],
  ] as const) {
    if (node && node.kind !== 'string' && node.kind !== 'null' && node.kind !== 'unknown') {
      return { message: `${path} is not a string`, path, node };
    }
  }
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
