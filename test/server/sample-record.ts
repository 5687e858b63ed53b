import { generateKeyPairSync } from 'node:crypto';
import type { Transaction } from 'kysely';
import { saveBranchCommit } from '../../adapters/store/branches.ts';
import { type ChangeRecord, saveChange } from '../../adapters/store/changes.ts';
import type { Connection, Database } from '../../adapters/store/database.ts';
import { failDelivery, storeDelivery } from '../../adapters/store/deliveries.ts';
import { appendEntries, signCheckpoint } from '../../adapters/store/log.ts';
import { moveNodes, saveConfiguration } from '../../adapters/store/nodes.ts';
import type { Store } from '../../adapters/store/open-store.ts';
import { type Run, runById, saveRunProof, storeRunEvents } from '../../adapters/store/runs.ts';
import { saveVerdict } from '../../adapters/store/verdicts.ts';
import type { HostProof, RunProof } from '../../core/apply/types.ts';
import { entryOf, type LogEntry } from '../../core/log/entry.ts';
import { encodeVkey, verifierOf } from '../../core/log/note.ts';
import type { FieldChange, Finding, Shown, Verdict } from '../../core/review/types.ts';
import type { Sources } from '../../server/api/sources.ts';
import { end, linesOf, play, start, type Told, whole } from '../core/apply/build-report.ts';

/** The time the sample record is asked at. */
export const NOW = new Date('2026-11-25T12:00:00Z');

export const REPOSITORY = 'acme/clusters';
export const INVENTORY = 'inventories/production/hosts.yml';

/** Text as somebody would write it who wants the pages to run or to show something else. */
export const HOSTILE = `<script>alert(1)</script><img src=x onerror=alert(2)>" onmouseover="alert(3)' \u202Ekcehc\u0007 </td></title>`;

const CONTROL_PLANE = ['cp-1', 'cp-2', 'cp-3'];
const WORKERS = Array.from({ length: 12 }, (_, index) => `worker-${index + 1}`);
const GPU = ['gpu-1', 'gpu-2', 'gpu-3', 'gpu-4'];
const GROUPS = [
  { name: 'control_plane', hosts: CONTROL_PLANE },
  { name: 'workers', hosts: WORKERS },
  { name: 'gpu_workers', hosts: GPU },
] as const;

const commit = (digit: string) => digit.repeat(40);
const sha256 = (digit: string) => digit.repeat(64);
const value = (json: string | number | boolean, implicit = false): Shown => ({ state: 'value', value: json, implicit });

const VARIABLES = 'inventories/production/group_vars/all.yml';
const TEMPLATE = 'roles/kubelet/templates/config.yaml.j2';

const baseline: Readonly<Record<string, Shown>> = {
  'authentication.anonymous.enabled': value(false),
  'authorization.mode': value('Webhook'),
  clusterDNS: { state: 'value', value: ['10.96.0.10'], implicit: false },
  'evictionHard.memory.available': value('100Mi', true),
  maxPods: value(110, true),
  nodeIP: { state: 'unknown', why: ['fact ansible_default_ipv4'], key: 'f1' },
  readOnlyPort: value(0, true),
  rotateCertificates: value(true),
  tlsCipherSuites: { state: 'absent' },
};

const origins: Readonly<Record<string, Readonly<{ file: string; line: number }>>> = {
  'authentication.anonymous.enabled': { file: TEMPLATE, line: 8 },
  'authorization.mode': { file: VARIABLES, line: 4 },
  clusterDNS: { file: VARIABLES, line: 9 },
  nodeIP: { file: TEMPLATE, line: 21 },
  rotateCertificates: { file: TEMPLATE, line: 17 },
};

const files = {
  '/etc/systemd/system/kubelet.service.d/10-kubelet.conf': null,
  '/var/lib/kubelet/config.yaml': sha256('a'),
} as const;

function change(path: string, group: number, before: Shown, after: Shown, rest: Partial<FieldChange>): FieldChange {
  const { name, hosts } = GROUPS[group]!;
  return {
    inventory: INVENTORY,
    group: name,
    hosts,
    path,
    before,
    after,
    direction: 'neutral',
    severity: null,
    at: [{ file: VARIABLES, line: 4, side: 'RIGHT' }],
    ...rest,
  };
}

function finding(control: string, title: string, group: number, rest: Partial<Finding>): Finding {
  const { name, hosts } = GROUPS[group]!;
  return {
    control,
    title,
    severity: 'high',
    blocking: true,
    status: 'introduced',
    inventory: INVENTORY,
    group: name,
    hosts,
    path: 'readOnlyPort',
    actual: null,
    expected: '',
    reason: '',
    at: [{ file: VARIABLES, line: 4, side: 'RIGHT' }],
    fix: null,
    rationale: '',
    standards: { CIS: ['4.2.4'] },
    threats: [],
    ...rest,
  };
}

function verdict(digit: string, rest: Partial<Verdict>): Verdict {
  return {
    base: commit('b'),
    head: commit(digit),
    digest: `sha256:${sha256(digit)}`,
    conclusion: 'pass',
    direction: 'neutral',
    changes: [],
    findings: [],
    problems: [],
    existingProblems: [],
    governed: [VARIABLES],
    procedures: [],
    hostCount: 19,
    groups: GROUPS.map(group => ({ inventory: INVENTORY, name: group.name, hosts: group.hosts, roles: [] })),
    hostDigests: {},
    state: [],
    minor: '1.36',
    baselineDigest: `sha256:${sha256('f')}`,
    ...rest,
  };
}

async function record(
  db: Connection,
  digit: string,
  judged: Partial<Verdict>,
  rest: Partial<ChangeRecord> & Pick<ChangeRecord, 'number' | 'title'>,
  at: string,
): Promise<number> {
  const shown = verdict(digit, judged);
  await saveVerdict(
    db,
    `key-${digit}`,
    { verdict: shown, changedFiles: [], policy: { policy: null, problems: [] } },
    new Date(at),
  );
  return saveChange(
    db,
    {
      repository: REPOSITORY,
      author: 'ada',
      baseRef: 'main',
      head: shown.head,
      state: 'open',
      verdictKey: `key-${digit}`,
      conclusion: shown.conclusion,
      direction: shown.direction,
      digest: shown.digest,
      decision: { state: 'not-needed', reasons: [], approvers: [], discarded: [], needs: [] },
      decisionNumber: 1,
      attempt: 0,
      merge: null,
      about: {
        nodes: [...new Set(shown.changes.flatMap(({ hosts }) => hosts))],
        fields: [...new Set(shown.changes.map(({ path }) => path))],
        people: ['ada'],
        controls: [...new Set(shown.findings.map(({ control }) => control))],
      },
      ...rest,
    },
    new Date(at),
  );
}

function merged(digit: string, at: string, violation: string | null): NonNullable<ChangeRecord['merge']> {
  return {
    commit: commit(digit),
    tree: commit('7'),
    at,
    by: 'grace',
    verdictKey: `key-${digit}`,
    digest: `sha256:${sha256(digit)}`,
    violation,
  };
}

const SIGNER = { name: 'gate.example/kubelet-gate', privateKey: generateKeyPairSync('ed25519').privateKey };

function logEntries(): readonly LogEntry[] {
  return [
    entryOf('change.proposed', new Date('2026-11-20T08:30:00Z'), {
      repo: REPOSITORY,
      pr: 31,
      base: commit('b'),
      head: commit('2'),
      author: 'grace',
    }),
    entryOf('run.refused', new Date('2026-11-24T08:00:00Z'), {
      run: '3e9f7c52-6a4e-4a0e-9d6e-0f5a4f0c1a04',
      repo: REPOSITORY,
      commit: commit('9'),
      tree: null,
      reason: 'commit 999999999999 carries a push nobody approved',
    }),
    entryOf('tampering', new Date('2026-11-22T03:12:00Z'), {
      run: '2d8f7c52-6a4e-4a0e-9d6e-0f5a4f0c1a03',
      host: HOSTILE,
      dest: '/var/lib/kubelet/config.yaml',
      expected: sha256('a'),
      actual: null,
      lastRun: '0b6f7c52-6a4e-4a0e-9d6e-0f5a4f0c1a01',
    }),
  ];
}

/** Ids of the changes `fillStore` makes, by what they are. */
export type SampleIds = Readonly<
  Record<'adopted' | 'raised' | 'weakening' | 'bypassed' | 'unreadable' | 'hostile', number>
>;

/**
 * A record as a few weeks of use leave it: a first merge, a change on one group, an open change that weakens, a merge
 * nobody approved, a change that cannot be judged, one written by an attacker; runs of each kind, a stray push and a
 * dead delivery.
 */
export async function fillStore(store: Store): Promise<SampleIds> {
  const ids = await store.db.transaction().execute(fill);
  await signCheckpoint(store, SIGNER, NOW);
  return ids;
}

async function fill(db: Transaction<Database>): Promise<SampleIds> {
  const approved = (approvers: readonly string[]): ChangeRecord['decision'] => ({
    state: 'approved',
    reasons: ['Everyone whose approval the policy asks for approved exactly this.'],
    approvers,
    discarded: [],
    needs: [],
  });
  const adopted = await record(
    db,
    '1',
    {
      direction: 'strengthens',
      changes: [0, 1, 2].map(group =>
        change('authentication.anonymous.enabled', group, value(true, true), value(false), {
          direction: 'strengthens',
          severity: 'critical',
          at: [{ file: TEMPLATE, line: 8, side: 'RIGHT' }],
        }),
      ),
      findings: [0, 1, 2].map(group =>
        finding('KG-AUTHN-001', 'Anonymous requests to the kubelet are refused', group, {
          status: 'fixed',
          severity: 'critical',
          path: 'authentication.anonymous.enabled',
          reason: 'The kubelet answered requests of anybody; it asks for credentials now.',
        }),
      ),
      procedures: ['roles/kubelet/tasks/main.yml'],
    },
    {
      number: 12,
      title: 'Adopt the hardened kubelet template',
      state: 'merged',
      decision: approved(['linus', 'barbara']),
      merge: merged('1', '2026-11-02T09:15:00Z', null),
      about: {
        nodes: [...CONTROL_PLANE, ...WORKERS, ...GPU],
        fields: ['authentication.anonymous.enabled'],
        people: ['ada', 'barbara', 'grace', 'linus'],
        controls: ['KG-AUTHN-001'],
      },
    },
    '2026-11-02T08:00:00Z',
  );
  const raised = await record(
    db,
    '2',
    {
      changes: [
        change('maxPods', 2, value(110, true), value(60), {
          at: [{ file: 'inventories/production/group_vars/gpu_workers.yml', line: 2, side: 'RIGHT' }],
        }),
      ],
    },
    {
      number: 31,
      title: 'Limit pods on GPU workers',
      author: 'grace',
      state: 'merged',
      decision: approved(['barbara']),
      merge: merged('2', '2026-11-20T10:00:00Z', null),
      about: { nodes: GPU, fields: ['maxPods'], people: ['barbara', 'grace'], controls: [] },
    },
    '2026-11-20T08:30:00Z',
  );
  const weakening = await record(
    db,
    '3',
    {
      conclusion: 'fail',
      direction: 'weakens',
      changes: [
        change(
          'nodeIP',
          2,
          { state: 'unknown', why: ['fact ansible_default_ipv4'], key: 'f1' },
          { state: 'absent' },
          {
            at: [{ file: TEMPLATE, line: 21, side: 'LEFT' }],
          },
        ),
        ...[0, 1, 2].map(group =>
          change('authorization.mode', group, value('Webhook'), value('AlwaysAllow'), {
            direction: 'weakens',
            severity: 'critical',
          }),
        ),
        change('readOnlyPort', 2, value(0, true), value(10255), {
          direction: 'weakens',
          severity: 'high',
          at: [{ file: 'inventories/production/group_vars/gpu_workers.yml', line: 3, side: 'RIGHT' }],
        }),
      ],
      findings: [
        finding('KG-PORT-001', 'The read-only port is closed', 2, {
          actual: 10255,
          expected: '0',
          reason:
            'readOnlyPort is 10255 on 4 nodes: anybody who reaches the node reads pods and metrics without credentials.',
          fix: 0,
          rationale: 'The port serves without authentication and encryption.',
          at: [{ file: 'inventories/production/group_vars/gpu_workers.yml', line: 3, side: 'RIGHT' }],
        }),
        ...[0, 1, 2].map(group =>
          finding('KG-AUTHZ-001', 'The kubelet asks the API server who may do what', group, {
            severity: 'critical',
            path: 'authorization.mode',
            actual: 'AlwaysAllow',
            expected: 'Webhook',
            reason: 'authorization.mode is AlwaysAllow: whoever is authenticated may run commands in every pod.',
            fix: 'Webhook',
            rationale: 'AlwaysAllow turns every client certificate into root on the node.',
            standards: { CIS: ['4.2.2'], 'NSA/CISA': ['Kubelet authorization'] },
          }),
        ),
        finding('KG-NODE-004', 'The node address is fixed', 2, {
          status: 'undecided',
          severity: 'low',
          path: 'nodeIP',
          reason: 'The value depends on a fact of the node; it is confirmed when Ansible reports.',
        }),
        finding('KG-TLS-002', 'Strong cipher suites only', 1, { status: 'existing', severity: 'medium' }),
      ],
    },
    {
      number: 37,
      title: 'Let the metrics scraper reach kubelets',
      author: 'mallory',
      decision: {
        state: 'blocked',
        reasons: [
          'It introduces 2 findings that stop a merge.',
          'It weakens the kubelet: two people of the security team have to approve.',
        ],
        approvers: [],
        discarded: [
          { login: 'mallory', reason: 'wrote the change' },
          { login: 'barbara', reason: 'approved an earlier head with another digest' },
        ],
        needs: [{ rule: 'weakening', count: 2, from: ['acme/security'] }],
      },
      about: {
        nodes: [...CONTROL_PLANE, ...WORKERS, ...GPU],
        fields: ['authorization.mode', 'nodeIP', 'readOnlyPort'],
        people: ['barbara', 'mallory'],
        controls: ['KG-AUTHZ-001', 'KG-NODE-004', 'KG-PORT-001'],
      },
    },
    '2026-11-24T16:40:00Z',
  );
  const violation = 'merged without an approval: the check run was bypassed by an administrator';
  const bypassed = await record(
    db,
    '4',
    {
      changes: [change('rotateCertificates', 1, value(false, true), value(true), { direction: 'strengthens' })],
      direction: 'strengthens',
    },
    {
      number: 39,
      title: 'Rotate client certificates',
      state: 'merged',
      decision: {
        state: 'needs-approval',
        reasons: ['One approval is missing.'],
        approvers: [],
        discarded: [],
        needs: [{ rule: 'default', count: 1, from: [] }],
      },
      merge: merged('4', '2026-11-24T18:00:00Z', violation),
    },
    '2026-11-24T17:10:00Z',
  );
  const unreadable = await record(
    db,
    '5',
    {
      conclusion: 'fail',
      problems: [
        {
          file: 'inventories/production/group_vars/workers.yml',
          line: 14,
          column: 3,
          code: 'yaml-invalid',
          message: 'the mapping key is indented with a tab',
        },
        { file: '', line: 0, code: 'unreadable', message: 'the head commit vanished' },
      ],
    },
    {
      number: 40,
      title: 'Reserve memory for system daemons',
      decision: { state: 'blocked', reasons: ['The gate cannot judge it.'], approvers: [], discarded: [], needs: [] },
    },
    '2026-11-25T07:45:00Z',
  );
  const hostile = await record(
    db,
    '6',
    {
      changes: [
        {
          ...change(HOSTILE, 1, value(HOSTILE), { state: 'unknown', why: [HOSTILE], key: 'x' }, {}),
          group: HOSTILE,
          hosts: [HOSTILE],
          at: [{ file: HOSTILE, line: 1, side: 'RIGHT' }],
        },
      ],
      findings: [
        {
          ...finding(HOSTILE, HOSTILE, 1, {
            path: HOSTILE,
            actual: HOSTILE,
            expected: HOSTILE,
            reason: HOSTILE,
            fix: HOSTILE,
          }),
          rationale: HOSTILE,
          standards: { [HOSTILE]: [HOSTILE] },
          at: [{ file: HOSTILE, line: 0, side: 'LEFT' }],
        },
      ],
      problems: [{ file: HOSTILE, line: 3, code: 'yaml-invalid', message: HOSTILE }],
      procedures: [HOSTILE],
    },
    {
      number: 41,
      title: HOSTILE,
      author: HOSTILE,
      baseRef: HOSTILE,
      decision: {
        state: 'needs-approval',
        reasons: [HOSTILE],
        approvers: [HOSTILE],
        discarded: [{ login: HOSTILE, reason: HOSTILE }],
        needs: [{ rule: HOSTILE, count: 1, from: [HOSTILE] }],
      },
      merge: { ...merged('6', '2026-11-25T09:00:00Z', HOSTILE), by: HOSTILE },
      state: 'merged',
      about: { nodes: [HOSTILE], fields: [HOSTILE], people: [HOSTILE], controls: [HOSTILE] },
    },
    '2026-11-25T08:00:00Z',
  );
  await saveConfiguration(db, 'c-base', { values: baseline, origins, files });
  await saveConfiguration(db, 'c-gpu', {
    values: { ...baseline, maxPods: value(60) },
    origins: { ...origins, maxPods: { file: 'inventories/production/group_vars/gpu_workers.yml', line: 2 } },
    files: { ...files, '/var/lib/kubelet/config.yaml': sha256('c') },
  });
  const move = (changeId: number, digit: string, since: string, gpu: string) =>
    moveNodes(
      db,
      { repository: REPOSITORY, inventory: INVENTORY, changeId, commit: commit(digit), since: new Date(since) },
      GROUPS.flatMap(({ name, hosts }) =>
        hosts.map(host => ({ host, group: name, configurationDigest: name === 'gpu_workers' ? gpu : 'c-base' })),
      ),
    );
  await move(adopted, '1', '2026-11-02T09:15:00Z', 'c-base');
  await move(raised, '2', '2026-11-20T10:00:00Z', 'c-gpu');
  await saveConfiguration(db, 'c-hostile', {
    values: { [HOSTILE]: value(HOSTILE), unknown: { state: 'unknown', why: [HOSTILE], key: 'x' } },
    origins: { [HOSTILE]: { file: HOSTILE, line: 7 } },
    files: { [HOSTILE]: null },
  });
  await moveNodes(
    db,
    {
      repository: REPOSITORY,
      inventory: HOSTILE,
      changeId: hostile,
      commit: commit('6'),
      since: new Date('2026-11-25T09:00:00Z'),
    },
    [{ host: HOSTILE, group: HOSTILE, configurationDigest: 'c-hostile' }],
  );
  for (const [changeId, digit, at] of [
    [adopted, '1', '2026-11-02T09:15:03Z'],
    [raised, '2', '2026-11-20T10:00:02Z'],
  ] as const)
    await saveBranchCommit(db, {
      repository: REPOSITORY,
      branch: 'main',
      commit: commit(digit),
      tree: commit('7'),
      state: 'approved',
      changeId,
      reason: 'approved by barbara',
      at: new Date(at),
    });
  await saveRuns(db);
  await saveBranchCommit(db, {
    repository: REPOSITORY,
    branch: 'main',
    commit: commit('9'),
    tree: commit('8'),
    state: 'unapproved',
    changeId: null,
    reason: 'roles/kubelet/templates/config.yaml.j2 was pushed by mallory without a pull request',
    at: new Date('2026-11-23T22:05:00Z'),
  });
  await storeDelivery(db, {
    guid: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    event: 'pull_request',
    action: 'opened',
    installationId: 1,
    repository: REPOSITORY,
    lane: `${REPOSITORY}#38`,
    body: Buffer.from('{}'),
  });
  await failDelivery(db, 1, 'the head commit cannot be fetched: repository not found', 0);
  await appendEntries(db, logEntries());
  return { adopted, raised, weakening, bypassed, unreadable, hostile };
}

function proof(host: string, rest: Partial<HostProof> = {}): HostProof {
  const dest = '/var/lib/kubelet/config.yaml';
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
            dest: '/var/lib/kubelet/config.yaml',
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

async function saveRuns(db: Connection): Promise<void> {
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

/** What the routers read. */
export function sampleSources(db: Connection): Sources {
  return {
    db,
    log: { origin: SIGNER.name, vkey: encodeVkey(verifierOf(SIGNER)) },
    publicUrl: 'https://gate.example',
    serverUrl: 'https://github.example',
    now: () => NOW,
  };
}
