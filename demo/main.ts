import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../test/support/eventually.ts';
import { openStage, program, type Stage } from '../test/support/stage.ts';
import { applyToFolders, hasAnsible } from './apply.ts';
import { demoRepository } from './demo-repository.ts';
import { openSteps } from './steps.ts';

const REPOSITORY = 'acme/nodes';
const GPU = 'inventories/production/group_vars/gpu_workers.yml';
const APPLIED_TO = ['worker-1', 'gpu-1'];

const once = process.argv.includes('--once');
const pictures = process.argv.includes('--pictures') ? process.argv[process.argv.indexOf('--pictures') + 1] : undefined;
const { step, note } = openSteps(text => process.stdout.write(text));

const stage = await openStage();
try {
  await stage.start();
  await walk(stage);
  if (pictures !== undefined) await keepPictures(pictures);
  if (!once) {
    step(
      'Look around',
      `pull request  ${stage.double.url}/${REPOSITORY}/pull/1`,
      `change log    ${stage.url}/ (audit token ${stage.auditToken})`,
      'Ctrl-C ends it.',
    );
    await new Promise<void>(stop => void process.once('SIGINT', () => stop()));
  }
} catch (error) {
  process.stdout.write(`\nThe demo stopped: ${(error as Error).message}\n${stage.output()}\n`);
  process.exitCode = 1;
} finally {
  await stage.close();
}

/** What a person looks at, as PNG files: the pull request while it is refused, and everything at the end. */
async function keepReview(directory: string): Promise<void> {
  const { takePictures } = await import('./screenshots.ts');
  const clip = { x: 120, y: 60, width: 1040, height: 990 };
  await takePictures(directory, stage, [{ name: 'review', url: `${stage.double.url}/${REPOSITORY}/pull/1`, clip }]);
}

async function keepPictures(directory: string): Promise<void> {
  const { takePictures } = await import('./screenshots.ts');
  const page = (name: string, path: string) => ({ name, url: `${stage.url}${path}` });
  await takePictures(directory, stage, [
    { name: 'pull-request', url: `${stage.double.url}/${REPOSITORY}/pull/1` },
    page('changes', '/'),
    page('change', '/changes/1'),
    page('nodes', '/nodes'),
    page('node', '/nodes/gpu-1'),
    page('runs', '/runs'),
    page('exceptions', '/exceptions'),
    page('log', '/log'),
  ]);
  step('Pictures of all pages', directory);
}

/** The main job, from a pull request to a verified log. */
async function walk({ double, url, ask, ...stage }: Stage): Promise<void> {
  step('kubelet-gate and a GitHub double are up', `gate    ${url}`, `GitHub  ${double.url}/${REPOSITORY}`);
  for (const login of ['ada', 'grace', 'linus']) double.createUser(login, { emails: [`${login}@acme.example`] });
  await double.createRepository('acme', 'nodes', {
    files: demoRepository(),
    message: 'Manage the nodes',
    author: { name: 'linus', email: 'linus@acme.example' },
  });
  for (const login of ['ada', 'grace', 'linus']) double.setRole(REPOSITORY, login, 'write');

  const gpu = demoRepository()[GPU] ?? '';
  await double.commit(
    REPOSITORY,
    'gpu-metrics',
    { [GPU]: `${gpu}# The GPU dashboard scrapes this port.\nkubelet_read_only_port: 10255\n` },
    { author: 'ada', message: 'Let the dashboard scrape GPU nodes' },
  );
  const number = await double.openPullRequest(REPOSITORY, {
    head: 'gpu-metrics',
    title: 'Let the dashboard scrape GPU nodes',
    user: 'ada',
  });
  const page = `${double.url}/${REPOSITORY}/pull/${number}`;
  const weakened = await double.head(REPOSITORY, 'gpu-metrics');
  step('ada opens a pull request that changes one variable', page);

  const refused = await concluded(stage, double, weakened, 'failure');
  await eventually(() => double.reviewComments(REPOSITORY, number).length > 0, stage.output);
  const [comment] = double.reviewComments(REPOSITORY, number);
  step(
    'The gate says what it does to every node, at the line that did it',
    `check run   ${refused.conclusion}: ${refused.title}`,
    `comment at  ${comment?.path}:${comment?.line}`,
    `details     ${url}/changes/1`,
  );

  if (pictures !== undefined) await keepReview(pictures);

  const fixed = await double.pushToPull(
    REPOSITORY,
    number,
    { [GPU]: gpu.replace('kubelet_max_pods: 32', 'kubelet_max_pods: 24') },
    { author: 'ada', message: 'Scrape through the API; make room for larger jobs instead' },
  );
  const waiting = await concluded(stage, double, fixed, 'action_required');
  step('ada fixes it; what is left needs a person', `check run   ${waiting.conclusion}: ${waiting.title}`);

  await double.review(REPOSITORY, number, 'grace', { event: 'APPROVE', body: 'Fits what we measured.' });
  const approved = await concluded(stage, double, fixed, 'success');
  step('grace approves exactly that', `check run   ${approved.conclusion}: ${approved.title}`);

  const commit = await double.merge(REPOSITORY, number, 'ada');
  await eventually(
    async () => (await gate(stage, url, commit, await treeOf(double, commit))).verdict === 'approved',
    () => `the merge was not recorded:\n${stage.output()}`,
  );
  step('ada merges; the commit and its tree are in the log', `commit  ${commit}`, `change  ${url}/changes/1`);

  await apply({ double, url, ask, ...stage }, commit);

  const { vkey } = (await ask('/api/v1/log')) as { vkey: string };
  const tokenFile = join(stage.directory, 'audit-token');
  writeFileSync(tokenFile, stage.auditToken, { mode: 0o600 });
  const verified = await promisify(execFile)(process.execPath, [
    program(),
    'log',
    'verify',
    '--url',
    `${url}/log`,
    '--key',
    vkey,
    '--token-file',
    tokenFile,
  ]);
  step(
    'An auditor verifies the whole log from outside',
    verified.stdout.trim(),
    `npx kubelet-gate log verify --url ${url}/log --key ${vkey} --token-file FILE`,
  );
  if (double.breaches.length > 0) throw new Error(`GitHub's description was broken:\n${double.breaches.join('\n')}`);
}

async function apply(stage: Stage, commit: string): Promise<void> {
  if (!(await hasAnsible())) {
    step(
      'Ansible is not installed here, so nothing is applied',
      'apt-get install ansible-core, and run the demo again',
    );
    return;
  }
  const options = {
    cloneUrl: stage.double.gitUrl(REPOSITORY).replace('://', `://x-access-token:${stage.double.userToken('linus')}@`),
    commit,
    repository: REPOSITORY,
    hosts: APPLIED_TO,
    gateUrl: stage.url,
    runsToken: stage.runsToken,
  };
  const tampered = await applyToFolders({
    ...options,
    directory: join(stage.directory, 'tampered'),
    edit: clone => writeFileSync(join(clone, GPU), 'kubelet_read_only_port: 10255\n'),
  });
  if (tampered.exitCode !== 3) throw new Error(`an edited work tree was not refused:\n${tampered.output}`);
  step('Ansible from an edited work tree is refused before its first task', ...gateLines(tampered.output));

  const applied = await applyToFolders({ ...options, directory: join(stage.directory, 'applied') });
  if (applied.exitCode !== 0) throw new Error(`ansible-playbook failed:\n${applied.output}`);
  let proven: Node[] = [];
  await eventually(
    async () => {
      proven = await Promise.all(APPLIED_TO.map(async host => (await stage.ask(`/api/v1/nodes/${host}`)) as Node));
      return proven.every(node => JSON.stringify(node).includes('applied-as-approved'));
    },
    () => `the run was not proven: ${JSON.stringify(proven)}\n${stage.output()}\n${applied.output}`,
  );
  step(
    `Ansible applies the approved commit on ${APPLIED_TO.join(' and ')} (folders on this machine)`,
    ...APPLIED_TO.map(host => `${host}  applied as approved  ${stage.url}/nodes/${host}`),
  );
  note('The kubelet of a folder cannot restart: the pages say "not live yet", as they would for a node.');
}

type Node = Readonly<Record<string, unknown>>;

function gateLines(output: string): string[] {
  return output
    .split('\n')
    .filter(line => line.includes('kubelet-gate'))
    .slice(0, 3)
    .map(line => line.trim());
}

type CheckRun = ReturnType<Stage['double']['checkRuns']>[number];

/** The check run of a head once it has this conclusion. */
async function concluded(
  stage: Pick<Stage, 'output'>,
  double: Stage['double'],
  head: string,
  conclusion: string,
): Promise<CheckRun> {
  return eventually(
    () => double.checkRuns(REPOSITORY, head).find(run => run.conclusion === conclusion),
    () =>
      `no check run concluded ${conclusion}: ${JSON.stringify(double.checkRuns(REPOSITORY, head))}\n${stage.output()}`,
  );
}

async function gate(stage: Pick<Stage, 'runsToken'>, url: string, commit: string, tree: string) {
  const response = await fetch(`${url}/api/v1/gate?repo=${REPOSITORY}&commit=${commit}&tree=${tree}`, {
    headers: { authorization: `Bearer ${stage.runsToken}` },
  });
  return (await response.json()) as { verdict: string };
}

async function treeOf(double: Stage['double'], commit: string): Promise<string> {
  const { stdout } = await promisify(execFile)('git', [
    `--git-dir=${double.directory(REPOSITORY)}`,
    'rev-parse',
    `${commit}^{tree}`,
  ]);
  return stdout.trim();
}
