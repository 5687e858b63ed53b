import { UNKNOWN_TOKEN, type Unknown } from '../source/rope.ts';
import type { FileState } from './file-states.ts';
import { pathOf } from './file-states.ts';
import { extractFlags, type Flag, type FlagSource, kubeletExtraArgs } from './kubelet-flags.ts';
import type { FileAlternative } from './types.ts';
import { digest } from './value.ts';

/** Variants of the command line tried out when files that make it have alternatives. */
const MAX_VARIANTS = 48;

export type NodeFlags = Readonly<{
  flags: readonly Flag[];
  /** Whether a unit that starts the kubelet is among the files: then these are all its flags. */
  hasUnit: boolean;
  /** Whether any file that makes the kubelet's command line is among them. */
  startsKubelet: boolean;
  /** Files whose command line could not be taken apart. */
  unread: readonly FlagSource[];
  /** What may be on the command line that nobody looked at: then any flag may be, and none is known. */
  unseen: Unknown | null;
}>;

/**
 * The kubelet's flags on a host, from units, drop-ins, environment files and kubeadm's kubeletExtraArgs. A flag that
 * is not the same in every alternative of those files is unknown.
 */
export function nodeFlags(states: readonly FileState[]): NodeFlags {
  const sources = states.filter(state => state.kind === 'kubelet-flags' || state.kind === 'kubeadm');
  const first = read(sources.map(state => [state, state.alternatives[0] ?? null] as const));
  const others = sources.flatMap(source => [
    ...source.alternatives.slice(1).map(other => ({ source, other })),
    ...(source.when ? [{ source, other: null }] : []),
  ]);
  const variants = others.slice(0, MAX_VARIANTS).map(({ source, other }) => {
    const chosen = sources.map(state => [state, state === source ? other : (state.alternatives[0] ?? null)] as const);
    return { flags: read(chosen).flags, deciding: decidingOf(source, other) };
  });
  const unseen = unseenOf(sources, others.slice(MAX_VARIANTS));
  return { ...first, flags: merge([{ flags: first.flags, deciding: null }, ...variants], unseen), unseen };
}

type Other = Readonly<{ source: FileState; other: FileAlternative | null }>;

function decidingOf(source: FileState, other: FileAlternative | null): Unknown | null {
  if (other === null) return source.when;
  return other.conditions.find(one => !one.holds)?.unknown ?? other.conditions[0]?.unknown ?? null;
}

/** What the command line may hold that nobody looked at: files that may say anything, and alternatives past the limit. */
function unseenOf(sources: readonly FileState[], skipped: readonly Other[]): Unknown | null {
  for (const { alternatives } of sources) {
    for (const { text } of alternatives) {
      const [unknown] = [...text.unknowns.values()];
      if (unknown && text.text.replace(UNKNOWN_TOKEN, '').trim() === '') return unknown;
    }
  }
  const [first] = skipped;
  if (!first) return null;
  const texts = skipped.map(({ source, other }) => [pathOf(source.dest), other && alternativeKey(other)]);
  return {
    key: `${skipped.length} more command lines ${digest(JSON.stringify(texts))}`,
    why: [`${pathOf(first.source.dest)} has more alternatives than the gate tries out`],
  };
}

function alternativeKey({ conditions, text }: FileAlternative): readonly unknown[] {
  return [
    conditions.map(({ unknown, holds }) => [unknown.key, holds]),
    text.text,
    [...text.unknowns].map(([id, unknown]) => [id, unknown.key]),
  ];
}

function read(chosen: readonly (readonly [FileState, FileAlternative | null])[]): Omit<NodeFlags, 'unseen'> {
  const present = chosen.flatMap(([state, alternative]) => (alternative ? [{ state, text: alternative.text }] : []));
  const sources = present
    .filter(({ state }) => state.kind === 'kubelet-flags')
    .map(({ state, text }) => ({ path: pathOf(state.dest), text }));
  const { flags, unread } = extractFlags(sources);
  const extra = present.filter(({ state }) => state.kind === 'kubeadm').flatMap(({ text }) => kubeletExtraArgs(text));
  return {
    flags: [...flags, ...extra],
    unread,
    startsKubelet: present.length > 0,
    hasUnit: sources.some(({ text }) => /^[ \t]*ExecStart=.*(?:\/|\s)(?:kubelet|k3s|rke2)\b/m.test(text.text)),
  };
}

function merge(
  variants: readonly { flags: readonly Flag[]; deciding: Unknown | null }[],
  doubt: Unknown | null,
): readonly Flag[] {
  const names = new Set(variants.flatMap(({ flags }) => flags.map(flag => flag.name)));
  return [...names].flatMap(name => {
    const shown = variants.map(({ flags }) => flags.filter(flag => flag.name === name));
    const texts = shown.map(flags => flags.map(valueText).join('\0'));
    const first = shown.find(flags => flags.length > 0) ?? [];
    const different = texts.findIndex(text => text !== texts[0]);
    if (different < 0 && !doubt) return first;
    const deciding = doubt ?? variants[different]?.deciding;
    const why = deciding?.why ?? ['an unknown condition'];
    const key = `${deciding?.key ?? ''}?${texts.join('|')}`;
    return [
      {
        name,
        value: {
          value: { known: false, unknown: { key, why } },
          origins: shown.flat().flatMap(flag => flag.value.origins),
        },
      },
    ];
  });
}

function valueText({ value }: Flag): string {
  return value.value.known ? value.value.json : `⟨${value.value.unknown.key}⟩`;
}
