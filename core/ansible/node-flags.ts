import { UNKNOWN_TOKEN, type Unknown } from '../source/rope.ts';
import { answersText, decidingConditions } from './deciding.ts';
import { editedSomehowIn, hasUnseenLines } from './edits/apply-edit.ts';
import type { FileState } from './file-states.ts';
import { pathOf } from './file-states.ts';
import { kubeletExtraArgs } from './kubeadm-file.ts';
import { type ExtractedFlags, extractFlags, type Flag, type FlagSource } from './kubelet-flags.ts';
import type { OpenShiftNode } from './openshift-node.ts';
import { ownOptions, type Rancher } from './rancher.ts';
import type { Condition, FileAlternative } from './types.ts';
import { conditionOf } from './unknown-conditions.ts';
import { digest } from './value.ts';

/** Variants of the command line tried out when files that make it have alternatives. */
const MAX_VARIANTS = 256;

export type NodeFlags = Readonly<{
  flags: readonly Flag[];
  /** Settings of rke2 itself that a kubelet runs by, under their names without dashes: its `profile`. */
  options: readonly Flag[];
  /**
   * Whether a service that starts the kubelet is among the files, and no file of the command line has lines nobody can
   * see: then these are all its flags.
   */
  hasCommand: boolean;
  /** k3s or rke2, when one of them runs the kubelet. */
  rancher: Rancher | null;
  /** OpenShift 3, when it runs the kubelet. */
  openShift: OpenShiftNode | null;
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
    const { flags, options, open } = read(instead);
    return { flags, options, open, conditions: instead.flatMap(conditionsOf) };
  });
  const usual: Variant = { ...first, conditions: chosen.flatMap(conditionsOf) };
  const open = [usual, ...variants].find(variant => variant.open !== null)?.open ?? null;
  const unseen = open ?? unseenOf(sources, others.slice(MAX_VARIANTS));
  const { rancher, openShift, startsKubelet, unread } = first;
  const hasCommand = first.hasCommand && !sources.some(isPartlySeen);
  const all = [usual, ...variants];
  const options = merge(
    all.map(({ options, conditions }) => ({ flags: options, conditions })),
    null,
  );
  return { flags: merge(all, unseen), options, hasCommand, rancher, openShift, startsKubelet, unread, unseen };
}

function isPartlySeen({ alternatives }: FileState): boolean {
  return alternatives.some(({ text }) => hasUnseenLines(text));
}

type Variant = Readonly<{
  flags: readonly Flag[];
  options: readonly Flag[];
  open: Unknown | null;
  conditions: readonly Condition[];
}>;
type Other = Readonly<{ source: FileState; other: FileAlternative | null }>;

/** Conditions under which a file has this text, or is not there. */
function conditionsOf([state, alternative]: readonly [FileState, FileAlternative | null]): readonly Condition[] {
  const written = state.when ? [conditionOf(state.when, alternative !== null)] : [];
  return [...written, ...(alternative?.conditions ?? [])];
}

/**
 * What the command line may hold that nobody looked at: files that may say anything, and alternatives past the limit.
 * A file of the distribution that tasks edit is not seen either, but no less than one they leave alone.
 */
function unseenOf(sources: readonly FileState[], skipped: readonly Other[]): Unknown | null {
  for (const { alternatives } of sources) {
    for (const { text } of alternatives) {
      const somehow = editedSomehowIn(text);
      if (somehow) return somehow;
      const [unknown] = [...text.unknowns.values()];
      if (unknown && !hasUnseenLines(text) && text.text.replace(UNKNOWN_TOKEN, '').trim() === '') return unknown;
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

type Read = ExtractedFlags & Readonly<{ options: readonly Flag[]; startsKubelet: boolean }>;

function read(chosen: readonly (readonly [FileState, FileAlternative | null])[]): Read {
  const present = chosen.flatMap(([state, alternative]) => (alternative ? [{ state, text: alternative.text }] : []));
  const sources = present
    .filter(({ state }) => state.kind === 'kubelet-flags')
    .map(({ state, text }) => ({ path: landsAt(state), text }));
  const kubeadm = present.filter(({ state }) => state.kind === 'kubeadm').flatMap(({ text }) => kubeletExtraArgs(text));
  const extracted = extractFlags(sources, kubeadm);
  const options = extracted.rancher ? ownOptions(extracted.rancher) : [];
  return { ...extracted, options, startsKubelet: present.length > 0 };
}

/** Where a file lands; when that is unknown its source stands for it: what it is called tells a unit from a drop-in. */
function landsAt({ dest, source, variable }: FileState): string {
  return dest.value.known ? dest.value.json : (variable?.standsAt ?? source ?? dest.value.unknown.key);
}

function merge(variants: readonly Pick<Variant, 'flags' | 'conditions'>[], unseen: Unknown | null): readonly Flag[] {
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
