/** A JSON Schema (2020-12), as OpenAPI 3.1 holds it. */
export type Schema = Readonly<{ [keyword: string]: unknown }>;

const text: Schema = { type: 'string' };
const textOrNull: Schema = { type: ['string', 'null'] };
const time: Schema = { type: 'string', format: 'date-time' };
const timeOrNull: Schema = { type: ['string', 'null'], format: 'date-time' };
const whole: Schema = { type: 'integer', minimum: 0 };
const wholeOrNull: Schema = { type: ['integer', 'null'] };
const flag: Schema = { type: 'boolean' };
const flagOrNull: Schema = { type: ['boolean', 'null'] };
const json: Schema = { description: 'Any JSON value' };

const about = (schema: Schema, description: string): Schema => ({ ...schema, description });
const list = (items: Schema): Schema => ({ type: 'array', items });
const words = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const refOrNull = (name: string): Schema => ({ oneOf: [ref(name), { type: 'null' }] });
const map = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });

/** An object whose keys are all always there, but for `maybe`. */
const record = (
  properties: Readonly<Record<string, Schema>>,
  maybe: Readonly<Record<string, Schema>> = {},
): Schema => ({
  type: 'object',
  properties: { ...properties, ...maybe },
  required: Object.keys(properties),
  additionalProperties: false,
});

const conclusion = words('pass', 'fail', 'undecided', 'not-applicable');
const direction = words('weakens', 'strengthens', 'neutral');
const severity = words('critical', 'high', 'medium', 'low');
const commit = about(text, 'Git commit id');
const sha256OrNull = about(textOrNull, 'Hexadecimal SHA-256; null where it is not known');

const problem = record(
  { file: text, line: about(whole, '0: the whole file'), code: text, message: text },
  { column: whole },
);

const changeSummary = {
  id: whole,
  repository: about(text, 'owner/name'),
  number: about(whole, 'Of the pull request'),
  title: text,
  author: about(text, 'GitHub login'),
  baseRef: about(text, 'Branch it is to be merged into'),
  head: commit,
  state: words('open', 'merged', 'closed'),
  conclusion,
  direction,
  digest: about(text, 'sha256:HEX over everything the verdict rests on; approvals hold for exactly this'),
  decision: ref('Decision'),
  merge: refOrNull('Merge'),
  createdAt: time,
  updatedAt: time,
} as const;

const runSummary = {
  id: text,
  repository: about(textOrNull, 'null when the run was not of a Git work tree'),
  commit: textOrNull,
  playbook: textOrNull,
  by: about(textOrNull, 'user@controller'),
  status: words('running', 'ok', 'failed', 'refused', 'incomplete'),
  check: about(flag, "Ansible's check mode: nothing was changed"),
  changeId: about(wholeOrNull, 'The change whose content it had: the last one merged up to the commit'),
  gate: {
    oneOf: [record({ verdict: words('approved', 'denied', 'unreachable'), reason: text }), { type: 'null' }],
    description: "The gate's answer; null when it was not asked",
  },
  startedAt: time,
  endedAt: timeOrNull,
  hostCounts: record({ 'applied-as-approved': whole, differs: whole, 'not-proven': whole, failed: whole }),
  rollback: about(flagOrNull, 'The content is that of an earlier change'),
} as const;

const outcome = words('applied-as-approved', 'differs', 'not-proven', 'failed');

const runHost = record({
  host: text,
  outcome,
  reasons: list(text),
  files: list(
    record({
      dest: text,
      approved: sha256OrNull,
      actual: sha256OrNull,
      state: words('as-approved', 'differs', 'unknown'),
      reason: text,
    }),
  ),
  live: about(flagOrNull, 'The kubelet restarted with it; null where the report does not show it'),
  idempotent: flagOrNull,
  osFirst: flagOrNull,
});

/** `components.schemas` of the API's description. */
export const schemas: Readonly<Record<string, Schema>> = {
  Error: record({ error: about(text, 'What is wrong with the question') }),
  Shown: {
    description: 'A value: known (`implicit`: nobody wrote it, it is the default), absent, or unknown with the reasons',
    oneOf: [
      record({ state: { const: 'value' }, value: json, implicit: flag }),
      record({ state: { const: 'absent' } }),
      record({ state: { const: 'unknown' }, why: list(text), key: text }),
    ],
  },
  Place: record({ file: text, line: whole, side: about(words('LEFT', 'RIGHT'), 'LEFT: in the base commit') }),
  Problem: problem,
  Decision: record({
    state: words('approved', 'needs-approval', 'blocked', 'not-needed'),
    reasons: list(text),
    approvers: list(text),
    discarded: about(list(record({ login: text, reason: text })), 'Approvals that do not count'),
    needs: about(list(record({ rule: text, count: whole, from: list(text) })), 'Approvals still missing'),
  }),
  Merge: record({
    commit,
    tree: text,
    at: time,
    by: text,
    digest: text,
    violation: about(textOrNull, 'Why what was merged is not what was approved; null when it is'),
  }),
  Change: record(changeSummary),
  FieldChange: record({
    inventory: text,
    group: text,
    hosts: list(text),
    path: about(text, 'Kubelet field, flag, file on the node, or empty for the node itself'),
    before: ref('Shown'),
    after: ref('Shown'),
    direction,
    severity: { oneOf: [severity, { type: 'null' }] },
    at: about(list(ref('Place')), 'Best place first'),
    fields: about(list(text), 'Kubelet fields this row tells: a parent whose keys cannot all be known may set them'),
  }),
  Finding: record(
    {
      control: text,
      title: text,
      severity,
      blocking: flag,
      status: words('introduced', 'fixed', 'existing', 'undecided'),
      inventory: text,
      group: text,
      hosts: list(text),
      path: text,
      actual: json,
      expected: text,
      reason: text,
      at: list(ref('Place')),
      fix: json,
      rationale: text,
      standards: map(list(text)),
      threats: list(text),
    },
    {
      replacement: about(
        record({ file: text, line: whole, text }),
        'The fix as a whole line of the head, proven by judging the changed head anew',
      ),
    },
  ),
  Application: record({
    runId: text,
    at: time,
    outcome,
    reasons: list(text),
    changeId: about(whole, 'The change whose content the run applied: this one, or a later one'),
  }),
  LogReference: record({ index: whole, kind: text, key: about(text, 'Names the event'), at: time }),
  LogHealth: record({
    origin: text,
    vkey: about(text, 'Verifier key in the C2SP signed-note form'),
    recorded: about(whole, "Entries; those from the checkpoint's size on are not signed yet"),
    checkpoint: {
      oneOf: [record({ size: whole, root: about(text, 'base64'), at: time, note: text }), { type: 'null' }],
    },
    problem: about(textOrNull, 'What is wrong with the checkpoint; null when it verifies'),
    newest: list(ref('LogReference')),
  }),
  ChangeDetail: record({
    ...changeSummary,
    people: about(list(text), 'Everyone who took part in writing, approving or merging'),
    verdict: {
      oneOf: [
        record({
          said: about(text, 'What the change does, in words'),
          base: commit,
          kubernetes: about(text, 'Minor version it is judged for'),
          baselineDigest: text,
          hostCount: whole,
          governed: list(text),
          procedures: list(text),
          changes: list(ref('FieldChange')),
          findings: list(ref('Finding')),
          problems: list(ref('Problem')),
          existingProblems: list(ref('Problem')),
        }),
        { type: 'null' },
      ],
    },
    application: list(record({ host: text, application: refOrNull('Application') })),
    log: list(ref('LogReference')),
  }),
  ChangeList: record({ changes: list(ref('Change')), nextCursor: textOrNull }),
  NodeSummary: record({ node: text, repository: text, inventory: text, group: text, since: time, changeId: whole }),
  NodeList: record({ nodes: list(ref('NodeSummary')) }),
  NodeField: record({
    path: text,
    value: ref('Shown'),
    written: about(flag, "false: the kubelet's own default"),
    place: { oneOf: [record({ commit, file: text, line: whole }), { type: 'null' }] },
    since: time,
    until: timeOrNull,
    setBy: refOrNull('SettingChange'),
    application: refOrNull('Application'),
  }),
  SettingChange: record({
    changeId: whole,
    repository: text,
    number: whole,
    title: text,
    author: text,
    approvers: list(text),
    mergedAt: time,
    mergedBy: text,
    violation: textOrNull,
    firstSeen: about(flag, 'The gate first saw the value with this change; it may be older'),
  }),
  NodeDetail: record({
    node: text,
    at: time,
    managedBy: list(
      record({
        repository: text,
        inventory: text,
        group: text,
        commit,
        since: time,
        until: timeOrNull,
        changeId: whole,
        files: about(map(sha256OrNull), 'What Ansible must write, by path on the node'),
        fields: list(ref('NodeField')),
      }),
    ),
  }),
  FieldHistory: record({
    node: text,
    path: text,
    managedBy: list(record({ repository: text, inventory: text, history: list(ref('NodeField')) })),
  }),
  Run: record(runSummary),
  RunList: record({ runs: list(ref('Run')), nextCursor: textOrNull }),
  RunDetail: record({
    ...runSummary,
    hosts: list(runHost),
    problems: about(list(text), 'What is wrong with the report itself'),
    change: refOrNull('Change'),
    log: list(ref('LogReference')),
  }),
  ExceptionList: record({
    exceptions: list(
      record({
        kind: words(
          'merge-violation',
          'unapproved-commit',
          'run-refused',
          'run-incomplete',
          'run-differs',
          'tampering',
          'dead-delivery',
          'dead-publication',
        ),
        at: time,
        repository: textOrNull,
        message: text,
        changeId: wholeOrNull,
        commit: textOrNull,
        branch: textOrNull,
        runId: textOrNull,
        delivery: about(textOrNull, "GitHub's delivery id"),
      }),
    ),
  }),
  PersonDetail: record({
    login: text,
    changes: list(
      record({
        roles: list(words('author', 'approver', 'discarded-approver', 'merger', 'contributor')),
        change: ref('Change'),
      }),
    ),
  }),
};
