import type { NodeGroup, Traced } from '../ansible/types.ts';
import type { KubeletFacts } from '../kubelet/facts.ts';
import { fieldOf } from './field-types.ts';
import type { Fault } from './kind.ts';

/** What a path of a control stands for on the nodes of a group. */
export type NamedPaths = Readonly<{
  patterns: readonly string[];
  /** Why more paths may be meant, or null. */
  unknown: string | null;
}>;

const NAME = /^<([^<>]+)>/;
const CONFIGURATION = 'kubeletConfiguration';

/** The first path of a control that is neither absolute nor begins with a name that something is called. */
export function namedPathsFault(paths: readonly string[], facts: KubeletFacts): Fault | null {
  for (const [index, path] of paths.entries()) {
    const message = pathFault(path, facts);
    if (message !== null) return { at: ['paths', index], message };
  }
  return null;
}

function pathFault(path: string, facts: KubeletFacts): string | null {
  const name = NAME.exec(path)?.[1];
  if (name === undefined) return path.startsWith('/') ? null : `${path} is neither an absolute path nor <a name>`;
  if (name === CONFIGURATION) return null;
  if (name.startsWith('--')) return Object.hasOwn(facts.flags, name) ? null : `no kubelet has the flag ${name}`;
  return fieldOf(name, facts) ? null : `no kubelet field is called ${name}`;
}

/**
 * A path as written, or with what its name in angle brackets stands for on these nodes: `<kubeletConfiguration>` where
 * the kubelet's configuration goes, `<--root-dir>` what a flag says, `<tlsPrivateKeyFile>` what an effective field says.
 */
export function namedPaths(path: string, group: NodeGroup): NamedPaths {
  const name = NAME.exec(path)?.[1];
  if (name === undefined) return { patterns: [path], unknown: null };
  const patterns: string[] = [];
  let unknown: string | null = null;
  for (const value of valuesOf(name, group)) {
    if (!value.known) unknown = `${name} names a path that cannot be known from Git: ${value.unknown.why.join('; ')}`;
    else if (value.json.startsWith('/')) patterns.push(value.json.replace(/\/$/, '') + path.slice(name.length + 2));
  }
  return { patterns, unknown };
}

function valuesOf(name: string, group: NodeGroup): readonly Traced<string>['value'][] {
  if (name === CONFIGURATION) {
    return group.files.filter(({ kind }) => kind === 'KubeletConfiguration').map(({ dest }) => dest.value);
  }
  if (name.startsWith('--')) return group.flags.filter(flag => flag.name === name).map(({ value }) => value.value);
  const value = group.kubelet?.values.get(name)?.value;
  if (!value) return [];
  if (!value.known) return [value];
  return typeof value.json === 'string' ? [{ known: true, json: value.json }] : [];
}
