import { type Origin, type RenderedText, unknownToken } from '../source/rope.ts';
import { type ConfigLayer, patchesOf } from './config-layers.ts';
import type { DistributionDefault } from './distribution-defaults.ts';
import { documentOfKind } from './documents.ts';
import { hasUnseenLines } from './edits/apply-edit.ts';
import { editedKubeadmConfig } from './edits/kubeadm-config.ts';
import type { LostLine } from './edits/lost-lines.ts';
import { type FileState, pathOf } from './file-states.ts';
import { defaultsOf, joinsCluster, makesKubeletConfiguration } from './kubeadm-file.ts';
import { HEADER } from './kubelet-header.ts';
import type { NodeFlags } from './node-flags.ts';
import { literalText } from './rendered-text.ts';
import type { Condition, FileAlternative } from './types.ts';
import { conditionOf, contradict } from './unknown-conditions.ts';
import { digest } from './value.ts';

/** A file that may be the kubelet's --config; `path` is where the kubelet reads it. */
export type ConfigCandidate = Readonly<{
  path: string;
  state: FileState;
  texts: readonly CandidateText[];
}>;

/** One text a candidate may have; `defaults` are what kubeadm fills in beside it. */
export type CandidateText = Readonly<{
  conditions: readonly Condition[];
  text: RenderedText | null;
  defaults: readonly DistributionDefault[];
}>;

/** Where kubeadm puts the KubeletConfiguration it is given. */
const KUBEADM_CONFIG = '/var/lib/kubelet/config.yaml';

/**
 * Files that hold a KubeletConfiguration, or may. A file for `kubeadm join` stands for what the cluster's ConfigMap says.
 *
 * @param plainInit what kubeadm writes into its file where the repository gives it none
 * @param cluster what that ConfigMap may say; empty when nobody knows
 */
export function configCandidates(
  states: readonly FileState[],
  plainInit: readonly DistributionDefault[] | null,
  cluster: readonly CandidateText[] = [],
): readonly ConfigCandidate[] {
  const edited = states.find(state => pathOf(state.dest) === KUBEADM_CONFIG && state.unseenEdits.length > 0) ?? null;
  const patches = patchesOf(states);
  const shared = writesConfig(states.filter(state => !patches.includes(state))) ? [] : cluster;
  const candidates = states.flatMap(state => {
    if ((state.kind !== 'KubeletConfiguration' && state.kind !== 'kubeadm') || patches.includes(state)) return [];
    const texts = state.alternatives.flatMap(alternative => textsIn(state, alternative, edited, shared));
    if (texts.every(({ text }) => text === null)) return [];
    const path = state.kind === 'kubeadm' ? KUBEADM_CONFIG : pathOf(state.dest);
    const { when } = state;
    const written = when
      ? texts.map(one => ({ ...one, conditions: [conditionOf(when, true), ...one.conditions] }))
      : texts;
    const skipped = when ? [{ conditions: [conditionOf(when, false)], text: null, defaults: NO_DEFAULTS }] : [];
    return [{ path, state, texts: [...written, ...skipped] }];
  });
  const isMadeByKubeadm = candidates.some(({ state }) => state.kind === 'kubeadm');
  if (isMadeByKubeadm) return candidates.filter(({ state }) => state !== edited);
  if (!edited || !plainInit) return candidates;
  const texts = editedKubeadmConfig(edited, { conditions: [], text: EMPTY, defaults: plainInit });
  return candidates.map(one => (one.state === edited ? { path: KUBEADM_CONFIG, state: edited, texts } : one));
}

/** Whether the tasks themselves put a whole configuration where a node that joins would have the cluster's. */
function writesConfig(states: readonly FileState[]): boolean {
  return states.some(({ kind, unseenEdits }) => kind === 'KubeletConfiguration' && unseenEdits.length === 0);
}

/** What the kubelet reads of one text of a file; `edited` is kubeadm's file where tasks edit it. */
function textsIn(
  state: FileState,
  { conditions, text: written }: FileAlternative,
  edited: FileState | null,
  cluster: readonly CandidateText[],
): readonly CandidateText[] {
  if (state.kind === 'kubeadm' && joinsCluster(written)) {
    const joined = cluster.map(one => ({ ...one, conditions: [...conditions, ...one.conditions] }));
    if (joined.length === 0) return [{ conditions, text: null, defaults: NO_DEFAULTS }];
    return joined.flatMap(({ text, ...one }): readonly CandidateText[] =>
      text && edited ? editedKubeadmConfig(edited, { ...one, text }) : [{ ...one, text }],
    );
  }
  const { text, defaults } = documentIn(state, written);
  if (state.kind !== 'kubeadm' || text === null || edited === null) return [{ conditions, text, defaults }];
  return editedKubeadmConfig(edited, { conditions, text, defaults });
}

const NO_DEFAULTS: readonly DistributionDefault[] = [];
/** A configuration in which nothing is set. */
const EMPTY = literalText(HEADER);

/** The KubeletConfiguration a file holds, or may hold in lines nobody can see, or that kubeadm makes of it. */
function documentIn(state: FileState, text: RenderedText): Omit<CandidateText, 'conditions'> {
  const written = documentOfKind(text, 'KubeletConfiguration');
  if (state.kind !== 'kubeadm') return { text: written ?? (hasUnseenLines(text) ? text : null), defaults: NO_DEFAULTS };
  const made = written ?? (makesKubeletConfiguration(text) ? EMPTY : null);
  return { text: made, defaults: made ? defaultsOf(text) : NO_DEFAULTS };
}

/**
 * The candidates the kubelet may read: the one --config names, else all of them. The kubelet in k3s, rke2 and
 * OpenShift 3 reads none that it is not told of.
 */
export function chosenCandidates(
  candidates: readonly ConfigCandidate[],
  { flags, rancher, openShift }: Pick<NodeFlags, 'flags' | 'rancher' | 'openShift'>,
): readonly ConfigCandidate[] {
  const named = flags.findLast(flag => flag.name === '--config')?.value.value;
  if (!named?.known) return (rancher || openShift) && !named ? [] : candidates;
  const match = candidates.filter(candidate => candidate.path === named.json);
  return match.length > 0 ? match : candidates.filter(candidate => !candidate.path.startsWith('/'));
}

/** One configuration the kubelet may start with, and when. */
export type KubeletStart = Readonly<{
  conditions: readonly Condition[];
  config: Named | null;
  dropIns: readonly Named[];
  /** Lines that edits took out of the configuration and of what is laid over it. */
  lost: readonly LostLine[];
  defaults: readonly DistributionDefault[];
}>;
export type Named = Readonly<{ name: string; text: RenderedText }>;

/** Every configuration the kubelet may start with, before layers. */
export function startsOf(
  candidates: readonly ConfigCandidate[],
  { flags, hasCommand, startsKubelet, rancher, openShift }: NodeFlags,
): readonly KubeletStart[] {
  if (candidates.length === 0) {
    if (!startsKubelet) return [];
    const named = flags.some(flag => flag.name === '--config');
    const config =
      named || !hasCommand
        ? absentConfig('the kubelet configuration file is not in this repository', flags.at(-1)?.value.origins)
        : null;
    return [
      {
        conditions: [],
        config: (rancher || openShift) && !named ? { name: 'config', text: EMPTY } : config,
        dropIns: [],
        lost: [],
        defaults: NO_DEFAULTS,
      },
    ];
  }
  return candidates.flatMap(candidate =>
    candidate.texts.map(({ conditions, text, defaults }): KubeletStart => {
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
        dropIns: [],
        lost: candidate.state.lost,
        defaults,
      };
    }),
  );
}

/** Combinations of alternatives that are made before what is left over counts as one that nobody looked at. */
const MAX_COMBINATIONS = 640;

/** Every input with every text each layer may have; combinations whose conditions contradict each other are left out. */
export function overlaid(inputs: readonly KubeletStart[], layers: readonly ConfigLayer[]): readonly KubeletStart[] {
  let combined = inputs;
  for (const { path, texts, over, lost } of layers) {
    const next = combined.flatMap(input =>
      (texts.length > 0 ? texts : [{ conditions: [], text: null }]).flatMap(({ conditions, text }): KubeletStart[] => {
        if (contradict(input.conditions, conditions)) return [];
        const before = [...(input.config ? [input.config.text] : []), ...input.dropIns.map(one => one.text)];
        const made = text && over(text, before);
        const named = made ? [...input.dropIns, { name: path, text: made }] : input.dropIns;
        const joined = [...input.conditions, ...conditions];
        return [{ ...input, conditions: joined, dropIns: named, lost: [...input.lost, ...lost] }];
      }),
    );
    combined = next.slice(0, MAX_COMBINATIONS);
  }
  return combined;
}

/** A configuration nobody can see from Git: any key may be set in it. */
function absentConfig(why: string, origins: readonly Origin[] = []): Named {
  const id = 'c0f1a6e0';
  const text = unknownToken(id);
  return {
    name: 'config',
    text: {
      text,
      segments: [{ length: text.length, origins }],
      unknowns: new Map([[id, { key: why, why: [why] }]]),
    },
  };
}

/** Equal exactly when everything in the configurations and layers is, and the conditions they stand under. */
export function startsDigest(starts: readonly KubeletStart[], layers: readonly ConfigLayer[]): string {
  const textKey = (text: RenderedText | null) =>
    text && [text.text, [...text.unknowns].map(([id, unknown]) => [id, unknown.key])];
  const conditionKey = (conditions: readonly Condition[]) =>
    conditions.map(({ unknown, holds }) => [unknown.key, holds]);
  const texts = [
    starts.map(({ conditions, config }) => [conditionKey(conditions), config?.name, textKey(config?.text ?? null)]),
    layers.map(layer => [
      layer.path,
      layer.texts.map(({ conditions, text }) => [conditionKey(conditions), textKey(text)]),
    ]),
  ];
  return digest(JSON.stringify(texts));
}
