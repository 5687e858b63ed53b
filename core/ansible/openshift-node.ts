import { posix } from 'node:path';
import { readText } from '../kubelet/read-text.ts';
import type { SourceNode } from '../kubelet/source-node.ts';
import { type DistributionDefault, openShiftDefaults } from './distribution-defaults.ts';
import { isOpenShiftNodeConfig } from './file-kind.ts';
import type { Flag } from './kubelet-flags.ts';
import { scalarOf } from './scalar-text.ts';
import type { FlagSource } from './service-units.ts';
import type { Traced } from './types.ts';

/** A node of OpenShift 3: it starts the kubelet with flags alone, made from its NodeConfig. */
export type OpenShiftNode = Readonly<{ flags: readonly Flag[]; defaults: readonly DistributionDefault[] }>;

/** Fields of a NodeConfig and the kubelet's flags they become; `isFile`: names lie beside the NodeConfig itself. */
const FIELDS: readonly Readonly<{ path: readonly string[]; flag: string; isFile?: true }>[] = [
  { path: ['dnsIP'], flag: '--cluster-dns' },
  { path: ['dnsDomain'], flag: '--cluster-domain' },
  { path: ['podManifestConfig', 'path'], flag: '--pod-manifest-path', isFile: true },
  { path: ['servingInfo', 'clientCA'], flag: '--client-ca-file', isFile: true },
  { path: ['servingInfo', 'certFile'], flag: '--tls-cert-file', isFile: true },
  { path: ['servingInfo', 'keyFile'], flag: '--tls-private-key-file', isFile: true },
  { path: ['servingInfo', 'minTLSVersion'], flag: '--tls-min-version' },
];

/**
 * The flags the NodeConfig among the sources makes, and what OpenShift sets beside them (origin
 * `node/options.ComputeKubeletFlags`): `kubeletArguments`, a list of values for each flag, beats every other field.
 * null when there is none.
 */
export function openShiftNodeOf(sources: readonly FlagSource[]): OpenShiftNode | null {
  const source = sources.findLast(({ text }) => isOpenShiftNodeConfig(text.text));
  if (!source) return null;
  const given = openShiftArguments(source);
  const named = new Set(given.map(({ name }) => name));
  return {
    flags: [...fieldsOf(source).filter(({ name }) => !named.has(name)), ...given],
    defaults: openShiftDefaults(),
  };
}

/** `kubeletArguments` of a text that may be a part of a NodeConfig. */
export function openShiftArguments({ text }: FlagSource): readonly Flag[] {
  if (!/^kubeletArguments[ \t]*:/m.test(text.text)) return [];
  const given = at(rootOf({ text }), ['kubeletArguments']);
  if (given?.kind !== 'map') return [];
  return given.entries.flatMap(({ key, value }) => {
    const values = value.kind === 'list' ? value.items : [value];
    return values.map((one): Flag => ({ name: `--${key}`, value: scalarOf(text, one) }));
  });
}

function fieldsOf({ path: file, text }: FlagSource): readonly Flag[] {
  const root = rootOf({ text });
  return FIELDS.flatMap(({ path, flag, isFile }): Flag[] => {
    const node = at(root, path);
    if (!node || node.kind === 'null' || node.kind === 'map' || node.kind === 'list') return [];
    const value = scalarOf(text, node);
    if (value.value.known && value.value.json === '') return [];
    return [{ name: flag, value: isFile ? beside(file, value) : value }];
  });
}

function rootOf({ text }: Pick<FlagSource, 'text'>): SourceNode | undefined {
  const read = readText({ name: 'node-config.yaml', text: text.text, unknowns: text.unknowns }, 'config', '');
  return read.ok ? read.root : undefined;
}

function at(root: SourceNode | undefined, path: readonly string[]): SourceNode | undefined {
  return path.reduce<SourceNode | undefined>(
    (node, name) => (node?.kind === 'map' ? node.entries.findLast(({ key }) => key === name)?.value : undefined),
    root,
  );
}

function beside(file: string, traced: Traced<string>): Traced<string> {
  const { value } = traced;
  if (!value.known || value.json.startsWith('/') || !file.startsWith('/')) return traced;
  return { ...traced, value: { known: true, json: posix.join(posix.dirname(file), value.json) } };
}
