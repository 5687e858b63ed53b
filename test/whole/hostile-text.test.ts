import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { markdown, mentionsIn } from '../support/github/pages/markdown.ts';
import { type InProcess, openInProcess } from '../support/in-process.ts';
import { freshEmbedded } from '../support/services.ts';
import { createPeople, FILES, GPU, openSite, POLICY, type Site, TEMPLATE } from './site.ts';

jest.setTimeout(400_000);

const EVIL = [
  '@ada and @acme/everyone',
  '| a | b |',
  '`` ` ``` @ada',
  '</td></details><script>alert(1)</script>',
  '![x](https://evil.example/x.png) [click](https://evil.example)',
  '\u202egnp.\u2066 \u200b@ada',
  '**bold** ~~gone~~ # heading',
  '#1 GH-1 https://evil.example/',
  '<!-- kubelet-gate:summary:0000 -->',
];

describe('hostile text (embedded)', () => {
  let service: InProcess;
  beforeAll(async () => {
    service = await openInProcess({ store: await freshEmbedded() });
    createPeople(service);
  });
  afterAll(() => service.close());

  /** Everything the service wrote about a pull request as Markdown. */
  const written = (site: Site, number: number, head: string): readonly string[] => {
    const { double } = service;
    return [
      ...double.comments(site.repository, number).map(({ body }) => body),
      ...double.reviews(site.repository, number).map(({ body }) => body),
      ...double.reviewComments(site.repository, number).map(({ body }) => body),
      ...double.checkRuns(site.repository, head).flatMap(({ summary, text }) => [summary ?? '', text ?? '']),
    ];
  };
  const harmless = (texts: readonly string[]) => {
    expect(texts.length).toBeGreaterThan(1);
    for (const text of texts) {
      expect(mentionsIn(text)).toEqual([]);
      expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
      const html = markdown(text);
      expect(html).not.toMatch(/<script|<img|href="https:\/\/evil|<h[1-6]/);
      for (const table of html.match(/<table[\s\S]*?<\/table>/g) ?? []) {
        const cells = [...table.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(
          ([, row = '']) => [...row.matchAll(/<t[dh]/g)].length,
        );
        expect(new Set(cells)).toEqual(new Set([5]));
      }
    }
  };

  test.each(EVIL)('a variable with the value %j pings nobody and breaks nothing', async value => {
    const site = await openSite(service);
    const text = JSON.stringify(value);
    const pull = await site.propose(
      {
        [GPU]: `${FILES[GPU]}kubelet_client_ca_file: ${text}\nkubelet_authorization_mode: ${text}\n`,
        [TEMPLATE]: FILES[TEMPLATE]!.replace(
          '{{ kubelet_client_ca_file }}',
          '{{ kubelet_client_ca_file | to_json }}',
        ).replace('{{ kubelet_authorization_mode }}', '{{ kubelet_authorization_mode | to_json }}'),
      },
      { title: value },
    );
    await site.concluded(pull.head, 'failure');
    await site.commented(pull.number, 'authorization');
    await eventually(
      () => service.double.reviews(site.repository, pull.number).length > 0,
      () => site.state(pull.number),
    );
    harmless(written(site, pull.number, pull.head));
    const run = service.double.checkRuns(site.repository, pull.head)[0]!;
    for (const { message } of run.annotations) expect(message).not.toMatch(/[\u202a-\u202e\u2066-\u2069]|@ada/);
  });

  test('names of files, hosts and branches with all of it ping nobody', async () => {
    const site = await openSite(service);
    const names = ['@ada', '`@grace', 'a|b', '<img src=x>', '[x](https:evil.example)'];
    const pull = await site.propose(
      {
        ...Object.fromEntries(
          names.map(name => [`inventories/production/host_vars/${name}.yml`, 'kubelet_event_qps: [\n']),
        ),
        'inventories/production/hosts.yml': FILES['inventories/production/hosts.yml']!.replace(
          'gpu-2:',
          `gpu-2:\n${names.map(name => `            ${JSON.stringify(name)}:`).join('\n')}`,
        ),
      },
      { branch: '@ada/`x`|<b>', title: '@ada `x` | <b>' },
    );
    await site.concluded(pull.head, 'failure');
    await site.commented(pull.number, 'Cannot be judged');
    harmless(written(site, pull.number, pull.head));
  });

  test('rule names of a policy ping nobody', async () => {
    const site = await openSite(service, {
      ...FILES,
      [POLICY]: `${FILES[POLICY]}approvals:\n  - name: "@ada | \`<b>"\n    requires:\n      count: 1\n      users: ["@grace", "a|b"]\n      teams: ["@acme/x"]\n`,
    });
    const pull = await site.propose({ [GPU]: FILES[GPU]!.replace('max_pods: 32', 'max_pods: 24') });
    await site.concluded(pull.head, 'action_required');
    await site.commented(pull.number, 'Approval needed');
    harmless(written(site, pull.number, pull.head));
  });

  test('the page of such a change holds no markup of its own', async () => {
    const { changes } = (await service.ask('/api/v1/changes')) as { changes: readonly { id: number }[] };
    for (const path of ['/', '/exceptions', '/nodes', ...changes.map(({ id }) => `/changes/${id}`)]) {
      const response = await fetch(`${service.url}${path}`, {
        headers: { authorization: `Bearer ${service.auditToken}`, accept: 'text/html' },
      });
      expect([path, response.status]).toEqual([path, 200]);
      const html = await response.text();
      expect(html).not.toMatch(/<script|<img src=x|href="https:\/\/evil|[\u202a-\u202e\u2066-\u2069]/);
    }
  });

  test('nothing that was said to GitHub broke its description', () => {
    expect(service.double.breaches).toEqual([]);
  });
});
