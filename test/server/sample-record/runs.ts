import type { Connection } from '../../../adapters/store/database.ts';
import { type Run, runById, saveRunProof, storeRunEvents } from '../../../adapters/store/runs.ts';
import type { HostProof, RunProof } from '../../../core/apply/types.ts';
import { end, linesOf, play, start, type Told, whole } from '../../core/apply/build-report.ts';
import { CONFIG_FILE, CONTROL_PLANE, commit, GPU, HOSTILE, REPOSITORY, sha256, WORKERS } from './cluster.ts';

function proof(host: string, rest: Partial<HostProof> = {}): HostProof {
  const dest = CONFIG_FILE;
  return {
    host,
    outcome: 'applied-as-approved',
    reasons: [],
    files: [{ dest, approved: sha256('a'), actual: sha256('a'), state: 'as-approved', reason: '' }],
    live: true,
    idempotent: null,
    osFirst: true,
    ...rest,
  };
}

type SampleRun = Readonly<{
  id: string;
  digit: string;
  startedAt: string;
  hosts: readonly HostProof[];
  check?: boolean;
  playbook?: string;
  person?: string;
  gate?: Run['gate'];
  reason?: string;
  end?: 'ok' | 'failed' | 'refused';
  state?: RunProof['state'];
}>;

/** Ids of the runs of the record, oldest first. */
export const RUNS = {
  adopted: '0b6f7c52-6a4e-4a0e-9d6e-0f5a4f0c1a01',
  checked: '1c7f7c52-6a4e-4a0e-9d6e-0f5a4f0c1a02',
  incomplete: '2d8f7c52-6a4e-4a0e-9d6e-0f5a4f0c1a03',
  refused: '3e9f7c52-6a4e-4a0e-9d6e-0f5a4f0c1a04',
  hostile: '4fa17c52-6a4e-4a0e-9d6e-0f5a4f0c1a05',
} as const;

const runs: readonly SampleRun[] = [
  {
    id: RUNS.adopted,
    digit: '1',
    startedAt: '2026-11-02T09:30:00Z',
    hosts: [...CONTROL_PLANE, ...WORKERS, ...GPU].map(host => proof(host)),
    end: 'ok',
  },
  {
    id: RUNS.checked,
    digit: '2',
    startedAt: '2026-11-20T10:20:00Z',
    check: true,
    hosts: GPU.map(host => proof(host, { outcome: 'not-proven', reasons: ['check mode changes nothing'], live: null })),
    end: 'ok',
  },
  {
    id: RUNS.incomplete,
    digit: '2',
    startedAt: '2026-11-20T10:30:00Z',
    state: 'incomplete',
    hosts: [
      proof('gpu-1'),
      proof('gpu-2'),
      proof('gpu-3', {
        outcome: 'differs',
        reasons: ['/var/lib/kubelet/config.yaml is not what was approved'],
        files: [
          {
            dest: CONFIG_FILE,
            approved: sha256('c'),
            actual: sha256('d'),
            state: 'differs',
            reason: 'the content is another',
          },
        ],
        live: false,
      }),
    ],
  },
  {
    id: RUNS.refused,
    digit: '9',
    startedAt: '2026-11-24T08:00:00Z',
    person: 'mallory',
    gate: 'denied',
    reason: 'commit 999999999999 carries a push nobody approved',
    state: 'refused',
    end: 'refused',
    hosts: [],
  },
  {
    id: RUNS.hostile,
    digit: '9',
    startedAt: '2026-11-24T09:00:00Z',
    playbook: HOSTILE,
    person: HOSTILE,
    gate: 'unreachable',
    reason: HOSTILE,
    end: 'failed',
    hosts: [
      proof(HOSTILE, {
        outcome: 'failed',
        reasons: [HOSTILE],
        files: [{ dest: HOSTILE, approved: null, actual: null, state: 'unknown', reason: HOSTILE }],
      }),
    ],
  },
];

/** The report as the callback writes it; the one of the incomplete run has a hole and no end. */
function reportOf(sample: SampleRun): readonly string[] {
  const { digit, playbook = 'site.yml', person = 'deploy', check = false } = sample;
  const events = [
    start(
      { commit: commit(digit) },
      { repo: REPOSITORY, playbook, cli: { check }, controller: { host: 'ci-runner-3', user: person } },
    ),
    [
      'run.gate',
      { verdict: sample.gate ?? 'approved', reason: sample.reason ?? 'the merge is approved', approval: {} },
    ],
    play(sample.hosts.map(({ host }) => host)),
    ...(sample.end === undefined ? [play([])] : [end({}, { status: sample.end, check })]),
  ] satisfies readonly Told[];
  const lines = linesOf(whole(events), sample.id, sample.startedAt);
  return sample.end === undefined ? lines.filter((_, seq) => seq !== 2) : lines;
}

/** Saves the runs of the record as their reports and proofs. */
export async function saveSampleRuns(db: Connection): Promise<void> {
  for (const sample of runs) {
    const lines = reportOf(sample);
    await storeRunEvents(db, lines, new Date(sample.startedAt));
    const run = await runById(db, sample.id);
    if (run === null) throw new Error(`the run ${sample.id} was not kept`);
    await saveRunProof(
      db,
      run,
      {
        run: run.run,
        state: sample.state ?? 'complete',
        check: run.check,
        hosts: sample.hosts,
        tampering: [],
        rollback: false,
        leftOut: [],
        attestations: [],
        pendingRestart: {},
        osHardened: [],
      },
      lines.length,
    );
  }
}
