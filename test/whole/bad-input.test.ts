import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { FileContent } from '../support/github/github-double.ts';
import { type InProcess, openInProcess } from '../support/in-process.ts';
import { freshEmbedded } from '../support/services.ts';
import { createPeople, FILES, GPU, type Opened, openSite, POLICY, type Site, TEMPLATE } from './site.ts';

jest.setTimeout(400_000);

type Files = Readonly<Record<string, FileContent>>;

const DEFAULTS = 'roles/kubelet/defaults/main.yml';
const TASKS = 'roles/kubelet/tasks/main.yml';
const HOSTS = 'inventories/production/hosts.yml';
const lines = (text: string) => text.trimEnd().split('\n').length;
const gpu = (more: string) => `${FILES[GPU]}${more}`;
const next = lines(FILES[GPU]!) + 1;

const VAULT = [
  '!vault |',
  '  $ANSIBLE_VAULT;1.1;AES256',
  '  66386439653236336462626566653063336164663966303231363934653561363964363833313662',
  '  6431626536303530376336343832656537303632313433360a626438346336353331386135323030',
  '',
].join('\n');

const ALIASES = `a: &a [x, x, x, x, x, x, x, x, x]\n${[...'bcdefghij']
  .map((name, index) => `${name}: &${name} [${`*${'abcdefghij'[index]}, `.repeat(9)}x]`)
  .join('\n')}\n`;

/** `says`: every one of these stands in the check run, the first of them names the file and the line. */
const CASES: readonly Readonly<{ name: string; head: Files; base?: Files; says: readonly string[] }>[] = [
  {
    name: 'group_vars that are no YAML',
    head: { [GPU]: gpu('kubelet_event_qps: [5\n') },
    says: [`${GPU}:`],
  },
  {
    name: 'a template with a tag that does not exist',
    head: { [TEMPLATE]: FILES[TEMPLATE]!.replace('{% endif %}', '{% etndif %}') },
    says: [`${TEMPLATE}:`, 'etndif'],
  },
  {
    name: 'YAML nested a thousand deep',
    head: { [GPU]: gpu(`bomb: ${'['.repeat(1000)}\n`) },
    says: [`${GPU}:${next}`],
  },
  {
    name: 'YAML nested a thousand deep where a playbook should be',
    head: { 'site.yml': `${FILES['site.yml']}bomb: ${'{a: '.repeat(1000)}\n` },
    says: ['site.yml:'],
  },
  { name: 'aliases that unfold without end', head: { [GPU]: ALIASES }, says: [`${GPU}:`] },
  {
    name: 'a file of more than a MiB',
    head: { [GPU]: gpu(`# ${'x'.repeat(1_100_000)}\n`) },
    says: [GPU, 'over the limit'],
  },
  {
    name: 'a template of more than a MiB',
    head: { [TEMPLATE]: `${FILES[TEMPLATE]}# ${'x'.repeat(1_100_000)}\n` },
    says: [TEMPLATE, 'over the limit'],
  },
  {
    name: 'variables that are not UTF-8',
    head: { [GPU]: Buffer.concat([Buffer.from(gpu('note: "')), Buffer.from([0xc3, 0x28]), Buffer.from('"\n')]) },
    says: [GPU, 'UTF-8'],
  },
  {
    name: 'a symlink where role defaults should be',
    head: { [DEFAULTS]: { mode: '120000', content: '../../../../../etc/passwd' } },
    says: [DEFAULTS, 'symbolic link'],
  },
  {
    name: 'a submodule where variables of a role should be',
    head: { 'roles/kubelet/vars': { mode: '160000', commit: 'b'.repeat(40) } },
    says: ['roles/kubelet/vars', 'submodule'],
  },
  {
    name: 'a policy with a key nobody knows',
    head: { [POLICY]: `${FILES[POLICY]}aprovals: []\n` },
    says: [`${POLICY}:${lines(FILES[POLICY]!) + 1}`, 'aprovals'],
  },
  {
    name: 'a template that loops without end',
    head: { [TEMPLATE]: `{% for i in range(10**9) %}x{% endfor %}\n${FILES[TEMPLATE]}` },
    says: [`${TEMPLATE}:1`],
  },
  {
    name: 'a template whose strings grow without end',
    head: { [TEMPLATE]: `{% set x = 'x' * 10**10 %}\n${FILES[TEMPLATE]}` },
    says: [`${TEMPLATE}:1`],
  },
  {
    name: 'an inventory that is a list',
    head: { [HOSTS]: '- all\n' },
    says: [HOSTS],
  },
  {
    name: 'tasks that are no list',
    head: { [TASKS]: 'name: Kubelet configuration\n' },
    says: [TASKS],
  },
];

describe('bad input (embedded)', () => {
  let service: InProcess;
  const opened = new Map<string, Promise<Readonly<{ site: Site; pull: Opened }>>>();
  beforeAll(async () => {
    service = await openInProcess({ store: await freshEmbedded() });
    createPeople(service);
    for (const { name, head, base } of CASES) {
      const coming = openSite(service, { ...FILES, ...base }).then(async site => ({
        site,
        pull: await site.propose(head),
      }));
      coming.catch(() => undefined);
      opened.set(name, coming);
    }
  });
  afterAll(() => service.close());

  test.each(CASES)('$name: the check run fails and says where', async ({ name, says }) => {
    const { site, pull } = await opened.get(name)!;
    const run = await site.concluded(pull.head, 'failure');
    for (const words of says) expect(`${run.summary}\n${run.title}\n${run.text}`).toContain(words);
    const comment = await site.commented(pull.number, says[0]!);
    expect(comment.body).toContain('Cannot be judged');
  });

  test('a vaulted value that decides a governed field is unknown, and takes the approvals of a weakening', async () => {
    const site = await openSite(service);
    const pull = await site.propose({ [GPU]: gpu(`kubelet_read_only_port: ${VAULT}`) });
    const run = await site.concluded(pull.head, 'action_required');
    expect(run.text).toContain('vault');
    expect(run.text).toContain('Cannot be decided from Git');
    await site.approve(pull.number, 'grace');
    await site.commented(pull.number, 'so far: `grace`');
    expect(service.double.checkRuns(site.repository, pull.head).at(-1)?.conclusion).toBe('action_required');
    await site.approve(pull.number, 'linus');
    await site.concluded(pull.head, 'success');
  });

  test('a policy with unknown keys on the base branch leaves the floor, and says so', async () => {
    const site = await openSite(service, { ...FILES, [POLICY]: `${FILES[POLICY]}aprovals: []\n` });
    const pull = await site.propose({ [GPU]: FILES[GPU]!.replace('max_pods: 32', 'max_pods: 24') });
    const run = await site.concluded(pull.head, 'action_required');
    expect(run.summary).toContain(`${POLICY}:${lines(FILES[POLICY]!) + 1}`);
    expect(run.summary).toContain('mended first');
    await site.approve(pull.number, 'grace');
    await site.commented(pull.number, 'mended first');
    expect(service.double.checkRuns(site.repository, pull.head).at(-1)?.conclusion).toBe('action_required');
  });

  test('the pull request that mends an unreadable policy needs an administrator', async () => {
    const site = await openSite(service, { ...FILES, [POLICY]: `${FILES[POLICY]}aprovals: []\n` });
    service.double.setRole(site.repository, 'linus', 'admin');
    const pull = await site.propose({ [POLICY]: FILES[POLICY]! });
    await site.concluded(pull.head, 'action_required');
    await site.approve(pull.number, 'grace');
    await site.commented(pull.number, 'mends an unreadable policy');
    await site.approve(pull.number, 'linus');
    await site.concluded(pull.head, 'success');
  });

  test('the next pull request is judged as if nothing had happened', async () => {
    const site = await openSite(service);
    const pull = await site.propose({ [GPU]: FILES[GPU]!.replace('max_pods: 32', 'max_pods: 24') });
    await site.concluded(pull.head, 'action_required');
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
  });

  test('nothing that was said to GitHub broke its description', () => {
    expect(service.double.breaches).toEqual([]);
  });
});
