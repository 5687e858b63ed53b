import { posix } from 'node:path';
import type { EffectiveValue, KubeletInput, KubeletText, KubeletVerdict, Minor } from '../kubelet/types.ts';
import {
  type Origin,
  originsAt,
  type RenderedText,
  UNKNOWN_TOKEN,
  type Unknown,
  unknownToken,
} from '../source/rope.ts';
import { coverAll } from './deciding.ts';
import { documentOfKind } from './documents.ts';
import { type FileState, pathOf } from './file-states.ts';
import type { Flag } from './kubelet-flags.ts';
import { mergeVerdicts } from './merge-verdicts.ts';
import type { NodeFlags } from './node-flags.ts';
import type { Place } from './repository.ts';
import type { Condition, KubeletAlternative } from './types.ts';
import { digest } from './value.ts';

export type LoadKubelet = (input: KubeletInput) => KubeletVerdict;

/** What the kubelet of a host makes of its files, merged over every alternative. */
export type KubeletResult = Readonly<{
  kubelet: KubeletVerdict | null;
  alternatives: readonly KubeletAlternative[];
  provenance: ReadonlyMap<string, readonly Origin[]>;
}>;

/** A file that may be the kubelet's --config; `path` is where the kubelet reads it. */
export type ConfigCandidate = Readonly<{
  path: string;
  state: FileState;
  editedBy: Place | null;
  texts: readonly Readonly<{ conditions: readonly Condition[]; text: RenderedText | null }>[];
}>;

/** Where kubeadm puts the KubeletConfiguration it is given. */
const KUBEADM_CONFIG = '/var/lib/kubelet/config.yaml';
const MAX_ALTERNATIVES = 160;

/** Files that hold a KubeletConfiguration, or may. */
export function configCandidates(states: readonly FileState[]): readonly ConfigCandidate[] {
  const editedBy = states.find(state => pathOf(state.dest) === KUBEADM_CONFIG)?.editedBy ?? null;
  return states.flatMap(state => {
    if (state.kind !== 'KubeletConfiguration' && state.kind !== 'kubeadm') return [];
    const texts = state.alternatives.map(({ conditions, text }) => ({
      conditions,
      text: documentOfKind(text, 'KubeletConfiguration'),
    }));
    if (texts.every(({ text }) => text === null)) return [];
    const path = state.kind === 'kubeadm' ? KUBEADM_CONFIG : pathOf(state.dest);
    const written = state.when
      ? texts.map(one => ({ ...one, conditions: [{ unknown: state.when as Unknown, holds: true }, ...one.conditions] }))
      : texts;
    const skipped = state.when ? [{ conditions: [{ unknown: state.when, holds: false }], text: null }] : [];
    return [
      { path, state, editedBy: state.kind === 'kubeadm' ? editedBy : state.editedBy, texts: [...written, ...skipped] },
    ];
  });
}

/** The candidates the kubelet may read: the one --config names, else all of them. */
export function chosenCandidates(
  candidates: readonly ConfigCandidate[],
  flags: readonly Flag[],
): readonly ConfigCandidate[] {
  const named = flags.findLast(flag => flag.name === '--config')?.value.value;
  if (!named?.known) return candidates;
  const match = candidates.filter(candidate => candidate.path === named.json);
  return match.length > 0 ? match : candidates.filter(candidate => !candidate.path.startsWith('/'));
}

type Input = Readonly<{ conditions: readonly Condition[]; config: Named | null; editedBy: Place | null }>;
type Named = Readonly<{ name: string; text: RenderedText }>;

/**
 * Asks the kubelet about every alternative of the configuration it may read with the host's flags and drop-ins.
 * `load` must be deterministic; equal inputs are asked once.
 */
export function kubeletResult(
  candidates: readonly ConfigCandidate[],
  states: readonly FileState[],
  { flags, hasUnit, startsKubelet, unseen: flagsUnseen }: NodeFlags,
  minor: Minor,
  load: LoadKubelet,
): KubeletResult {
  const dropIns = dropInsOf(states, flags);
  const inputs = inputsOf(candidates, flags, hasUnit, startsKubelet);
  const kubeletFlags = flags.map(({ name, value }) => ({
    name,
    value: value.value.known ? value.value.json : value.value.unknown,
  }));
  const provenance = new Map<string, readonly Origin[]>();
  const alternatives = inputs.slice(0, MAX_ALTERNATIVES).map(({ conditions, config, editedBy }): KubeletAlternative => {
    const input: KubeletInput = {
      minor,
      ...(config ? { config: kubeletText(config) } : {}),
      dropIns: dropIns.map(kubeletText),
      flags: kubeletFlags,
    };
    const verdict = loadThroughRefusedFlags(input, load);
    addProvenance(provenance, verdict, config, dropIns, flags);
    return { conditions, verdict: editedBy ? edited(verdict, editedBy) : verdict };
  });
  const unseen = [notAsked(inputs.slice(MAX_ALTERNATIVES)), notToldApart(alternatives, inputs), flagsUnseen];
  return { kubelet: mergeVerdicts(alternatives, allOf(unseen)), alternatives, provenance };
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
function notAsked(inputs: readonly Input[]): Unknown | null {
  if (inputs.length === 0) return null;
  return { key: `${inputs.length} more configurations ${inputsDigest(inputs)}`, why: [TOO_MANY] };
}

/**
 * Parts of a text that were tried one at a time say nothing of each other where one of them keeps the kubelet from
 * having a configuration at all.
 */
function notToldApart(alternatives: readonly KubeletAlternative[], inputs: readonly Input[]): Unknown | null {
  const refused = alternatives.filter(({ verdict }) => verdict.values.size === 0);
  if (refused.length === 0 || refused.length === alternatives.length || coverAll(alternatives)) return null;
  return { key: `configurations that are refused ${inputsDigest(inputs)}`, why: [TOO_MANY] };
}

/** Equal exactly when everything in the configurations is, and the conditions they stand under. */
function inputsDigest(inputs: readonly Input[]): string {
  const texts = inputs.map(({ conditions, config }) => [
    conditions.map(({ unknown, holds }) => [unknown.key, holds]),
    config?.name,
    config?.text.text,
    [...(config?.text.unknowns ?? [])].map(([id, unknown]) => [id, unknown.key]),
  ]);
  return digest(JSON.stringify(texts));
}

function inputsOf(
  candidates: readonly ConfigCandidate[],
  flags: readonly Flag[],
  hasUnit: boolean,
  startsKubelet: boolean,
): readonly Input[] {
  if (candidates.length === 0) {
    if (!startsKubelet) return [];
    const flagsAlone = hasUnit && !flags.some(flag => flag.name === '--config');
    return [
      {
        conditions: [],
        config: flagsAlone ? null : absentConfig('the kubelet configuration file is not in this repository'),
        editedBy: null,
      },
    ];
  }
  return candidates.flatMap(candidate =>
    candidate.texts.map(({ conditions, text }): Input => {
      const choice: readonly Condition[] =
        candidates.length === 1
          ? []
          : [
              {
                unknown: {
                  key: `config file ${candidate.path} ${candidate.state.source ?? ''}`,
                  why: [`whether the kubelet reads ${candidate.state.source ?? candidate.path}`],
                },
                holds: true,
              },
            ];
      return {
        conditions: [...choice, ...conditions],
        config: text
          ? { name: candidate.path, text }
          : absentConfig(`${candidate.path} is not written under this condition`),
        editedBy: candidate.editedBy,
      };
    }),
  );
}

/** A configuration nobody can see from Git: any key may be set in it. */
function absentConfig(why: string): Named {
  const id = 'c0f1a6e0';
  const text = unknownToken(id);
  return {
    name: 'config',
    text: {
      text,
      segments: [{ length: text.length, origins: [] }],
      unknowns: new Map([[id, { key: why, why: [why] }]]),
    },
  };
}

/** `--config-dir` files of the repository, in lexical order. */
function dropInsOf(states: readonly FileState[], flags: readonly Flag[]): readonly Named[] {
  const directory = flags.findLast(flag => flag.name === '--config-dir')?.value.value;
  return states
    .filter(
      state =>
        state.kind === 'drop-in' ||
        (directory?.known && posix.dirname(pathOf(state.dest)) === posix.normalize(directory.json).replace(/\/$/, '')),
    )
    .filter(state => pathOf(state.dest).endsWith('.conf'))
    .sort((a, b) => (pathOf(a.dest) < pathOf(b.dest) ? -1 : 1))
    .flatMap(state => {
      const text = state.alternatives[0]?.text;
      return text ? [{ name: pathOf(state.dest), text }] : [];
    });
}

function kubeletText({ name, text }: Named): KubeletText {
  return { name, text: text.text, unknowns: text.unknowns };
}

/**
 * A kubelet that refuses a flag never gets to its configuration; what the configuration says still matters to the
 * reader, so it is asked again without the refused flags. The refusal stands.
 */
function loadThroughRefusedFlags(input: KubeletInput, load: LoadKubelet): KubeletVerdict {
  const verdict = load(input);
  if (verdict.accepted !== false || verdict.stage !== 'flags') return verdict;
  const refused = new Set(
    verdict.problems.filter(problem => problem.in === 'flags').map(problem => problem.span?.start),
  );
  const kept = input.flags.flatMap((flag, index) => (refused.size > 0 && !refused.has(index) ? [{ flag, index }] : []));
  const rest = load({ ...input, flags: kept.map(({ flag }) => flag) });
  const values = new Map(
    [...rest.values].map(([path, value]): [string, EffectiveValue] => {
      const index = value.at?.in === 'flags' ? kept[value.at.span.start]?.index : undefined;
      return [
        path,
        index === undefined ? value : { ...value, at: { in: 'flags', span: { start: index, end: index + 1 } } },
      ];
    }),
  );
  return { ...verdict, values, open: rest.open, problems: [...verdict.problems, ...rest.problems] };
}

/** Nothing is known of a file that a task edits in place, but a change of what it starts from is a change. */
function edited(verdict: KubeletVerdict, at: Place): KubeletVerdict {
  const why = [`edited in place by the task at ${at.file}:${at.line}`];
  const values = new Map(
    [...verdict.values].map(([path, value]): [string, EffectiveValue] => {
      const text = value.value.known ? JSON.stringify(value.value.json) : value.value.unknown.key;
      return [path, { ...value, value: { known: false, unknown: { key: `edited ${at.file}: ${text}`, why } } }];
    }),
  );
  return { ...verdict, accepted: null, values, open: new Map([['', { key: `edited ${at.file}`, why }]]) };
}

const ORDER = { variable: 0, template: 1, condition: 2 } as const;

/** Variable, then template, then condition, each once. */
export function bestFirst(origins: readonly Origin[]): readonly Origin[] {
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

function originsOfUnknown(text: RenderedText, unknown: Unknown): readonly Origin[] {
  return [...text.text.matchAll(UNKNOWN_TOKEN)]
    .filter(match => text.unknowns.get(match[1] ?? '')?.key === unknown.key)
    .flatMap(match => originsAt(text, match.index, match.index + match[0].length));
}
