import type {
  EffectiveValue,
  KubeletInput,
  KubeletProblem,
  KubeletText,
  KubeletVerdict,
  Minor,
} from '../kubelet/types.ts';
import { hasOriginAt, type Origin, originsAt, type RenderedText, UNKNOWN_TOKEN, type Unknown } from '../source/rope.ts';
import { type ConfigLayer, configLayers } from './config-layers.ts';
import { coverAll } from './deciding.ts';
import { distributionFlags, rancherDefaults, withDistribution } from './distribution-defaults.ts';
import type { LostLine } from './edits/lost-lines.ts';
import type { FileState } from './file-states.ts';
import type { Flag } from './kubelet-flags.ts';
import {
  type ConfigCandidate,
  type KubeletStart,
  type Named,
  overlaid,
  startsDigest,
  startsOf,
} from './kubelet-starts.ts';
import { mergeVerdicts } from './merge-verdicts.ts';
import type { NodeFlags } from './node-flags.ts';
import type { KubeletAlternative } from './types.ts';

/** Configurations the kubelet is asked about, at most. */
const MAX_ALTERNATIVES = 160;

export type LoadKubelet = (input: KubeletInput) => KubeletVerdict;

/** What the kubelet of a host makes of its files, merged over every alternative. */
export type KubeletResult = Readonly<{
  kubelet: KubeletVerdict | null;
  alternatives: readonly KubeletAlternative[];
  provenance: ReadonlyMap<string, readonly Origin[]>;
}>;

/**
 * Asks the kubelet about every alternative of the configuration it may read, with the host's flags and the files laid
 * over it. `load` must be deterministic; equal inputs are asked once.
 */
export function kubeletResult(
  candidates: readonly ConfigCandidate[],
  states: readonly FileState[],
  command: NodeFlags,
  minor: Minor,
  load: LoadKubelet,
): KubeletResult {
  const { flags, rancher } = command;
  const layers = configLayers(states, flags, rancher, command.hasCommand);
  const starts = overlaid(startsOf(candidates, command), layers);
  const own = rancher ? rancherDefaults(rancher) : (command.openShift?.defaults ?? []);
  const kubeletFlags = [
    ...flags.map(({ name, value }) => ({ name, value: value.value.known ? value.value.json : value.value.unknown })),
    ...distributionFlags(own, flags, minor),
  ];
  const provenance = new Map<string, readonly Origin[]>();
  const alternatives = starts.slice(0, MAX_ALTERNATIVES).map((start): KubeletAlternative => {
    const { conditions, config, dropIns, lost, defaults } = start;
    const answer = loadThroughRefusedFlags(
      {
        minor,
        ...(config ? { config: kubeletText(config) } : {}),
        dropIns: dropIns.map(kubeletText),
        flags: kubeletFlags,
      },
      load,
    );
    const verdict = withDistribution(unwrittenApart(ownFlagsApart(answer, flags.length), config), [
      ...own,
      ...defaults,
    ]);
    addProvenance(provenance, verdict, config, dropIns, flags);
    addLost(provenance, verdict, lost);
    return { conditions, verdict };
  });
  const unasked = [
    notAsked(starts.slice(MAX_ALTERNATIVES), layers),
    notToldApart(alternatives, starts, layers),
    command.unseen,
  ];
  return { kubelet: mergeVerdicts(alternatives, allOf(unasked)), alternatives, provenance };
}

/** Values of flags the distribution added behind those that somebody wrote are the distribution's. */
function ownFlagsApart(verdict: KubeletVerdict, written: number): KubeletVerdict {
  const added = ({ at }: EffectiveValue): boolean => at?.in === 'flags' && at.span.start >= written;
  if (![...verdict.values.values()].some(added)) return verdict;
  const values = [...verdict.values].map(([path, value]): [string, EffectiveValue] => [
    path,
    added(value) ? { value: value.value, from: 'distribution' } : value,
  ]);
  return { ...verdict, values: new Map(values) };
}

/** Values in the configuration that stand nowhere in the repository are those of the program that writes the file. */
function unwrittenApart(verdict: KubeletVerdict, config: Named | null): KubeletVerdict {
  if (!config) return verdict;
  const values = [...verdict.values].map(([path, value]): [string, EffectiveValue] => {
    const { at } = value;
    const unwritten = at?.in === 'config' && value.value.known && !hasOriginAt(config.text, at.span.start, at.span.end);
    return [path, unwritten ? { value: value.value, from: 'distribution' } : value];
  });
  return { ...verdict, values: new Map(values) };
}

function allOf(unknowns: readonly (Unknown | null)[]): Unknown | null {
  const [first, ...others] = unknowns.filter(unknown => unknown !== null);
  return others.reduce<Unknown | null>(
    (all, { key, why }) => all && { key: `${all.key} and ${key}`, why: [...all.why, ...why] },
    first ?? null,
  );
}

const TOO_MANY = 'more unknown conditions decide the kubelet configuration than the gate tries out';

/** Configurations the kubelet was not asked about. */
function notAsked(starts: readonly KubeletStart[], layers: readonly ConfigLayer[]): Unknown | null {
  if (starts.length === 0) return null;
  return { key: `${starts.length} more configurations ${startsDigest(starts, layers)}`, why: [TOO_MANY] };
}

/**
 * Parts of a text that were tried one at a time say nothing of each other where one of them keeps the kubelet from
 * having a configuration at all.
 */
function notToldApart(
  alternatives: readonly KubeletAlternative[],
  starts: readonly KubeletStart[],
  layers: readonly ConfigLayer[],
): Unknown | null {
  const refused = alternatives.filter(({ verdict }) => verdict.values.size === 0);
  if (refused.length === 0 || refused.length === alternatives.length || coverAll(alternatives)) return null;
  return { key: `configurations that are refused ${startsDigest(starts, layers)}`, why: [TOO_MANY] };
}

function kubeletText({ name, text }: Named): KubeletText {
  return { name, text: text.text, unknowns: text.unknowns };
}

/**
 * A kubelet that refuses a flag, or a feature gate a flag names, never gets to a configuration; what the configuration
 * says still matters to the reader, so it is asked again without what it refuses. The refusal stands.
 */
function loadThroughRefusedFlags(input: KubeletInput, load: LoadKubelet): KubeletVerdict {
  const first = load(input);
  let verdict = first;
  let kept = input.flags.map((flag, index) => ({ flag, index }));
  const problems = [...first.problems];
  while (verdict.accepted === false && (verdict.stage === 'flags' || verdict.stage === 'featureGates')) {
    const refused = new Set(
      verdict.problems.filter(problem => problem.in === 'flags').map(problem => problem.span?.start),
    );
    const rest = kept.filter((_, index) => !refused.has(index));
    if (rest.length === kept.length) break;
    kept = rest;
    const asked = kept;
    verdict = load({ ...input, flags: asked.map(({ flag }) => flag) });
    problems.push(...verdict.problems.map(problem => atFlag(problem, asked)));
  }
  if (verdict === first) return first;
  const values = [...verdict.values].map(([path, value]): [string, EffectiveValue] => {
    const index = value.at?.in === 'flags' ? kept[value.at.span.start]?.index : undefined;
    if (index === undefined) return [path, value];
    return [path, { ...value, at: { in: 'flags', span: { start: index, end: index + 1 } } }];
  });
  return { ...first, values: new Map(values), open: verdict.open, problems };
}

/** A problem of a shorter command line, with its span on the whole one. */
function atFlag(problem: KubeletProblem, asked: readonly Readonly<{ index: number }>[]): KubeletProblem {
  const index = problem.in === 'flags' && problem.span ? asked[problem.span.start]?.index : undefined;
  return index === undefined ? problem : { ...problem, span: { start: index, end: index + 1 } };
}

const ORDER = { variable: 0, template: 1, condition: 2 } as const;

/** Variable, then template, then condition, each once. */
export function bestFirst(origins: readonly Origin[]): readonly Origin[] {
  if (origins.length < 2) return origins;
  const unique = new Map(origins.map(one => [`${one.kind}\0${one.file}\0${one.line}`, one]));
  return [...unique.values()].sort((a, b) => ORDER[a.kind] - ORDER[b.kind]);
}

function addProvenance(
  provenance: Map<string, readonly Origin[]>,
  verdict: KubeletVerdict,
  config: Named | null,
  dropIns: readonly Named[],
  flags: readonly Flag[],
): void {
  const texts = new Map(dropIns.map(({ name, text }) => [name, text]));
  if (config) texts.set('config', config.text);
  const add = (path: string, origins: readonly Origin[]): void => {
    if (origins.length > 0) provenance.set(path, bestFirst([...(provenance.get(path) ?? []), ...origins]));
  };
  for (const [path, { at }] of verdict.values) {
    if (!at) continue;
    const text = texts.get(at.in);
    if (at.in === 'flags') add(path, flags[at.span.start]?.value.origins ?? []);
    else if (text) add(path, originsAt(text, at.span.start, at.span.end));
  }
  for (const [path, unknown] of verdict.open) {
    for (const text of texts.values()) add(path, originsOfUnknown(text, unknown));
  }
}

/** A field that is left to its default because an edit took its line away comes from that edit. */
function addLost(
  provenance: Map<string, readonly Origin[]>,
  { values }: KubeletVerdict,
  lost: readonly LostLine[],
): void {
  if (lost.length === 0) return;
  for (const [path, { at }] of values) {
    const key = path.slice(path.lastIndexOf('.') + 1);
    const origins = at ? [] : lost.filter(({ text }) => text.includes(key)).map(({ origin }) => origin);
    if (origins.length > 0) provenance.set(path, bestFirst([...(provenance.get(path) ?? []), ...origins]));
  }
}

function originsOfUnknown(text: RenderedText, unknown: Unknown): readonly Origin[] {
  return [...text.text.matchAll(UNKNOWN_TOKEN)]
    .filter(match => text.unknowns.get(match[1] ?? '')?.key === unknown.key)
    .flatMap(match => originsAt(text, match.index, match.index + match[0].length));
}
