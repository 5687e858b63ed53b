import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { httpReader } from '../../adapters/log/http-reader.ts';
import { type LogEntry, parseEntry } from '../../core/log/entry.ts';
import { verifyLog } from '../../core/log/verify.ts';
import { demoRepository } from '../../demo/demo-repository.ts';
import { eventually } from '../support/eventually.ts';
import { openStage, type Stage } from '../support/stage.ts';

const REPOSITORY = 'acme/nodes';
const PULLS = 40;
/** Each pull request is opened and pushed to four more times. */
const PUSHES = 4;
const KILLS = 10;
const VARIABLES = 'inventories/production/group_vars/gpu_workers.yml';

/** Random, and printed: KILL_SEED repeats a run. */
const seed = process.env['KILL_SEED'] ?? randomBytes(4).toString('hex');
let state = Number.parseInt(seed, 16) >>> 0;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};

describe('kill -9 at random moments', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
    await stage.start();
  });
  afterAll(() => stage.close());

  test(`${PULLS * (PUSHES + 1)} deliveries, ${KILLS} kills (seed ${seed}): one conclusion, one comment, one entry each`, async () => {
    const { double } = stage;
    double.createUser('ada', { emails: ['ada@acme.example'] });
    await double.createRepository('acme', 'nodes', {
      files: demoRepository(),
      author: { name: 'ada', email: 'ada@acme.example' },
    });
    double.setRole(REPOSITORY, 'ada', 'write');
    const gpu = demoRepository()[VARIABLES] ?? '';
    const file = (pull: number, push: number) => ({
      [VARIABLES]: gpu.replace('pids_limit: 8192', `pids_limit: ${4100 + pull * (PUSHES + 1) + push}`),
    });

    let kills = 0;
    const killer = (async () => {
      while (kills < KILLS) {
        await sleep(300 + random() * 2500);
        await stage.stop('SIGKILL');
        kills += 1;
        await stage.start();
      }
    })();
    const heads = new Map<number, string>();
    for (let push = 0; push <= PUSHES; push += 1) {
      for (let pull = 0; pull < PULLS; pull += 1) {
        const branch = `change-${pull}`;
        await double.commit(REPOSITORY, branch, file(pull, push), { author: 'ada', message: `push ${push}` });
        if (push === 0) await double.openPullRequest(REPOSITORY, { head: branch, title: branch, user: 'ada' });
        heads.set(pull + 1, await double.head(REPOSITORY, branch));
      }
    }
    await double.settled();
    await killer;

    // GitHub does not redeliver by itself: an operator (or the catch-up) redelivers what was answered by nobody.
    const lost = double.deliveries.filter(({ statusCode }) => statusCode !== 202);
    for (const { id } of lost) await double.redeliver(id);
    await double.settled();

    const unfinished = () =>
      [...heads].filter(
        ([number, sha]) =>
          double.checkRuns(REPOSITORY, sha).filter(run => run.status === 'completed').length !== 1 ||
          double.comments(REPOSITORY, number).length !== 1,
      );
    await eventually(
      () => unfinished().length === 0,
      () => `pull requests ${JSON.stringify(unfinished())}\n${stage.output().slice(-4000)}`,
    );
    await eventually(
      async () => /^kubelet_gate_publications_pending 0$/m.test(await (await fetch(`${stage.url}/metrics`)).text()),
      () => 'publications still wait',
    );

    for (const [number, sha] of heads) {
      const runs = double.checkRuns(REPOSITORY, sha);
      expect(runs.map(run => run.conclusion)).toEqual(['action_required']);
      const comments = double.comments(REPOSITORY, number);
      expect(comments).toHaveLength(1);
      expect(comments[0]!.body).toContain(sha);
    }
    expect(double.breaches).toEqual([]);

    const { vkey } = (await stage.ask('/api/v1/log')) as { vkey: string };
    const reader = httpReader(`${stage.url}/log`, stage.auditToken);
    const verified = await verifyLog(reader, vkey);
    expect(verified).toMatchObject({ ok: true, problems: [] });
    const entries = await allEntries(reader, verified.size);
    const keys = entries.map(entry => entry.key);
    expect(new Set(keys).size).toBe(keys.length);
    const verdicts = entries.filter(entry => entry.kind === 'verdict').map(entry => entry.data.head);
    for (const sha of heads.values()) expect(verdicts.filter(head => head === sha)).toHaveLength(1);
  }, 1_800_000);
});

/** Every entry of the log, read from its bundles. */
async function allEntries(read: ReturnType<typeof httpReader>, size: number): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = [];
  for (let bundle = 0; bundle * 256 < size; bundle += 1) {
    const width = Math.min(256, size - bundle * 256);
    const name = String(bundle).padStart(3, '0');
    const bytes = Buffer.from((await read(`tile/entries/${name}${width === 256 ? '' : `.p/${width}`}`)) ?? []);
    for (let offset = 0; offset < bytes.length; ) {
      const length = bytes.readUInt16BE(offset);
      entries.push(parseEntry(bytes.subarray(offset + 2, offset + 2 + length)));
      offset += 2 + length;
    }
  }
  return entries;
}
