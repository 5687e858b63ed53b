import { describe, expect, test } from '@jest/globals';
import { proveRun } from '../../../core/apply/prove-run.ts';
import { readRunReport } from '../../../core/apply/run-report.ts';
import type { ApprovedChange, HostProof, RunHistory, RunProof } from '../../../core/apply/types.ts';
import {
  APPROVED,
  BAD,
  COMMIT,
  counts,
  coverage,
  DEST,
  EXTRA_VARS,
  end,
  GOOD,
  gate,
  linesOf,
  play,
  start,
  state,
  type Told,
  TREE,
  task,
  whole,
} from './build-report.ts';

const nothing: RunHistory = { attestations: [], hosts: {}, trees: [] };
const written = task('cp1', { dest: DEST, changed: true, before_exists: false, exists: true, sha256: GOOD });
const restarted = task('cp1', { action: 'command', handler: ['restart kubelet'], changed: true });
const roles = [
  coverage('cp1', 'os-hardening', { first_mono_us: 1, last_mono_us: 5 }),
  coverage('cp1', 'kubelet', { first_mono_us: 6, last_mono_us: 9 }),
];
const done = (changed = 1) => end({ cp1: counts(changed) });
const good: Told[] = [start(), gate(), play(['cp1']), written, restarted, ...roles, done()];

const prove = (events: readonly Told[], history = nothing, of: ApprovedChange | null = APPROVED): RunProof =>
  proveRun(readRunReport(linesOf(whole(events))), of, history);
const host = (events: readonly Told[], history = nothing, of: ApprovedChange | null = APPROVED): HostProof =>
  prove(events, history, of).hosts[0]!;
/** The good run with its events of one type replaced. */
const with_ = (type: string, ...instead: Told[]): Told[] => {
  const at = good.findIndex(([name]) => name === type);
  return [...good.slice(0, at), ...instead, ...good.slice(at).filter(([name]) => name !== type)];
};

describe('what a run proves about a host', () => {
  test('approved content, whole record: applied as approved', () => {
    expect(prove(good)).toMatchObject({ state: 'complete', check: false, leftOut: [], tampering: [], rollback: null });
    expect(host(good)).toEqual({
      host: 'cp1',
      outcome: 'applied-as-approved',
      reasons: [],
      files: [{ dest: DEST, approved: GOOD, actual: GOOD, state: 'as-approved', reason: '' }],
      live: true,
      idempotent: null,
      osFirst: true,
    });
  });

  test('other content differs, with both digests', () => {
    const { outcome, files, reasons, live } = host(
      with_('task.result', task('cp1', { dest: DEST, changed: true, exists: true, sha256: BAD })),
    );
    expect({ outcome, live }).toEqual({ outcome: 'differs', live: null });
    expect(files).toMatchObject([{ state: 'differs', approved: GOOD, actual: BAD }]);
    expect(reasons[0]).toBe(`${DEST} has sha256 ${BAD}, approved is ${GOOD}`);
  });

  test('what stands there at the end counts, not what was written on the way', () => {
    const later = [...good.slice(0, -1), state('cp1', DEST, 'after', BAD), done()];
    expect(host(later).outcome).toBe('differs');
    expect(host([...good.slice(0, -1), state('cp1', DEST, 'after', null, false), done()])).toMatchObject({
      outcome: 'differs',
      reasons: [`${DEST} is not there after the run`],
    });
  });

  const doubts: readonly (readonly [string, readonly Told[], RegExp])[] = [
    ['check mode', with_('run.start', start({}, { cli: { check: true } })), /check mode, which changes nothing/],
    ['a gate that denied', with_('run.gate', gate('denied')), /the gate did not approve it \(denied\)/],
    ['a gate that was unreachable', with_('run.gate', gate('unreachable')), /\(unreachable\)/],
    ['no gate at all', with_('run.gate'), /\(not asked\)/],
    [
      'another tree',
      with_('run.start', start({ tree: 'c'.repeat(40), worktree: 'c'.repeat(40) })),
      /it ran tree c+, approved is b+/,
    ],
    ['a dirty work tree', with_('run.start', start({ dirty: true })), /the work tree was not that of its commit/],
    [
      'a work tree with hidden changes',
      with_('run.start', start({ worktree: 'c'.repeat(40) })),
      /the work tree was not/,
    ],
    ['no Git', with_('run.start', start(null)), /outside a Git work tree/],
    [
      'inputs the commit does not hold',
      with_('run.end', end({ cp1: counts() }, { unapproved_inputs: [{ path: 'x.yml', sha256: BAD }] })),
      /it read x.yml, which the commit does not hold/,
    ],
    [
      'inputs nobody knows',
      with_('run.end', end({ cp1: counts() }, { unapproved_inputs: null })),
      /not known which files it read/,
    ],
    [
      'a fault of the recorder',
      with_('run.end', end({ cp1: counts() }, { recorder_fault: 'disk full' })),
      /the recorder had a fault: disk full/,
    ],
    [
      'a role that did not run through',
      with_('role.coverage', coverage('cp1', 'kubelet', { complete: false, missing: ['Restart'] })),
      /role kubelet did not run through: Restart/,
    ],
    ['a host no task ran on', with_('run.end', end({})), /no task ran on this host/],
    ['no end', good.slice(0, -1), /the record is not whole: the record has no end/],
    ['a file nobody looked at', with_('task.result'), /the run did not look at it/],
    [
      'only a SHA-1',
      with_('task.result', task('cp1', { dest: DEST, changed: true, sha1: 'd'.repeat(40), sha256: null })),
      /only its SHA-1 is known/,
    ],
    [
      'only a SHA-1 of an unchanged file',
      with_('task.result', task('cp1', { dest: DEST, sha1: 'd'.repeat(40), sha256: null })),
      /only its SHA-1 is known/,
    ],
    [
      'content that could not be read',
      with_('task.result', task('cp1', { dest: DEST, changed: true, exists: true, sha256: null })),
      /its content could not be read/,
    ],
    [
      'a governed file nobody approved',
      [
        ...good.slice(0, -1),
        task('cp1', { dest: '/etc/kubernetes/extra.conf', changed: true, exists: true, sha256: BAD }),
        done(),
      ],
      /wrote \/etc\/kubernetes\/extra.conf, which was not shown for approval/,
    ],
  ];
  test.each(doubts)('with %s nothing is proven', (_, events, reason) => {
    const proof = host(events);
    expect(proof.outcome).toBe('not-proven');
    expect(proof.reasons).toContainEqual(expect.stringMatching(reason));
    expect({ live: proof.live, idempotent: proof.idempotent }).toEqual({ live: null, idempotent: null });
  });

  test('files that are not the kubelet\u2019s need no approval here, even below a directory with its name', () => {
    const other = ['/etc/motd', '/srv/kubelet-gate/hosts/cp1/etc/motd'].map(dest =>
      task('cp1', { dest, changed: true, exists: true, sha256: BAD }),
    );
    expect(host([...good.slice(0, -1), ...other, done()]).outcome).toBe('applied-as-approved');
  });

  test('a write after the last look makes the content unknown again', () => {
    const blind = task('cp1', { dest: DEST, action: 'lineinfile', changed: true, sha256: null });
    expect(host([...good.slice(0, -1), blind, done()])).toMatchObject({
      outcome: 'not-proven',
      files: [{ actual: null }],
    });
  });

  test('a look with stat proves what a remote write could not', () => {
    const remote = task('cp1', { dest: DEST, changed: true, sha1: 'd'.repeat(40), sha256: null });
    const look = task('cp1', { action: 'stat', dest: DEST, exists: true, sha256: GOOD });
    expect(host(with_('task.result', remote, look, restarted)).outcome).toBe('applied-as-approved');
  });

  test('without an approved change, or without files for the host, nothing is proven', () => {
    expect(host(good, nothing, null)).toMatchObject({ outcome: 'not-proven', files: [] });
    expect(host(good, nothing, { ...APPROVED, hostDigests: {} }).reasons).toEqual([
      'no file was approved for this host',
    ]);
    expect(host(good, nothing, { ...APPROVED, hostDigests: { cp1: { [DEST]: null } } }).reasons).toEqual([
      `${DEST}: its approved content is not wholly known from Git`,
    ]);
  });

  test('a failed task, or a host that was not reached, is a failure', () => {
    const failed = task('cp1', { task: 'Restart', action: 'service', status: 'failed' });
    expect(host([...good.slice(0, -1), failed, end({ cp1: counts(1, 1) }, { status: 'failed' })])).toMatchObject({
      outcome: 'failed',
      reasons: ['task "Restart" failed'],
    });
    const lost = task('cp1', { task: 'Facts', action: 'setup', status: 'unreachable' });
    expect(host([start(), gate(), play(['cp1']), lost, end({ cp1: counts(0, 0, 1) })])).toMatchObject({
      outcome: 'failed',
    });
  });

  test('every target has a proof, whether anything ran there or not', () => {
    const proof = prove(with_('play.start', play(['cp1', 'gpu1'], ['gpu2'])));
    expect(proof.hosts.map(({ host, outcome }) => [host, outcome])).toEqual([
      ['cp1', 'applied-as-approved'],
      ['gpu1', 'not-proven'],
    ]);
    expect(proof.leftOut).toEqual(['gpu2']);
  });

  test('a refused run is refused, and proves nothing about any host', () => {
    const refused = [start(), gate('denied'), end({}, { status: 'refused' })];
    expect(prove(refused)).toMatchObject({ state: 'refused', hosts: [] });
    expect(prove([start(), gate('denied')])).toMatchObject({ state: 'incomplete', hosts: [] });
  });
});

describe('whether approved content is live', () => {
  const pending = with_('run.end', end({ cp1: counts(1) }, { pending_restart: { cp1: [DEST] } }));
  const unchanged = (...more: Told[]) =>
    with_('task.result', task('cp1', { dest: DEST, exists: true, sha256: GOOD }), ...more);
  const earlier = (pendingRestart: readonly string[]): RunHistory => ({
    ...nothing,
    hosts: { cp1: { commit: null, extraVarsDigest: null, pendingRestart, osHardenedAt: null } },
  });

  test.each<[string, readonly Told[], RunHistory, boolean | null]>([
    ['changed and its handler ran', good, nothing, true],
    ['changed and nothing was restarted', pending, nothing, false],
    ['unchanged, nothing known of earlier runs', unchanged(), nothing, null],
    ['unchanged, an earlier run left nothing to restart', unchanged(), earlier([]), true],
    ['unchanged, an earlier run left a restart open', unchanged(), earlier([DEST]), false],
    ['unchanged, the restart an earlier run left open was made', unchanged(restarted), earlier([DEST]), true],
    [
      'unchanged, the kubelet service was restarted',
      unchanged(task('cp1', { action: 'systemd', name: 'kubelet.service', restarted: true, changed: true })),
      earlier([DEST]),
      true,
    ],
    [
      'unchanged, another service was restarted',
      unchanged(task('cp1', { action: 'systemd', name: 'sshd', restarted: true, changed: true })),
      earlier([DEST]),
      false,
    ],
  ])('%s', (_, events, history, live) => {
    expect(host(events, history)).toMatchObject({ outcome: 'applied-as-approved', live });
  });
});

describe('whether a repetition changed nothing', () => {
  const before = (commit: string, extraVarsDigest = EXTRA_VARS): RunHistory => ({
    ...nothing,
    hosts: { cp1: { commit, extraVarsDigest, pendingRestart: [], osHardenedAt: null } },
  });
  const again = [
    ...with_('task.result', task('cp1', { dest: DEST, exists: true, sha256: GOOD })).slice(0, -1),
    done(0),
  ];

  test.each<[string, readonly Told[], RunHistory, boolean | null]>([
    ['the same again, nothing changed', again, before(COMMIT), true],
    ['the same again, something changed', good, before(COMMIT), false],
    ['another commit before', again, before('c'.repeat(40)), null],
    ['other extra variables before', again, before(COMMIT, 'd'.repeat(64)), null],
    ['no run before', again, nothing, null],
  ])('%s', (_, events, history, idempotent) => {
    expect(host(events, history)).toMatchObject({ outcome: 'applied-as-approved', idempotent });
  });
});

describe('whether the operating system was hardened first', () => {
  const hardened = (at: string): RunHistory => ({
    ...nothing,
    hosts: { cp1: { commit: null, extraVarsDigest: null, pendingRestart: [], osHardenedAt: new Date(at) } },
  });
  const kubelet = coverage('cp1', 'kubelet', { first_mono_us: 6, last_mono_us: 9 });
  const os = (more: Readonly<Record<string, unknown>>) => coverage('cp1', 'os-hardening', more);

  test.each<[string, readonly Told[], RunHistory, boolean | null]>([
    ['before the kubelet, in the same run', [os({ last_mono_us: 5 }), kubelet], nothing, true],
    ['after the kubelet', [os({ first_mono_us: 10, last_mono_us: 11 }), kubelet], nothing, false],
    ['not all of it', [os({ last_mono_us: 5, complete: false }), kubelet], nothing, false],
    ['by an earlier run, lately', [kubelet], hardened('2026-11-20T00:00:00Z'), true],
    ['by an earlier run, too long ago', [kubelet], hardened('2026-01-01T00:00:00Z'), false],
    ['by no run known', [kubelet], nothing, null],
    ['no kubelet role in the run', [os({})], nothing, null],
  ])('%s', (_, covered, history, osFirst) => {
    expect(host(with_('role.coverage', ...covered), history).osFirst).toBe(osFirst);
  });
});

describe('tampering', () => {
  const last = (sha256: string | null): RunHistory => ({
    ...nothing,
    attestations: [{ host: 'cp1', dest: DEST, exists: true, sha256, run: 'earlier' }],
  });
  const seen = (digest: string | null, exists = true) => [
    start(),
    gate(),
    play(['cp1']),
    state('cp1', DEST, 'before', digest, exists),
    written,
    ...roles,
    done(),
  ];

  test('a file that is not what the last run left is found', () => {
    expect(prove(seen(BAD), last(GOOD)).tampering).toEqual([
      { host: 'cp1', dest: DEST, expected: GOOD, actual: BAD, lastRun: 'earlier' },
    ]);
    expect(prove(seen(null, false), last(GOOD)).tampering).toMatchObject([{ actual: null }]);
  });

  test('the digest a write saw before itself is evidence too', () => {
    const write = task('cp1', {
      dest: DEST,
      changed: true,
      before_exists: true,
      before_sha256: BAD,
      exists: true,
      sha256: GOOD,
    });
    expect(prove(with_('task.result', write), last(GOOD)).tampering).toHaveLength(1);
  });

  test.each<[string, readonly Told[], RunHistory]>([
    ['the same content', seen(GOOD), last(GOOD)],
    ['nothing known before', seen(BAD), nothing],
    ['an unknown digest before', seen(BAD), last(null)],
    ['content that could not be read now', seen(null), last(GOOD)],
    [
      'a look only after the own write',
      [
        ...good.slice(0, 3),
        task('cp1', { dest: DEST, changed: true, sha256: null }),
        state('cp1', DEST, 'after', BAD),
        ...roles,
        done(),
      ],
      last(GOOD),
    ],
  ])('%s is none', (_, events, history) => {
    expect(prove(events, history).tampering).toEqual([]);
  });
});

describe('rollback', () => {
  const old = 'c'.repeat(40);
  test.each<[string, readonly string[], boolean | null]>([
    ['a tree that was applied before and replaced since', [TREE, old], true],
    ['the tree applied last', [old, TREE], false],
    ['a new tree', [old], false],
    ['no run known', [], null],
  ])('%s', (_, trees, expected) => {
    expect(prove(good, { ...nothing, trees }).rollback).toBe(expected);
  });
});

describe('what the next run starts from', () => {
  test('states of files, open restarts and complete hardening', () => {
    const events = with_('run.end', end({ cp1: counts(1) }, { pending_restart: { cp1: [DEST] } }));
    expect(prove(events)).toMatchObject({
      attestations: [{ host: 'cp1', dest: DEST, exists: true, sha256: GOOD }],
      pendingRestart: { cp1: [DEST] },
      osHardened: ['cp1'],
    });
  });

  test('check mode hardens nothing and leaves no content', () => {
    const checked = with_('task.result', task('cp1', { dest: DEST, changed: true, check: true, sha256: GOOD }));
    const proof = prove([start({}, { cli: { check: true } }), ...checked.slice(1)]);
    expect(proof).toMatchObject({ check: true, attestations: [], osHardened: [] });
  });
});
