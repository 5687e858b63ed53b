import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { httpReader } from '../../adapters/log/http-reader.ts';
import { verifyStatement } from '../../core/apply/statement.ts';
import { parseVkey } from '../../core/log/note.ts';
import { verifyLog } from '../../core/log/verify.ts';
import { eventually } from '../support/eventually.ts';
import { type InProcess, openInProcess } from '../support/in-process.ts';
import { describeOnEveryQueue } from '../support/services.ts';
import { createPeople, FILES, GPU, openSite } from './site.ts';

jest.setTimeout(400_000);

/** SubjectPublicKeyInfo of an Ed25519 key is this and the key. RFC 8410. */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');

describeOnEveryQueue('the main job', fresh => {
  let service: InProcess;
  beforeAll(async () => {
    service = await openInProcess(await fresh());
    createPeople(service);
  });
  afterAll(() => service.close());

  test('a change is refused, fixed, approved and merged, and each of these is in the log once', async () => {
    const { double } = service;
    const site = await openSite(service);
    const { repository } = site;
    const pull = await site.propose({ [GPU]: `${FILES[GPU]}kubelet_read_only_port: 10255\n` });

    const refused = await site.concluded(pull.head, 'failure');
    expect(refused.title).toContain('readOnlyPort');
    const [comment] = await eventually(
      () => double.reviewComments(repository, pull.number).length > 0 && double.reviewComments(repository, pull.number),
      () => site.state(pull.number),
    );
    expect(comment).toMatchObject({ path: GPU, line: FILES[GPU]!.split('\n').length, side: 'RIGHT' });
    await site.commented(pull.number, 'readOnlyPort');

    const fixed = await site.push(pull, { [GPU]: FILES[GPU]!.replace('max_pods: 32', 'max_pods: 24') });
    const waiting = await site.concluded(fixed, 'action_required');
    expect(waiting.title).toContain('needs approval');

    await site.approve(pull.number, 'grace');
    await site.concluded(fixed, 'success');
    await site.commented(pull.number, 'Approved');

    const commit = await double.merge(repository, pull.number, 'ada');
    const answer = await eventually(
      async () => {
        const asked = await site.gate(commit);
        return asked.verdict === 'approved' && asked;
      },
      () => site.gate(commit),
    );
    expect(answer.approvers).toEqual(['grace']);
    expect(Object.keys(answer.digests).sort()).toEqual(
      ['cp-1', 'cp-2', 'cp-3', 'gpu-1', 'gpu-2', ...[1, 2, 3, 4, 5, 6].map(n => `worker-${n}`)].sort(),
    );
    expect(answer.digests['gpu-1']!['/var/lib/kubelet/config.yaml']).toMatch(/^[0-9a-f]{64}$/);
    expect(answer.digests['gpu-1']).not.toEqual(answer.digests['worker-1']);

    const { publicKey } = parseVkey(service.vkey);
    const key = createPublicKey({ key: Buffer.concat([ED25519_SPKI, publicKey]), format: 'der', type: 'spki' });
    expect(verifyStatement(answer.statement, key)).toMatchObject({
      subject: [{ name: repository, digest: { gitCommit: commit } }],
      predicate: { verdict: 'approved', approvers: ['grace'], pullRequest: pull.number },
    });
    const payload = JSON.parse(Buffer.from(answer.statement.payload, 'base64').toString());
    const forged = Buffer.from(JSON.stringify({ ...payload, predicate: { verdict: 'denied' } })).toString('base64');
    expect(verifyStatement({ ...answer.statement, payload: forged }, key)).toBeNull();

    // An entry is served once the checkpoint behind it is signed, which follows the transaction the gate answers from.
    const kindsOf = async () =>
      (await site.entries()).map(({ kind, data }) => `${kind} ${'state' in data ? data.state : ''}`.trim());
    await eventually(async () => (await kindsOf()).includes('merged'), kindsOf);
    await double.settled();
    const kinds = await kindsOf();
    expect(kinds).toEqual([
      'change.proposed',
      'verdict',
      'decision blocked',
      'change.proposed',
      'verdict',
      'decision needs-approval',
      'decision approved',
      'merged',
    ]);
    expect(double.comments(repository, pull.number).filter(({ viaApp }) => viaApp)).toHaveLength(1);
    expect(double.checkRuns(repository, pull.head)).toHaveLength(1);
    expect(double.checkRuns(repository, fixed)).toHaveLength(1);

    const { changes } = (await service.ask(`/api/v1/changes?repo=${repository}`)) as { changes: unknown[] };
    expect(changes).toEqual([expect.objectContaining({ state: 'merged' })]);
  });

  test('the log verifies from outside', async () => {
    const verified = await verifyLog(httpReader(`${service.url}/log`, service.auditToken), service.vkey);
    expect(verified).toMatchObject({ ok: true, problems: [] });
    expect(verified.size).toBeGreaterThan(8);
  });

  test('nothing that was said to GitHub broke its description', () => {
    expect(service.double.breaches).toEqual([]);
  });
});
