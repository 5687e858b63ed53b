import { UNKNOWN_TOKEN, type Unknown } from '../source/rope.ts';
import { answersText, decidingConditions } from './deciding.ts';
import type { FileState } from './file-states.ts';
import { pathOf } from './file-states.ts';
import { kubeletExtraArgs } from './kubeadm-file.ts';
import { type ExtractedFlags, extractFlags, type Flag, type FlagSource } from './kubelet-flags.ts';
import type { Rancher } from './rancher.ts';
import type { Place } from './repository.ts';
import type { Condition, FileAlternative } from './types.ts';
import { digest } from './value.ts';

/** Variants of the command line tried out when files that make it have alternatives. */
const MAX_VARIANTS = 256;

export type NodeFlags = Readonly<{
  flags: readonly Flag[];
  /** Whether a service that starts the kubelet is among the files: then these are all its flags. */
  hasCommand: boolean;
  /** k3s or rke2, when one of them runs the kubelet. */
  rancher: Rancher | null;
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
  const chosen = sources.map(state => [state, state.alternatives[0] ?? null] as const);
  const first = read(chosen);
  const others = sources.flatMap(source => [
    ...source.alternatives.slice(1).map(other => ({ source, other })),
    ...(source.when ? [{ source, other: null }] : []),
  ]);
  const variants = others.slice(0, MAX_VARIANTS).map(({ source, other }): Variant => {
    const instead = chosen.map(([state, usual]) => [state, state === source ? other : usual] as const);
    const { flags, open } = read(instead);
    return { flags, open, conditions: instead.flatMap(conditionsOf) };
  });
  const usual: Variant = { flags: first.flags, open: first.open, conditions: chosen.flatMap(conditionsOf) };
  const open = [usual, ...variants].find(variant => variant.open !== null)?.open ?? null;
  const unseen = open ?? unseenOf(sources, others.slice(MAX_VARIANTS));
  const { hasCommand, rancher, startsKubelet, unread } = first;
  return { flags: merge([usual, ...variants], unseen), hasCommand, rancher, startsKubelet, unread, unseen };
}

type Variant = Readonly<{ flags: readonly Flag[]; open: Unknown | null; conditions: readonly Condition[] }>;
type Other = Readonly<{ source: FileState; other: FileAlternative | null }>;

/** Conditions under which a file has this text, or is not there. */
function conditionsOf([state, alternative]: readonly [FileState, FileAlternative | null]): readonly Condition[] {
  const written = state.when ? [{ unknown: state.when, holds: alternative !== null }] : [];
  return [...written, ...(alternative?.conditions ?? [])];
}

/** What the command line may hold that nobody looked at: files that may say anything, and alternatives past the limit. */
function unseenOf(sources: readonly FileState[], skipped: readonly Other[]): Unknown | null {
  for (const { alternatives, dest, editedBy } of sources) {
    if (editedBy) return editedUnknown(pathOf(dest), editedBy, alternatives);
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

/** A file a task edits in place may say anything from then on. */
function editedUnknown(path: string, at: Place, alternatives: readonly FileAlternative[]): Unknown {
  const before = digest(JSON.stringify(alternatives.map(alternativeKey)));
  return {
    key: `${path} edited ${at.file} ${before}`,
    why: [`${path} is edited in place by the task at ${at.file}:${at.line}`],
  };
}

function alternativeKey({ conditions, text }: FileAlternative): readonly unknown[] {
  return [
    conditions.map(({ unknown, holds }) => [unknown.key, holds]),
    text.text,
    [...text.unknowns].map(([id, unknown]) => [id, unknown.key]),
  ];
}

type Read = ExtractedFlags & Readonly<{ startsKubelet: boolean }>;

function read(chosen: readonly (readonly [FileState, FileAlternative | null])[]): Read {
  const present = chosen.flatMap(([state, alternative]) => (alternative ? [{ state, text: alternative.text }] : []));
  const sources = present
    .filter(({ state }) => state.kind === 'kubelet-flags')
    .map(({ state, text }) => ({ path: pathOf(state.dest), text }));
  const kubeadm = present.filter(({ state }) => state.kind === 'kubeadm').flatMap(({ text }) => kubeletExtraArgs(text));
  return { ...extractFlags(sources, kubeadm), startsKubelet: present.length > 0 };
}

function merge(variants: readonly Variant[], unseen: Unknown | null): readonly Flag[] {
  const names = new Set(variants.flatMap(({ flags }) => flags.map(flag => flag.name)));
  return [...names].flatMap(name => {
    const given = variants.map(({ flags }) => flags.filter(flag => flag.name === name));
    const shown = given.map(flags => flags.map(valueText).join('\0'));
    if (new Set(shown).size === 1 && !unseen) return given[0] ?? [];
    const deciding = decidingConditions(variants, shown);
    const why = [...deciding.flatMap(unknown => unknown.why), ...(unseen?.why ?? [])];
    const key = `${answersText(variants, shown)}${unseen ? `|${unseen.key}` : ''}`;
    const origins = given.flat().flatMap(flag => flag.value.origins);
    const unknown = { key, why: why.length > 0 ? [...new Set(why)].slice(0, 6) : ['an unknown condition'] };
    return [{ name, value: { value: { known: false, unknown }, origins: [...new Set(origins)] } }];
  });
}

function valueText({ value }: Flag): string {
  return value.value.known ? value.value.json : `⟨${value.value.unknown.key}⟩`;
}
