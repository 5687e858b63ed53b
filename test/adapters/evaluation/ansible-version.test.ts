import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { evaluate } from '../../../adapters/evaluation/evaluate.ts';
import { renderCommand } from '../../../cli/render.ts';
import { reportCommand } from '../../../cli/report.ts';
import { readBaseline } from '../../../config/baseline.ts';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { packageRoot } from '../../../config/package-root.ts';
import { readOperatorPolicy } from '../../../core/approval/read-policy.ts';
import { repositoryOf } from '../../core/baseline/situation.ts';
import { type BareRepository, commitFiles, createBareRepository } from '../../support/github/bare-repository.ts';
import { runCommand } from '../../support/run-command.ts';

const AUTHOR = { name: 'someone', email: 'someone@example.org' };
/** Until 2.14 the role's own variable wins over the one it is given, since 2.15 the given one. */
const SITE = repositoryOf({
  config: 'readOnlyPort: {{ port }}',
  files: { 'roles/kubelet/vars/main.yml': 'port: 0\n' },
});
const GIVEN = {
  'site.yml': '- hosts: all\n  gather_facts: false\n  roles:\n    - { role: kubelet, vars: { port: 10255 } }\n',
};
const UNNAMED: Readonly<Record<string, string>> = {};
const named = (core: string): Readonly<Record<string, string>> => ({
  '.kubelet-gate.yaml': `governed:\n  ansible: "${core}"\n`,
});

let directory: string;
let repository: BareRepository;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kubelet-gate-version-'));
  repository = await createBareRepository(join(directory, 'site.git'), 'main');
});
afterAll(async () => {
  await rm(directory, { recursive: true });
  process.exitCode = 0;
});

const commit = (files: Readonly<Record<string, string>>, parent?: string): Promise<string> =>
  commitFiles(repository, 'main', { files, message: 'change', author: AUTHOR, ...(parent ? { parent } : {}) });

async function judged(base: string, head: string) {
  const path = join(packageRoot(), 'config', 'policy.yaml');
  const floor = readOperatorPolicy(path, await readFile(path, 'utf8'));
  const request = { repository: repository.directory, base, head, policyAt: base, floor, minor: '1.34' } as const;
  return evaluate(request, { baseline: readBaseline(), facts: readKubeletFacts() });
}

test.each([
  ['no policy', UNNAMED, false],
  ['"2.14"', named('2.14'), false],
  ['"2.15"', named('2.15'), true],
  ['"2.18"', named('2.18'), true],
])('a review reads the change as the ansible-core of its base does: %s', async (_, policy, opened) => {
  const base = await commit({ ...SITE, ...policy });
  const head = await commit({ ...GIVEN, ...named(opened ? '2.14' : '2.19') }, base);
  const { verdict } = await judged(base, head);
  expect(verdict.changes.some(({ path: field }) => field === 'readOnlyPort')).toBe(opened);
  expect(verdict.problems.map(({ code, file, line }) => [code, file, line])).toEqual(
    policy === UNNAMED ? [['ansible-version', 'roles/kubelet/vars/main.yml', 1]] : [],
  );
  expect(verdict.conclusion === 'undecided').toBe(policy === UNNAMED);
});

test('what the base left to the version before is no problem of the change', async () => {
  const base = await commit({ ...SITE, ...GIVEN });
  const head = await commit({ 'roles/kubelet/defaults/main.yml': 'unused: 1\n' }, base);
  const { verdict } = await judged(base, head);
  expect(verdict.problems).toEqual([]);
  expect(verdict.existingProblems).toEqual([
    expect.objectContaining({
      message: expect.stringContaining('readOnlyPort is 0 with ansible-core 2.14 and 10255 with 2.19; name the one'),
    }),
  ]);
});

test.each([
  ['2.14', 0],
  ['2.17', 10255],
])('render and report read a commit as the ansible-core its policy names: %s', async (core, port) => {
  const rev = await commit({ ...SITE, ...GIVEN, ...named(core) });
  const of = ['--repo', repository.directory, '--rev', rev];
  expect((await runCommand(renderCommand(), ...of)).output).toContain(`readOnlyPort: ${port}`);
  const { output } = await runCommand(reportCommand(), ...of, '--format', 'json');
  const { findings } = JSON.parse(output) as { findings: readonly { control: string; result: string }[] };
  expect(findings.some(({ control, result }) => control === 'KG-API-01' && result === 'violated')).toBe(port !== 0);
});
