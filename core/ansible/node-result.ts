import type { Minor } from '../kubelet/types.ts';
import type { Problem } from '../source/problem.ts';
import type { DistributionDefault } from './distribution-defaults.ts';
import { isGovernedName } from './file-kind.ts';
import { kubeconfigModeProblem } from './file-mode.ts';
import { type FileState, fileStates, pathOf } from './file-states.ts';
import type { RunResult } from './host-run.ts';
import { kubeletResult, type LoadKubelet } from './kubelet-result.ts';
import { type CandidateText, type ConfigCandidate, chosenCandidates, configCandidates } from './kubelet-starts.ts';
import { type NodeFlags, nodeFlags } from './node-flags.ts';
import { renderedProblems } from './rendered-problems.ts';
import { notEvaluated } from './repository.ts';
import { isSupporting, isWholeFile } from './supporting-files.ts';
import { sysctlsOf } from './sysctls.ts';
import type { NodeFile, NodeGroup } from './types.ts';

/** What is the same for the kubelets of all nodes. */
export type Kubelets = Readonly<{
  /** What a kubelet does with a configuration; must be deterministic. */
  load: LoadKubelet;
  /** What kubeadm writes into the kubelet's file where the repository gives it none; null when that is not known. */
  plainInit: readonly DistributionDefault[] | null;
}>;

/** A node group before it has hosts; `label` tells apart what one assumed node may be. */
export type NodeResult = Omit<NodeGroup, 'name' | 'hosts' | 'roles'> & Readonly<{ label: string | null }>;

/**
 * What the tasks of one host amount to: files, flags and what the kubelet makes of them. With `apart`, configurations
 * the kubelet may read make a result each (an assumed node may be of any kind); else they are alternatives of one.
 *
 * @param cluster what a node that joins takes from the cluster
 */
export function nodeResults(
  run: RunResult,
  minor: Minor,
  { load, plainInit }: Kubelets,
  apart: boolean,
  cluster: readonly CandidateText[] = [],
): readonly NodeResult[] {
  const states = fileStates(run.writes);
  const flags = nodeFlags(states);
  const candidates = chosenCandidates(configCandidates(states, plainInit, cluster), flags);
  if (!apart || candidates.length < 2) return [result(run, states, flags, candidates, null, minor, load)];
  return candidates.map(candidate => {
    const others = new Set(candidates.filter(one => one !== candidate).map(one => one.state));
    const own = states.filter(state => !others.has(state));
    const label = candidate.state.task.role || candidate.state.source || candidate.path;
    return result(run, own, nodeFlags(own), [candidate], label, minor, load);
  });
}

function result(
  run: RunResult,
  states: readonly FileState[],
  flags: NodeFlags,
  candidates: readonly ConfigCandidate[],
  label: string | null,
  minor: Minor,
  load: LoadKubelet,
): NodeResult {
  const governed = states.filter(state => !isSupporting(state) || isGovernedName(pathOf(state.dest)));
  const made = new Map(states.map(state => [state, nodeFile(state)]));
  const filesOf = (some: readonly FileState[]) => some.flatMap(state => made.get(state) ?? []);
  const { kubelet, alternatives, provenance } = kubeletResult(candidates, states, flags, minor, load);
  return {
    label,
    files: filesOf(governed),
    supporting: filesOf(states.filter(state => isSupporting(state) && isWholeFile(pathOf(state.dest)))),
    sysctls: sysctlsOf(states),
    flags: [...flags.flags, ...flags.options],
    ...(flags.unseen ? { unseenFlags: flags.unseen } : {}),
    kubelet,
    kubeletAlternatives: alternatives,
    provenance,
    steps: run.steps,
    problems: [
      ...run.problems,
      ...governed.flatMap(stateProblems),
      ...(flags.rancher ? [kubeconfigModeProblem(flags.rancher)].filter(problem => problem !== null) : []),
      ...flags.unread.map(({ path }) => unreadFlags(states, path)),
    ],
  };
}

function nodeFile(state: FileState): NodeFile {
  const { dest, kind, source, variable, task, alternatives, mode, owner, group, when, truncated, problem } = state;
  return {
    dest,
    kind,
    source,
    variable: variable?.name ?? null,
    task,
    text: alternatives[0]?.text ?? null,
    alternatives,
    truncated,
    mode,
    owner,
    group,
    when,
    fails: problem?.code.startsWith('template-') ? problem : null,
  };
}

function stateProblems(state: FileState): readonly Problem[] {
  return [...(state.problem ? [state.problem] : []), ...state.failures, ...renderedProblems(state)];
}

function unreadFlags(states: readonly FileState[], path: string): Problem {
  const state = states.find(one => pathOf(one.dest) === path);
  const file = state?.source ?? state?.task.file ?? path;
  return notEvaluated(
    file,
    state?.source ? 0 : (state?.task.line ?? 0),
    `${path} starts the kubelet through a command the gate cannot take apart; its flags are not evaluated.`,
  );
}
