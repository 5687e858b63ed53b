import { describe, expect, test } from '@jest/globals';
import { proveRun } from '../../../core/apply/prove-run.ts';
import { readRunReport } from '../../../core/apply/run-report.ts';
import { encodeEntry, type LogEntry } from '../../../core/log/entry.ts';
import { runEntries } from '../../../core/log/run-entries.ts';
import {
  APPROVED,
  BAD,
  COMMIT,
  counts,
  DEST,
  end,
  GOOD,
  gate,
  linesOf,
  play,
  RUN,
  start,
  state,
  type Told,
  TREE,
  task,
  whole,
} from '../apply/build-report.ts';

const at = new Date('2026-11-25T12:00:00.000Z');
const written = task('cp1', { dest: DEST, changed: true, exists: true, sha256: GOOD });
const history = {
  attestations: [{ host: 'cp1', dest: DEST, exists: true, sha256: GOOD, run: 'earlier' }],
  hosts: {},
  trees: [],
};

function entries(events: readonly Told[]): LogEntry[] {
  const report = readRunReport(linesOf(whole(events)));
  return runEntries(report, proveRun(report, APPROVED, history), 'acme/nodes#12', at);
}
const kinds = (events: readonly Told[]) => entries(events).map(({ kind }) => kind);

describe('what the log records of a run', () => {
  test('a whole run: what the gate said, and what happened on every host', () => {
    const recorded = entries([start(), gate(), play(['cp1']), written, end({ cp1: counts(1) })]);
    const run = { run: RUN, repo: 'acme/nodes', commit: COMMIT, tree: TREE, change: 'acme/nodes#12' };
    expect(recorded.map(({ data }) => data)).toMatchObject([
      { ...run, verdict: 'approved', check: false },
      {
        ...run,
        host: 'cp1',
        outcome: 'applied-as-approved',
        reasons: [],
        files: { count: 1, content: [{ dest: DEST, approved: GOOD, actual: GOOD }] },
      },
    ]);
    expect(recorded.map(({ key }) => key)).toEqual([`run.gate/${RUN}`, `run.applied/${RUN}/cp1`]);
  });

  test.each<[string, readonly Told[], readonly string[]]>([
    ['refused', [start(), gate('denied'), end({}, { status: 'refused' })], ['run.gate', 'run.refused']],
    ['incomplete', [start(), gate(), play(['cp1']), written], ['run.gate', 'run.incomplete']],
    ['cut off before the gate spoke', [start()], ['run.incomplete']],
    ['in check mode', [start({}, { cli: { check: true } }), gate(), play(['cp1']), end({})], ['run.gate']],
    [
      'that found a file changed',
      [start(), gate(), play(['cp1']), state('cp1', DEST, 'before', BAD), written, end({ cp1: counts(1) })],
      ['run.gate', 'run.applied', 'tampering'],
    ],
  ])('a run %s', (_, events, expected) => {
    expect(kinds(events)).toEqual(expected);
  });

  test('whatever a report says, its entries fit', () => {
    const long = 'x'.repeat(5000);
    const denied = [
      start(),
      ['run.gate', { verdict: 'denied', reason: long, approval: {} }] as Told,
      end({}, { status: 'refused' }),
    ];
    const many = Array.from({ length: 300 }, (_, index) => task('cp1', { task: `${index} ${long}`, status: 'failed' }));
    for (const events of [denied, [start(), gate(), play(['cp1']), ...many, end({ cp1: counts(0, 300) })]])
      for (const entry of entries(events)) expect(encodeEntry(entry).length).toBeLessThan(65_536);
  });
});
