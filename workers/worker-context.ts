import type { Evaluator } from '../adapters/evaluation/evaluator.ts';
import type { GitHub } from '../adapters/github/github.ts';
import type { JobQueue } from '../adapters/queue/job-queue.ts';
import type { Store } from '../adapters/store/open-store.ts';
import type { OperatorPolicy } from '../core/approval/policy.ts';
import type { Minor } from '../core/kubelet/types.ts';
import type { Signer } from '../core/log/note.ts';

/** What every worker works with. */
export type WorkerContext = Readonly<{
  store: Store;
  queue: JobQueue;
  github: GitHub;
  evaluator: Evaluator;
  /** Directory of the bare mirrors, one per repository. */
  mirrors: string;
  /** Signs the log's checkpoints. */
  signer: Signer;
  /** Makes the hidden markers of our comments unforgeable. */
  markerSecret: string;
  /** The operator's approval policy. */
  floor: OperatorPolicy;
  baselineDigest: string;
  /** The operator's own config directory; the shipped one when undefined. */
  configDir: string | undefined;
  /** The operator's file that adds to the baseline and tightens it. */
  baselineFile?: string;
  /** Judged against when no policy names another. */
  minor: Minor;
  publicUrl: string;
  now: () => Date;
  log: (line: string, details?: Readonly<Record<string, unknown>>) => void;
}>;

/** Name of the check run, as branch protection knows it. */
export const CHECK_NAME = 'kubelet-gate';

/** The lane of a pull request: one run at a time. */
export function pullLane(repository: string, number: number): string {
  return `${repository}#${number}`;
}
