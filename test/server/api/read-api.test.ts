import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { sql } from 'kysely';
import { saveChange } from '../../../adapters/store/changes.ts';
import { openStore, type Store } from '../../../adapters/store/open-store.ts';
import type { ChangeDetail, ChangeList } from '../../../server/api/changes.ts';
import type { ExceptionList } from '../../../server/api/exceptions.ts';
import type { LogHealth } from '../../../server/api/log.ts';
import type { FieldHistory, NodeDetail, NodeSummary } from '../../../server/api/nodes.ts';
import { openApi } from '../../../server/api/openapi.ts';
import type { PersonDetail } from '../../../server/api/people.ts';
import { apiRouter } from '../../../server/api/router.ts';
import type { RunDetail, RunList } from '../../../server/api/runs.ts';
import { describeOnEveryStore } from '../../support/services.ts';
import type { SampleIds } from '../sample-record/changes.ts';
import { HOSTILE, REPOSITORY } from '../sample-record/cluster.ts';
import { RUNS } from '../sample-record/runs.ts';
import { fillStore, NOW, sampleSources } from '../sample-record/sample-record.ts';
import { serve } from '../serve.ts';

type Description = Readonly<{
  paths: Readonly<
    Record<string, { get: { responses: Record<string, { content: Record<string, { schema?: object }> }> } }>
  >;
}>;

const description = openApi('https://gate.example') as unknown as Description;
const name = (text: string) => encodeURIComponent(text);

describeOnEveryStore('the read API', fresh => {
  let store: Store;
  let stop: () => Promise<void>;
  let url: string;
  let ids: SampleIds;
  let paths: readonly string[];

  beforeAll(async () => {
    store = await openStore(await fresh());
    ids = await fillStore(store);
    const router = apiRouter(sampleSources(store.db));
    paths = router.stack.flatMap(layer => (layer.route === undefined ? [] : [layer.route.path]));
    ({ stop, url } = await serve(router));
  });
  afterAll(async () => {
    await stop();
    await store.close();
  });

  const ask = async (path: string) => {
    const response = await fetch(`${url}/api/v1${path}`);
    return { status: response.status, body: (await response.json()) as unknown };
  };
  const read = async <T>(path: string): Promise<T> => {
    const { status, body } = await ask(path);
    expect(status).toBe(200);
    return body as T;
  };
  const numbers = async (query: string) =>
    (await read<ChangeList>(`/changes?${query}`)).changes.map(change => change.number);

  test('describes every route it has, and has every route it describes', () => {
    const described = Object.keys(description.paths);
    expect(paths.map(path => path.replaceAll(/:(\w+)/g, '{$1}')).sort()).toEqual(described.sort());
  });

  test('answers as it is described, hostile content included', async () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addSchema({ $id: 'description', ...description });
    const asked: readonly (readonly [path: string, address: string])[] = [
      ['/changes', '/changes'],
      ['/changes', '/changes?since=never'],
      ...Object.values(ids).map(id => ['/changes/{id}', `/changes/${id}`] as const),
      ['/changes/{id}', '/changes/999'],
      ['/nodes', '/nodes'],
      ['/nodes/{name}', '/nodes/gpu-1'],
      ['/nodes/{name}', '/nodes/gpu-3?at=2026-11-10'],
      ['/nodes/{name}', `/nodes/${name(HOSTILE)}`],
      ['/nodes/{name}', '/nodes/nobody'],
      ['/nodes/{name}/fields/{path}', '/nodes/gpu-1/fields/maxPods'],
      ['/nodes/{name}/fields/{path}', `/nodes/${name(HOSTILE)}/fields/${name(HOSTILE)}`],
      ['/nodes/{name}/fields/{path}', '/nodes/gpu-1/fields/nothing'],
      ['/runs', '/runs'],
      ...Object.values(RUNS).map(id => ['/runs/{id}', `/runs/${name(id)}`] as const),
      ['/runs/{id}', '/runs/none'],
      ['/exceptions', '/exceptions'],
      ['/people/{login}', '/people/barbara'],
      ['/people/{login}', `/people/${name(HOSTILE)}`],
      ['/people/{login}', '/people/nobody'],
      ['/log', '/log'],
      ['/openapi.json', '/openapi.json'],
    ];
    for (const [path, address] of asked) {
      const { status, body } = await ask(address);
      const content = description.paths[`/api/v1${path}`]?.get.responses[status]?.content['application/json'];
      expect({ address, status, described: content !== undefined }).toEqual({ address, status, described: true });
      const pointer = ['paths', `/api/v1${path}`, 'get', 'responses', status, 'content', 'application/json', 'schema'];
      const validate = ajv.getSchema(
        `description#/${pointer
          .map(part => String(part).replaceAll('~', '~0').replaceAll('/', '~1'))
          .map(name)
          .join('/')}`,
      );
      if (content?.schema === undefined) continue;
      expect({ address, valid: validate?.(body), errors: validate?.errors }).toEqual({
        address,
        valid: true,
        errors: null,
      });
    }
    expect(new Set(asked.map(([path]) => `/api/v1${path}`))).toEqual(new Set(Object.keys(description.paths)));
  });

  test.each([
    ['', [41, 40, 39, 37, 31, 12]],
    ['repo=acme/clusters', [41, 40, 39, 37, 31, 12]],
    ['repo=acme/other', []],
    ['node=gpu-1', [37, 31, 12]],
    ['node=cp-1', [37, 12]],
    ['field=maxPods', [31]],
    ['person=barbara', [37, 31, 12]],
    ['control=KG-PORT-001', [37]],
    ['status=merged', [41, 39, 31, 12]],
    ['status=blocked', [40, 37]],
    ['status=fail', [40, 37]],
    ['since=2026-11-24', [41, 40, 39, 37]],
    ['until=2026-11-20', [31, 12]],
    ['until=2026-11-20T08:30:00Z', [12]],
    ['since=2026-11-20&until=2026-11-24&node=gpu-1&person=', [37, 31]],
    [`person=${name(HOSTILE)}`, [41]],
  ])('finds the changes of %s', async (query, expected) => {
    expect(await numbers(query)).toEqual(expected);
  });

  test.each([
    ['/changes?repos=acme/clusters', 'there is no parameter repos'],
    ['/changes?since=yesterday', 'since is not a date or time such as 2026-11-25 or 2026-11-25T09:30:00Z'],
    ['/changes?until=2026-13-45', 'until is not a date or time such as 2026-11-25 or 2026-11-25T09:30:00Z'],
    ['/changes?since=0000-01-01', 'since is not a date or time such as 2026-11-25 or 2026-11-25T09:30:00Z'],
    ['/changes?status=great', 'status is none of open, merged, closed'],
    ['/changes?cursor=-1', 'cursor is not a cursor this service gave'],
    ['/changes?cursor=99999999999999999999', 'cursor is not a cursor this service gave'],
    ['/changes?node=a&node=b', 'node is given more than once'],
    ['/changes?node[$gt]=', 'there is no parameter node[$gt]'],
    ['/changes?node=%00', 'node holds a NUL character'],
    [`/changes?node=${'x'.repeat(501)}`, 'node is longer than 500 characters'],
    ['/changes/1?at=2026-01-01', 'there is no parameter at'],
    ['/nodes/gpu-1?at=now', 'at is not a date or time such as'],
    ['/runs?status=great', 'status is none of running, ok, failed, refused, incomplete'],
  ])('says what is wrong with %s', async (path, message) => {
    const { status, body } = await ask(path);
    expect(status).toBe(400);
    expect(body).toEqual({ error: expect.stringContaining(message) });
  });

  test.each([
    ['/changers', 'there is no GET /api/v1/changers'],
    ['/changes/999', 'there is no change 999'],
    ['/changes/0', 'there is no such change'],
    ['/changes/1e3', 'there is no such change'],
    ['/changes/99999999999999999999', 'there is no such change'],
    ['/nodes/nobody', 'no inventory is known to have managed a node nobody by then'],
    ['/nodes/gpu-1?at=2026-11-01', 'no inventory is known to have managed a node gpu-1 by then'],
    ['/nodes/%00', 'there is no such node'],
    ['/nodes/gpu-1/fields/nothing', 'the node gpu-1 never had a field nothing'],
    ['/nodes/gpu-1/fields/constructor', 'the node gpu-1 never had a field constructor'],
    ['/runs/none', 'there is no run none'],
    ['/people/nobody', 'nobody took part in no change'],
  ])('knows no %s', async (path, message) => {
    expect(await ask(path)).toEqual({ status: 404, body: { error: message } });
  });

  test('gives a change with what it does, who approved, and which run brought it to each host', async () => {
    const change = await read<ChangeDetail>(`/changes/${ids.raised}`);
    expect(change.verdict?.said).toBe('Changes maxPods on 4 of 19 nodes (gpu_workers): maxPods: 110 (default) -> 60');
    expect(change.decision.approvers).toEqual(['barbara']);
    expect(change.people).toEqual(['barbara', 'grace']);
    expect(change.log).toEqual([
      {
        index: 0,
        kind: 'change.proposed',
        key: expect.stringContaining(encodeURIComponent(REPOSITORY)),
        at: '2026-11-20T08:30:00.000Z',
      },
    ]);
    const brought = change.application.map(({ host, application }) => [
      host,
      application?.outcome ?? null,
      application?.runId.slice(0, 2) ?? null,
    ]);
    expect(brought).toEqual([
      ['gpu-1', 'applied-as-approved', '2d'],
      ['gpu-2', 'applied-as-approved', '2d'],
      ['gpu-3', 'differs', '2d'],
      ['gpu-4', null, null],
    ]);
  });

  test('gives every field of a node with the change behind it and the run that brought it', async () => {
    const node = await read<NodeDetail>('/nodes/gpu-1');
    const fields = new Map(node.managedBy[0]?.fields.map(field => [field.path, field]));
    expect(node.managedBy).toHaveLength(1);
    expect(fields.get('maxPods')).toMatchObject({
      value: { state: 'value', value: 60, implicit: false },
      written: true,
      place: { commit: '2'.repeat(40), file: 'inventories/production/group_vars/gpu_workers.yml', line: 2 },
      setBy: { changeId: ids.raised, number: 31, approvers: ['barbara'], mergedBy: 'grace', firstSeen: false },
      application: { runId: expect.stringMatching(/^2d/), outcome: 'applied-as-approved' },
    });
    expect(fields.get('authentication.anonymous.enabled')).toMatchObject({
      place: { commit: '2'.repeat(40) },
      since: '2026-11-02T09:15:00.000Z',
      setBy: { changeId: ids.adopted, firstSeen: false },
      application: { runId: expect.stringMatching(/^0b/) },
    });
    expect(fields.get('authorization.mode')?.setBy).toMatchObject({ changeId: ids.adopted, firstSeen: true });
    expect(fields.get('nodeIP')?.value).toEqual({ state: 'unknown', why: ['fact ansible_default_ipv4'], key: 'f1' });
    expect(fields.get('readOnlyPort')?.written).toBe(false);
    expect(fields.get('tlsCipherSuites')).toMatchObject({ value: { state: 'absent' }, written: false, place: null });
  });

  test('says that no run has shown a value on a node', async () => {
    const application = async (host: string) => {
      const { managedBy } = await read<NodeDetail>(`/nodes/${host}`);
      return managedBy[0]?.fields.find(({ path }) => path === 'maxPods')?.application;
    };
    expect(await application('gpu-3')).toMatchObject({ outcome: 'differs', reasons: [expect.stringContaining('not')] });
    expect(await application('gpu-4')).toBeNull();
  });

  test('gives a node as it was', async () => {
    const before = await read<NodeDetail>('/nodes/gpu-1?at=2026-11-20T09:59:59Z');
    expect(before.managedBy[0]).toMatchObject({ changeId: ids.adopted, until: '2026-11-20T10:00:00.000Z' });
    expect(before.managedBy[0]?.fields.find(({ path }) => path === 'maxPods')?.written).toBe(false);
    const after = await read<NodeDetail>('/nodes/gpu-1?at=2026-11-20T10:00:00Z');
    expect(after.managedBy[0]?.changeId).toBe(ids.raised);
    expect(after.managedBy[0]?.fields.find(({ path }) => path === 'maxPods')?.application).toBeNull();
    expect((await read<NodeDetail>('/nodes/gpu-1?at=2026-11-20')).at).toBe('2026-11-20T23:59:59.999Z');
  });

  test('gives the values of a field over time, newest first', async () => {
    const { managedBy } = await read<FieldHistory>('/nodes/gpu-1/fields/maxPods');
    expect(managedBy[0]?.history.map(({ value, since, until }) => [value, since, until])).toEqual([
      [{ state: 'value', value: 60, implicit: false }, '2026-11-20T10:00:00.000Z', null],
      [{ state: 'value', value: 110, implicit: true }, '2026-11-02T09:15:00.000Z', '2026-11-20T10:00:00.000Z'],
    ]);
    const steady = await read<FieldHistory>('/nodes/cp-1/fields/authorization.mode');
    expect(steady.managedBy[0]?.history).toHaveLength(1);
  });

  test('lists nodes by repository and part of the name', async () => {
    const nodes = async (query: string) =>
      (await read<{ nodes: readonly NodeSummary[] }>(`/nodes?${query}`)).nodes.map(({ node }) => node);
    expect(await nodes('')).toHaveLength(20);
    expect(await nodes('name=gpu')).toEqual(['gpu-1', 'gpu-2', 'gpu-3', 'gpu-4']);
    expect(await nodes('repo=acme/other')).toEqual([]);
  });

  test('gives runs with how many hosts ended how', async () => {
    const { runs } = await read<RunList>('/runs?node=gpu-3');
    expect(runs.map(run => [run.id.slice(0, 2), run.status, run.hostCounts.differs])).toEqual([
      ['2d', 'incomplete', 1],
      ['1c', 'ok', 0],
      ['0b', 'ok', 0],
    ]);
    const run = await read<RunDetail>(`/runs/${runs[0]?.id}`);
    expect(run.change?.number).toBe(31);
    expect(run.hosts.map(({ host }) => host)).toEqual(['gpu-1', 'gpu-2', 'gpu-3']);
    expect(run.problems).toEqual([expect.stringContaining('2'), 'the record has no end']);
  });

  test('lists what did not go the approved way, newest first', async () => {
    const { exceptions } = await read<ExceptionList>('/exceptions');
    const kinds = exceptions
      .filter(({ kind }) => kind !== 'dead-delivery')
      .map(({ kind, at }) => [kind, at.slice(0, 10)]);
    expect(kinds).toEqual([
      ['merge-violation', '2026-11-25'],
      ['merge-violation', '2026-11-24'],
      ['run-refused', '2026-11-24'],
      ['unapproved-commit', '2026-11-23'],
      ['tampering', '2026-11-22'],
      ['run-differs', '2026-11-20'],
    ]);
    expect(exceptions.find(({ kind }) => kind === 'dead-delivery')).toMatchObject({
      delivery: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      message: expect.stringContaining('the head commit cannot be fetched'),
    });
  });

  test('says whether the checkpoint verifies under the key', async () => {
    const health = await read<LogHealth>('/log');
    expect(health).toMatchObject({ recorded: 3, checkpoint: { size: 3 }, problem: null });
    expect(health.newest.map(({ index, kind }) => [index, kind])).toEqual([
      [2, 'tampering'],
      [1, 'run.refused'],
      [0, 'change.proposed'],
    ]);
    await sql`update log_checkpoints set note = replace(note, 'gate', 'gane')`.execute(store.db);
    expect((await read<LogHealth>('/log')).problem).toContain('not signed by');
    await sql`update log_checkpoints set note = replace(note, 'gane', 'gate')`.execute(store.db);
  });

  test('says what a person did in which change', async () => {
    const roles = async (login: string) =>
      (await read<PersonDetail>(`/people/${login}`)).changes.map(({ roles, change }) => [change.number, roles]);
    expect(await roles('barbara')).toEqual([
      [37, ['discarded-approver']],
      [31, ['approver']],
      [12, ['approver']],
    ]);
    expect(await roles('grace')).toEqual([
      [31, ['author', 'merger']],
      [12, ['merger']],
    ]);
  });

  describe('with more changes than a page holds', () => {
    beforeAll(async () => {
      await store.db.transaction().execute(async trx => {
        for (let number = 1; number <= 120; number += 1)
          await saveChange(
            trx,
            {
              repository: 'acme/long',
              number,
              title: `Change ${number}`,
              author: 'ada',
              baseRef: 'main',
              head: 'a'.repeat(40),
              state: 'open',
              verdictKey: 'none',
              conclusion: 'pass',
              direction: 'neutral',
              digest: 'sha256:none',
              decision: { state: 'not-needed', reasons: [], approvers: [], discarded: [], needs: [] },
              decisionNumber: 1,
              attempt: 0,
              merge: null,
              about: { nodes: [], fields: [], people: [], controls: [] },
            },
            NOW,
          );
      });
    });

    test('gives each of them once, page by page', async () => {
      const seen: number[] = [];
      let cursor: string | null = '';
      let pages = 0;
      while (cursor !== null) {
        const page: ChangeList = await read(`/changes?repo=acme/long&cursor=${cursor}`);
        seen.push(...page.changes.map(change => change.number));
        cursor = page.nextCursor;
        pages += 1;
      }
      expect(pages).toBe(3);
      expect(seen).toEqual(Array.from({ length: 120 }, (_, index) => 120 - index));
    });

    test('shows a change whose verdict is not kept any more', async () => {
      const [newest] = (await read<ChangeList>('/changes?repo=acme/long')).changes;
      expect(await read<ChangeDetail>(`/changes/${newest?.id}`)).toMatchObject({ verdict: null, application: [] });
    });
  });
});
