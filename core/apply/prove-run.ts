import { type FileHistory, fileHistories } from './file-history.ts';
import type { RunEvent, RunEventOf } from './run-event.ts';
import { eventsOf, type RunReport } from './run-report.ts';
import type {
  ApprovedChange,
  Attestation,
  FileProof,
  HostProof,
  Outcome,
  ProofPolicy,
  RunHistory,
  RunProof,
  Tampering,
} from './types.ts';

/** Paths whose writing must have been shown for approval: what the kubelet reads, by directory or by its last two names. */
const GOVERNED = /\/(?:etc\/kubernetes|etc\/cni|var\/lib\/kubelet)\/|kubelet[^/]*(?:\/[^/]+)?$/;
const DAY_MS = 86_400_000;

/** How a role's name usually tells what it is for. */
export const defaultProofPolicy: ProofPolicy = {
  osRoles: /harden|(?:^|[._-])(?:os|cis|sysctl)(?:$|[._-])/,
  kubeletRoles: /kube/,
  osMaxAgeDays: 30,
};

/**
 * What the record of a run proves, host by host. Nothing is taken for true that the record does not show.
 *
 * @param change the approved change the run's commit belongs to, or null when there is none.
 * @param history what earlier runs left on these hosts.
 */
export function proveRun(
  report: RunReport,
  change: ApprovedChange | null,
  history: RunHistory,
  policy: ProofPolicy = defaultProofPolicy,
): RunProof {
  const { events } = report;
  const start = eventsOf(events, 'run.start')[0];
  const end = eventsOf(events, 'run.end').at(-1);
  const check = start?.data.cli.check === true || end?.data.check === true;
  const plays = eventsOf(events, 'play.start');
  const hosts = [...new Set([...plays.flatMap(({ data }) => data.targets), ...hostsOf(events)])].sort();
  const files = fileHistories(events);
  const refused = end?.data.status === 'refused';
  const run = events[0]?.run ?? '';
  const doubts = refused ? [] : doubtsOf(report, change, check);
  return {
    run,
    state: report.problems.length > 0 ? 'incomplete' : refused ? 'refused' : 'complete',
    check,
    hosts: hosts.map(host => proveHost(host, { events, start, end, check, change, history, policy, files, doubts })),
    tampering: tamperingOf(files, history.attestations),
    rollback: rollbackOf(change?.tree ?? start?.data.git?.tree, history.trees),
    leftOut: [...new Set(plays.flatMap(({ data }) => data.left_out_by_limit))].sort(),
    attestations: files.flatMap(({ host, dest, after }) => (after === null ? [] : [{ host, dest, run, ...after }])),
    pendingRestart: end?.data.pending_restart ?? {},
    osHardened: eventsOf(events, 'role.coverage')
      .filter(({ data }) => !check && data.complete && policy.osRoles.test(data.role))
      .map(({ data }) => data.host),
  };
}

function hostsOf(events: readonly RunEvent[]): string[] {
  return events.flatMap(({ data }) => ('host' in data && typeof data.host === 'string' ? [data.host] : []));
}

/** What keeps the whole run from proving anything, as sentences. */
function doubtsOf({ events, problems }: RunReport, change: ApprovedChange | null, check: boolean): string[] {
  const start = eventsOf(events, 'run.start')[0];
  const gate = eventsOf(events, 'run.gate')[0];
  const end = eventsOf(events, 'run.end').at(-1);
  const git = start?.data.git;
  const doubts = problems.map(({ message }) => `the record is not whole: ${message}`);
  if (check) doubts.push('it ran in check mode, which changes nothing');
  if (gate?.data.verdict !== 'approved')
    doubts.push(`the gate did not approve it (${gate?.data.verdict ?? 'not asked'})`);
  if (change === null) doubts.push('its commit does not belong to an approved change');
  if (git === null) doubts.push('it ran outside a Git work tree');
  if (git !== null && git !== undefined) {
    if (change !== null && git.tree !== change.tree)
      doubts.push(`it ran tree ${git.tree.slice(0, 12)}, approved is ${change.tree.slice(0, 12)}`);
    if (git.dirty || git.worktree !== git.tree) doubts.push('the work tree was not that of its commit');
  }
  if (end?.data.unapproved_inputs === null) doubts.push('it is not known which files it read');
  for (const { path } of end?.data.unapproved_inputs ?? [])
    doubts.push(`it read ${path}, which the commit does not hold`);
  if (end !== undefined && end.data.recorder_fault !== null)
    doubts.push(`the recorder had a fault: ${end.data.recorder_fault}`);
  return doubts;
}

type Evidence = Readonly<{
  events: readonly RunEvent[];
  start: RunEventOf<'run.start'> | undefined;
  end: RunEventOf<'run.end'> | undefined;
  check: boolean;
  change: ApprovedChange | null;
  history: RunHistory;
  policy: ProofPolicy;
  files: readonly FileHistory[];
  doubts: readonly string[];
}>;

function proveHost(host: string, evidence: Evidence): HostProof {
  const own = evidence.files.filter(file => file.host === host);
  const approved = evidence.change?.hostDigests[host];
  const files = Object.entries(approved ?? {}).map(([dest, digest]) =>
    proveFile(
      dest,
      digest,
      own.find(file => file.dest === dest),
    ),
  );
  const doubts = [...evidence.doubts];
  if (evidence.change !== null && files.length === 0) doubts.push('no file was approved for this host');
  for (const { dest, written } of own)
    if (written && GOVERNED.test(dest) && approved !== undefined && !Object.hasOwn(approved, dest))
      doubts.push(`it wrote ${dest}, which was not shown for approval`);
  for (const { data } of eventsOf(evidence.events, 'role.coverage'))
    if (data.host === host && !data.complete)
      doubts.push(
        `role ${data.role} did not run through${data.missing.length > 0 ? `: ${data.missing.join(', ')}` : ''}`,
      );
  const stats = evidence.end?.data.hosts[host];
  if (evidence.end !== undefined && stats === undefined) doubts.push('no task ran on this host');

  const differing = files.filter(({ state }) => state === 'differs').map(({ reason }) => reason);
  const unknown = files.filter(({ state }) => state === 'unknown').map(({ reason }) => reason);
  const failures = failuresOf(host, evidence);
  const outcome = outcomeOf(
    { differs: differing.length > 0 && !evidence.check, failed: failures.length > 0 },
    doubts.length + unknown.length + differing.length,
  );
  const applied = outcome === 'applied-as-approved';
  return {
    host,
    outcome,
    reasons: [...differing, ...failures, ...doubts, ...unknown],
    files,
    live: applied ? liveOf(host, own, evidence) : null,
    idempotent: applied ? idempotentOf(host, own, evidence) : null,
    osFirst: evidence.check ? null : osFirstOf(host, evidence),
  };
}

function outcomeOf(found: Readonly<{ differs: boolean; failed: boolean }>, doubts: number): Outcome {
  if (found.differs) return 'differs';
  if (found.failed) return 'failed';
  return doubts > 0 ? 'not-proven' : 'applied-as-approved';
}

function failuresOf(host: string, { events, end }: Evidence): string[] {
  const stats = end?.data.hosts[host];
  if (stats !== undefined && stats.failures === 0 && stats.unreachable === 0) return [];
  return eventsOf(events, 'task.result')
    .filter(({ data }) => data.host === host && (data.status === 'failed' || data.status === 'unreachable'))
    .map(({ data }) => `task "${data.task}" ${data.status === 'failed' ? 'failed' : 'could not reach the host'}`);
}

function proveFile(dest: string, approved: string | null, file: FileHistory | undefined): FileProof {
  const actual = file?.after?.sha256 ?? null;
  const unknown = (reason: string): FileProof => ({
    dest,
    approved,
    actual,
    state: 'unknown',
    reason: `${dest}: ${reason}`,
  });
  if (approved === null) return unknown('its approved content is not wholly known from Git');
  if (file?.sha1 != null) return unknown('only its SHA-1 is known; use the attest role');
  if (file === undefined || file.after === null) return unknown('the run did not look at it');
  if (file.after.exists === false)
    return { dest, approved, actual, state: 'differs', reason: `${dest} is not there after the run` };
  if (actual === null)
    return unknown(
      file.sha1 === null ? 'its content could not be read' : 'only its SHA-1 is known; use the attest role',
    );
  if (actual !== approved)
    return {
      dest,
      approved,
      actual,
      state: 'differs',
      reason: `${dest} has sha256 ${actual}, approved is ${approved}`,
    };
  return { dest, approved, actual, state: 'as-approved', reason: '' };
}

/** Approved content is live when nothing is left to restart: not from this run, and not from earlier ones. */
function liveOf(host: string, own: readonly FileHistory[], { events, end, change, history }: Evidence): boolean | null {
  const waiting = end?.data.pending_restart[host] ?? [];
  if (waiting.length > 0) return false;
  const governed = own.filter(({ dest }) => Object.hasOwn(change?.hostDigests[host] ?? {}, dest));
  const restarted = eventsOf(events, 'task.result').some(
    ({ data }) =>
      data.host === host &&
      data.status === 'ok' &&
      !data.check &&
      ((data.restarted === true && /kubelet/.test(data.name ?? '')) ||
        data.handler?.some(name => /kubelet/.test(name)) === true),
  );
  if (restarted) return true;
  const earlier = history.hosts[host];
  if (governed.some(({ written }) => written)) return earlier === undefined || earlier.pendingRestart.length === 0;
  return earlier === undefined ? null : earlier.pendingRestart.length === 0;
}

/** Decided only by a repetition: the same commit and extra variables as the run before, on a host it had applied to. */
function idempotentOf(host: string, own: readonly FileHistory[], { start, end, history }: Evidence): boolean | null {
  const earlier = history.hosts[host];
  const same =
    earlier !== undefined &&
    earlier.commit === start?.data.git?.commit &&
    earlier.extraVarsDigest === start?.data.extra_vars.digest;
  if (!same) return null;
  return end?.data.hosts[host]?.changed === 0 && own.every(({ written }) => !written);
}

function osFirstOf(host: string, { events, start, history, policy }: Evidence): boolean | null {
  const roles = eventsOf(events, 'role.coverage').filter(({ data }) => data.host === host);
  const kubelet = roles.filter(({ data }) => policy.kubeletRoles.test(data.role));
  const hardening = roles.filter(({ data }) => policy.osRoles.test(data.role) && !policy.kubeletRoles.test(data.role));
  if (kubelet.length === 0) return null;
  if (hardening.length > 0) {
    const begun = Math.min(...kubelet.map(({ data }) => data.first_mono_us));
    return hardening.every(({ data }) => data.complete && data.last_mono_us < begun);
  }
  const at = history.hosts[host]?.osHardenedAt ?? null;
  if (at === null || start === undefined) return null;
  return Date.parse(start.ts) - at.getTime() <= policy.osMaxAgeDays * DAY_MS;
}

/** A file that is not what the last run attested, when the run saw it before it wrote there itself. */
function tamperingOf(files: readonly FileHistory[], attestations: readonly Attestation[]): Tampering[] {
  return files.flatMap(({ host, dest, before }) => {
    const last = attestations.find(earlier => earlier.host === host && earlier.dest === dest);
    if (last === undefined || last.sha256 === null || before === null || before.exists === null) return [];
    const gone = !before.exists;
    if (!gone && (before.sha256 === null || before.sha256 === last.sha256)) return [];
    return [{ host, dest, expected: last.sha256, actual: before.sha256, lastRun: last.run }];
  });
}

function rollbackOf(tree: string | undefined, trees: readonly string[]): boolean | null {
  const current = trees.at(-1);
  if (tree === undefined || current === undefined) return null;
  return tree !== current && trees.includes(tree);
}
