import { posix } from 'node:path';
import type { RenderedText } from '../source/rope.ts';
import type { LostLine } from './edits/lost-lines.ts';
import { type FileState, pathOf } from './file-states.ts';
import { patchDirectories } from './kubeadm-file.ts';
import { isPatchName, patchText } from './kubeadm-patch.ts';
import type { Flag } from './kubelet-flags.ts';
import type { Rancher } from './rancher.ts';
import type { Condition } from './types.ts';
import { conditionOf } from './unknown-conditions.ts';

/** One text a layer may have, or null when the file is not there under these conditions. */
export type LayerText = Readonly<{ conditions: readonly Condition[]; text: RenderedText | null }>;

/**
 * A file laid over the kubelet's configuration: a patch kubeadm applies, or a drop-in of the kubelet. `over` says what
 * one of its texts makes of the configuration with the layers before it.
 */
export type ConfigLayer = Readonly<{
  path: string;
  texts: readonly LayerText[];
  over: (text: RenderedText, before: readonly RenderedText[]) => RenderedText | null;
  lost: readonly LostLine[];
}>;

/**
 * Layers over the kubelet's configuration in the order they count: kubeadm's patches by name, then the `*.conf` files
 * of --config-dir in lexical order of their paths, folders below it included.
 *
 * @param knowsCommand whether the kubelet's whole command line is known: then without --config-dir no drop-in is read
 */
export function configLayers(
  states: readonly FileState[],
  flags: readonly Flag[],
  rancher: Rancher | null,
  knowsCommand: boolean,
): readonly ConfigLayer[] {
  const directories = dropInDirectories(flags, rancher, knowsCommand);
  const patches = patchesOf(states);
  const dropIns = states.filter(state => !patches.includes(state) && isDropIn(state, directories)).sort(byPath);
  return [
    ...patches.map(state => layerOf(state, (text, before) => patchText(pathOf(state.dest), text, before))),
    ...dropIns.map(state => layerOf(state, text => text)),
  ];
}

function byPath(a: FileState, b: FileState): number {
  return pathOf(a.dest) < pathOf(b.dest) ? -1 : 1;
}

/** Directories the kubelet reads drop-ins from; null when nobody can tell, so any may be one. */
function dropInDirectories(
  flags: readonly Flag[],
  rancher: Rancher | null,
  knowsCommand: boolean,
): readonly string[] | null {
  const named = flags.findLast(({ name }) => name === '--config-dir')?.value.value;
  if (named && !named.known) return null;
  const given = named ? [posix.normalize(named.json).replace(/\/$/, '')] : [];
  if (rancher) return [...given, `${dataDirectory(rancher)}/agent/etc/kubelet.conf.d`];
  return named || knowsCommand ? given : null;
}

function dataDirectory({ options, distribution }: Rancher): string {
  const named = options.get('data-dir')?.at(-1)?.value;
  return named?.known ? named.json : `/var/lib/rancher/${distribution}`;
}

function isDropIn({ dest, kind, source }: FileState, directories: readonly string[] | null): boolean {
  const path = pathOf(dest);
  if (!/\.conf(?:\.j2)?$/.test(path)) return false;
  if (directories === null || !dest.value.known) return kind === 'drop-in';
  return source !== null || kind === 'drop-in'
    ? directories.some(directory => path.startsWith(`${directory}/`))
    : false;
}

/** Files of the directories kubeadm is told to take patches from, and files whose name says they are one. */
export function patchesOf(states: readonly FileState[]): readonly FileState[] {
  const named = states
    .filter(({ kind }) => kind === 'kubeadm')
    .flatMap(({ alternatives }) => alternatives.flatMap(({ text }) => patchDirectories(text)))
    .flatMap(({ value }) => (value.known ? [posix.normalize(value.json).replace(/\/$/, '')] : []));
  return states.filter(({ dest }) => isPatchName(pathOf(dest), named)).sort(byPath);
}

function layerOf(state: FileState, over: ConfigLayer['over']): ConfigLayer {
  const written = state.alternatives;
  const { when } = state;
  const texts = when
    ? [
        ...written.map(one => ({ ...one, conditions: [conditionOf(when, true), ...one.conditions] })),
        { conditions: [conditionOf(when, false)], text: null },
      ]
    : written;
  return { path: pathOf(state.dest), texts, over, lost: state.lost };
}
