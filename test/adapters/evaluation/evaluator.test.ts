import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Evaluator, type EvaluatorOptions, openEvaluator } from '../../../adapters/evaluation/evaluator.ts';
import type { EvaluationRequest } from '../../../adapters/evaluation/request.ts';
import { packageRoot } from '../../../config/package-root.ts';
import { readOperatorPolicy } from '../../../core/approval/read-policy.ts';
import { HOSTILE, PLAIN } from '../../core/ansible/hostile-repositories.ts';
import { type BareRepository, commitFiles, createBareRepository } from '../../support/github/bare-repository.ts';

const AUTHOR = { name: 'someone', email: 'someone@example.org' };
/** As the service runs it. */
const SERVICE: EvaluatorOptions = { size: 2, heapMiB: 1024, timeoutMs: 120_000 };

let directory: string;
let repository: BareRepository;
let base: string;
let request: (head: string) => EvaluationRequest;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kubelet-gate-evaluator-'));
  repository = await createBareRepository(join(directory, 'site.git'), 'main');
  base = await commitFiles(repository, 'main', { files: PLAIN, message: 'site', author: AUTHOR });
  const policy = join(packageRoot(), 'config', 'policy.yaml');
  const floor = readOperatorPolicy(policy, await readFile(policy, 'utf8'));
  request = head => ({ repository: repository.directory, base, head, policyAt: base, floor, minor: '1.34' });
});
afterAll(() => rm(directory, { recursive: true }));

const commit = (files: Readonly<Record<string, string>>): Promise<string> =>
  commitFiles(repository, 'change', { files, message: 'change', author: AUTHOR, parent: base });

describe('with the limits of the service', () => {
  let evaluator: Evaluator;
  beforeAll(() => {
    evaluator = openEvaluator(SERVICE);
  });
  afterAll(() => evaluator.close());

  test.each(HOSTILE)('$name: the review fails with a problem where it is written', async ({ files, problem }) => {
    const { verdict } = await evaluator.evaluate(request(await commit(files)));
    expect(verdict.conclusion).toBe('fail');
    expect(verdict.problems).toContainEqual(expect.objectContaining(problem));
  });
});

describe('a process that is given too little', () => {
  /** A review that takes more memory than it is given, and some seconds. */
  const large = () =>
    commit({
      'inventory/hosts.ini': `[workers]\n${Array.from({ length: 3 }, (_, i) => `n${i}-[1:60000]\n`).join('')}`,
      'site.yml': '- hosts: workers\n  gather_facts: false\n  roles: [kubelet]\n',
    });

  test('dies of its memory alone: the reason is told, and the next evaluation is answered', async () => {
    const evaluator = openEvaluator({ ...SERVICE, size: 1, heapMiB: 64 });
    try {
      await expect(evaluator.evaluate(request(await large()))).rejects.toMatchObject({ code: 'crashed' });
      const { verdict } = await evaluator.evaluate(request(base));
      expect(verdict.conclusion).toBe('not-applicable');
    } finally {
      await evaluator.close();
    }
  });

  test('is stopped when its time is over', async () => {
    const slow = openEvaluator({ ...SERVICE, size: 1, timeoutMs: 50 });
    try {
      await expect(slow.evaluate(request(await large()))).rejects.toMatchObject({ code: 'timeout' });
    } finally {
      await slow.close();
    }
  });
});
