import { type ChangeRecord, saveChange } from '../../../adapters/store/changes.ts';
import type { Connection } from '../../../adapters/store/database.ts';
import { saveVerdict } from '../../../adapters/store/verdicts.ts';
import type { FieldChange, Finding, Shown, Verdict } from '../../../core/review/types.ts';
import {
  CONTROL_PLANE,
  commit,
  GPU,
  GROUPS,
  HOSTILE,
  INVENTORY,
  REPOSITORY,
  sha256,
  TEMPLATE,
  VARIABLES,
  value,
  WORKERS,
} from './cluster.ts';

/** Ids of the changes of the record, by what they are. */
export type SampleIds = Readonly<
  Record<'adopted' | 'raised' | 'weakening' | 'bypassed' | 'unreadable' | 'hostile', number>
>;

/**
 * Saves the changes of the record: a first merge, a change on one group, an open change that weakens, a merge nobody
 * approved, a change that cannot be judged, one written by an attacker.
 */
export async function saveSampleChanges(db: Connection): Promise<SampleIds> {
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
          fix: { set: 0 },
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
            fix: { set: 'Webhook' },
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
            fix: { set: HOSTILE },
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
  return { adopted, raised, weakening, bypassed, unreadable, hostile };
}

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
    fix: { do: 'see the runbook' },
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
