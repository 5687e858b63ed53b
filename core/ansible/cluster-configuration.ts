import { type RenderedText, UNKNOWN_TOKEN, type Unknown } from '../source/rope.ts';
import { fileStates } from './file-states.ts';
import type { RunResult } from './host-run.ts';
import { joinsCluster } from './kubeadm-file.ts';
import { type CandidateText, configCandidates } from './kubelet-starts.ts';
import type { Condition } from './types.ts';

/** Hosts with different configurations that are told apart as the one that may have made the cluster. */
const MAX_CLUSTERS = 8;

/**
 * What the ConfigMap `kubelet-config` of the cluster may say: `kubeadm init` puts the KubeletConfiguration of its file
 * there, and a node that joins takes it from there, whatever stands in a file of its own (kubeadm
 * `runKubeletStartJoinPhase`). Edits and patches of the first node's own file are not in it. Empty when no host of the
 * inventory has a file for `kubeadm init`, or too many different ones.
 *
 * @param runs of every host of the inventory
 */
export function clusterConfiguration(runs: ReadonlyMap<string, RunResult>): readonly CandidateText[] {
  if (!somebodyJoins(runs.values())) return [];
  const found = new Map<string, Readonly<{ host: string; texts: readonly CandidateText[] }>>();
  const seen = new Set<RunResult>();
  for (const [host, run] of runs) {
    if (seen.has(run)) continue;
    seen.add(run);
    const texts = madeBy(run, host);
    const key = JSON.stringify(texts.map(textKey));
    if (texts.length > 0 && !found.has(key)) found.set(key, { host, texts });
  }
  if (found.size > MAX_CLUSTERS) return [];
  const all = [...found.values()];
  if (all.length === 1) return all[0]?.texts ?? [];
  return all.flatMap(({ host, texts }) => {
    const first: Condition = {
      unknown: { key: `cluster made by ${host}`, why: [`whether ${host} made the cluster the node joins`] },
      holds: true,
    };
    return texts.map(one => ({ ...one, conditions: [first, ...one.conditions] }));
  });
}

function somebodyJoins(runs: Iterable<RunResult>): boolean {
  return [...new Set(runs)].some(({ writes }) =>
    writes.some(({ alternatives }) => alternatives.some(({ text }) => joinsCluster(text))),
  );
}

function madeBy({ writes }: RunResult, host: string): readonly CandidateText[] {
  if (!writes.some(({ alternatives }) => alternatives.some(({ text }) => text.text.includes('kubeadm.k8s.io/'))))
    return [];
  const states = fileStates(writes).filter(({ kind }) => kind === 'kubeadm');
  return configCandidates(states, null).flatMap(({ texts }) => texts.map(one => ofHost(one, host)));
}

/** Unknown parts are those of the host that makes the cluster, not of the one that joins. */
function ofHost({ conditions, text, defaults }: CandidateText, host: string): CandidateText {
  return {
    conditions: conditions.map(({ unknown, holds }) => ({ unknown: unknownOf(unknown, host), holds })),
    text: text && {
      ...text,
      unknowns: new Map([...text.unknowns].map(([id, unknown]) => [id, unknownOf(unknown, host)])),
    },
    defaults,
  };
}

function unknownOf({ key, why }: Unknown, host: string): Unknown {
  return { key: `${key} of ${host}`, why: why.map(reason => `${reason} of ${host}`) };
}

/** Without which host it is of: the same template on several is one configuration unless something in it is unknown. */
function textKey({ conditions, text, defaults }: CandidateText): unknown {
  return [conditions.map(({ unknown, holds }) => [unknown.key, holds]), text && shownText(text), defaults];
}

function shownText({ text, unknowns }: RenderedText): string {
  return text.replace(UNKNOWN_TOKEN, (token, id: string) => unknowns.get(id)?.key ?? token);
}
