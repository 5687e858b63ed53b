import type { Unknown } from '../source/rope.ts';
import type { FileState } from './file-states.ts';
import { pathOf } from './file-states.ts';
import { extractFlags, type Flag, type FlagSource, kubeletExtraArgs } from './kubelet-flags.ts';
import type { FileAlternative } from './types.ts';

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
}>;

/**
 * The kubelet's flags on a host, from units, drop-ins, environment files and kubeadm's kubeletExtraArgs. A flag that
 * is not the same in every alternative of those files is unknown.
 */
export function nodeFlags(states: readonly FileState[]): NodeFlags {
  const sources = states.filter(state => state.kind === 'kubelet-flags' || state.kind === 'kubeadm');
  const first = read(sources.map(state => [state, state.alternatives[0] ?? null] as const));
  const variants: { flags: readonly Flag[]; deciding: Unknown | null }[] = [{ flags: first.flags, deciding: null }];
  for (const source of sources) {
    const others: (FileAlternative | null)[] = source.alternatives.slice(1);
    if (source.when) others.push(null);
    for (const other of others) {
      if (variants.length >= MAX_VARIANTS) break;
      const chosen = sources.map(state => [state, state === source ? other : (state.alternatives[0] ?? null)] as const);
      const deciding =
        other === null
          ? source.when
          : (other.conditions.find(one => !one.holds)?.unknown ?? other.conditions[0]?.unknown ?? null);
      variants.push({ flags: read(chosen).flags, deciding });
    }
  }
  const doubted = sources.find(state => state.truncated);
  return {
    ...first,
    flags: merge(
      variants,
      doubted
        ? { key: 'more alternatives', why: [`${pathOf(doubted.dest)} has more alternatives than the gate tries out`] }
        : null,
    ),
  };
}

function read(chosen: readonly (readonly [FileState, FileAlternative | null])[]): NodeFlags {
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
    const key = `${deciding?.key ?? ''}?${[...new Set(texts)].join('|')}`;
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
