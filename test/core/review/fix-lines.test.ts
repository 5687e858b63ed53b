import { describe, expect, test } from '@jest/globals';
import { checkJson } from '../../../core/report/check-json.ts';
import { checkSarif } from '../../../core/report/check-sarif.ts';
import { checkText } from '../../../core/report/check-text.ts';
import { inlineComments } from '../../../core/report/inline-comments.ts';
import { summaryComment } from '../../../core/report/summary-comment.ts';
import { MOST_PROOFS } from '../../../core/review/fix-lines.ts';
import type { Verdict } from '../../../core/review/types.ts';
import { parseUnifiedDiff } from '../../support/parse-unified-diff.ts';
import { decided, nowhere } from '../report/verdicts.ts';
import { diffOf, type Files, reviewFiles } from './repositories.ts';

const DEFAULTS = 'roles/kubelet/defaults/main.yml';
const TASKS = 'roles/kubelet/tasks/main.yml';
const TEMPLATE = 'roles/kubelet/templates/kubelet.yaml.j2';
const UNIT = 'roles/kubelet/templates/kubelet.service.j2';
const SITE: Files = {
  'site.yml': '- hosts: all\n  gather_facts: false\n  roles: [kubelet]\n',
  'hosts.ini': '[workers]\nw1\nw2\n\n[gpu]\ng1\n',
  [DEFAULTS]: 'kubelet_mode: Webhook\nkubelet_port: 0\n',
  [TASKS]: `- name: configuration
  ansible.builtin.template:
    src: kubelet.yaml.j2
    dest: /var/lib/kubelet/config.yaml
    mode: "0600"
    owner: root
    group: root
- name: unit
  ansible.builtin.template:
    src: kubelet.service.j2
    dest: /etc/systemd/system/kubelet.service
    mode: "0600"
    owner: root
    group: root
`,
  [TEMPLATE]: `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authorization:
  mode: {{ kubelet_mode }}
authentication:
  anonymous:
    enabled: false
readOnlyPort: {{ kubelet_port }}
`,
  [UNIT]: '[Service]\nExecStart=/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml\n',
};

const edited = (file: string, from: string, to: string, site = SITE): Files => {
  const text = site[file] ?? '';
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  return { ...site, [file]: text.replace(from, to) };
};
const offered = ({ findings }: Verdict) =>
  findings
    .filter(({ status }) => status === 'introduced')
    .map(({ control, group, replacement }) => [control, group, replacement ?? null]);

describe('a line that mends what the change introduces is offered', () => {
  test('at the variable, for every node group it reaches', () => {
    const head = edited(DEFAULTS, 'kubelet_mode: Webhook', 'kubelet_mode: AlwaysAllow  # for now');
    const line = { file: DEFAULTS, line: 1, text: 'kubelet_mode: Webhook  # for now' };
    const verdict = reviewFiles(SITE, head);
    expect(offered(verdict)).toEqual([
      ['KG-AUTHZ-01', 'workers', line],
      ['KG-AUTHZ-01', 'gpu', line],
    ]);
  });

  test.each<readonly [string, Files, string, object]>([
    [
      'in the template',
      edited(TEMPLATE, 'enabled: false', 'enabled: true # metrics'),
      'KG-ANON-01',
      { file: TEMPLATE, line: 7, text: '    enabled: false # metrics' },
    ],
    [
      'in a unit',
      edited(UNIT, 'config.yaml', 'config.yaml --read-only-port=10255 --v=2'),
      'KG-API-01',
      {
        file: UNIT,
        line: 2,
        text: 'ExecStart=/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml --read-only-port=0 --v=2',
      },
    ],
    [
      'in group variables, quotes kept',
      { ...SITE, 'group_vars/all.yml': "---\nkubelet_port: '10255'\n" },
      'KG-API-01',
      { file: 'group_vars/all.yml', line: 2, text: "kubelet_port: '0'" },
    ],
    [
      'in the inventory',
      edited('hosts.ini', 'g1', 'g1 kubelet_port=10255'),
      'KG-API-01',
      { file: 'hosts.ini', line: 6, text: 'g1 kubelet_port=0' },
    ],
  ])('%s', (_, head, control, replacement) => {
    const found = offered(reviewFiles(SITE, head)).filter(([id]) => id === control);
    expect(found.length).toBeGreaterThan(0);
    for (const [, , line] of found) expect(line).toEqual(replacement);
  });

  test('at the mode of a task', () => {
    const verdict = reviewFiles(SITE, edited(TASKS, 'mode: "0600"', 'mode: "0666"'));
    expect(offered(verdict).map(([, , line]) => line)).toContainEqual({
      file: TASKS,
      line: 5,
      text: '    mode: "0600"',
    });
  });

  test('with both flags of one line mended at once', () => {
    const head = edited(UNIT, 'config.yaml', 'config.yaml --read-only-port=10255 --make-iptables-util-chains=false');
    const withLine = offered(reviewFiles(SITE, head)).filter(([, , line]) => line !== null);
    expect(new Set(withLine.map(([id]) => id)).size).toBe(2);
    const text =
      'ExecStart=/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml --read-only-port=0 --make-iptables-util-chains=true';
    for (const [, , line] of withLine) expect(line).toEqual({ file: UNIT, line: 2, text });
  });
});

describe('what a changed line said before is offered where it holds no value to replace', () => {
  test('a template works the value out', () => {
    const found = offered(reviewFiles(SITE, edited(TEMPLATE, '{{ kubelet_mode }}', "{{ 'Always' ~ 'Allow' }}")));
    const line = { file: TEMPLATE, line: 4, text: '  mode: {{ kubelet_mode }}' };
    expect(found.map(([id, , replacement]) => [id, replacement])).toEqual([
      ['KG-AUTHZ-01', line],
      ['KG-AUTHZ-01', line],
    ]);
  });

  test('a switch in another file chooses it', () => {
    const switched = {
      ...edited(TEMPLATE, 'mode: {{ kubelet_mode }}', "mode: {{ 'Webhook' if kubelet_ask else 'AlwaysAllow' }}"),
      [DEFAULTS]: 'kubelet_ask: true\nkubelet_port: 0\n',
    };
    const found = offered(reviewFiles(switched, edited(DEFAULTS, 'ask: true', 'ask: false', switched)));
    expect(found.map(([, , replacement]) => replacement)).toEqual([
      { file: DEFAULTS, line: 1, text: 'kubelet_ask: true' },
      { file: DEFAULTS, line: 1, text: 'kubelet_ask: true' },
    ]);
  });
});

describe('words alone stand where', () => {
  const words = (head: Files, base = SITE) => {
    const verdict = reviewFiles(base, head);
    const found = offered(verdict);
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(([, , line]) => line !== null)).toEqual([]);
  };

  test('a new line works the value out', () => {
    const worked = edited(TEMPLATE, '  mode: {{ kubelet_mode }}\n', "  mode: {{ 'Always' ~ 'Allow' }}\n");
    words(worked, edited(TEMPLATE, 'authorization:\n  mode: {{ kubelet_mode }}\n', 'authorization:\n'));
  });

  test('the line is gone', () => words(SITE, edited(TEMPLATE, 'readOnlyPort', 'podPidsLimit: 4096\nreadOnlyPort')));

  test('no one line mends it for all the nodes', () =>
    words({
      ...SITE,
      'hosts.ini': '[rack1]\nw1\n\n[rack2]\nw2\n',
      'group_vars/rack1.yml': 'kubelet_mode: AlwaysAllow\n',
      'group_vars/rack2.yml': 'kubelet_mode: AlwaysAllow\n',
    }));

  test('the replaced line would open something else', () => {
    const shared = edited(
      TEMPLATE,
      'readOnlyPort: {{ kubelet_port }}',
      'readOnlyPort: {{ kubelet_port }}\n{% if kubelet_port == 0 %}\nprotectKernelDefaults: false\neventRecordQPS: -1\n{% endif %}',
    );
    const base = edited(DEFAULTS, 'kubelet_port: 0', 'kubelet_port: 10255', shared);
    const head = edited(TEMPLATE, '{{ kubelet_mode }}', 'AlwaysAllow', base);
    const port = offered(reviewFiles(edited(DEFAULTS, '10255', '1', base), base)).filter(([id]) => id === 'KG-API-01');
    expect(port.filter(([, , line]) => line !== null)).toEqual([]);
    expect(offered(reviewFiles(base, head)).every(([, , line]) => line !== null)).toBe(true);
  });

  test('another place sets the value again', () => {
    const head = {
      ...edited(DEFAULTS, 'kubelet_mode: Webhook', 'kubelet_mode: AlwaysAllow'),
      'group_vars/gpu.yml': 'kubelet_mode: AlwaysAllow\n',
    };
    const lines = offered(reviewFiles(SITE, head)).map(([, group, line]) => [group, (line as { file: string }).file]);
    expect(lines).toEqual([
      ['workers', DEFAULTS],
      ['gpu', 'group_vars/gpu.yml'],
    ]);
  });
});

test('of many lines the first six are proven', () => {
  const numbers = [1, 2, 3, 4, 5, 6, 7, 8];
  const site = edited(TEMPLATE, 'readOnlyPort', 'maxPods: {{ pods }}\nreadOnlyPort');
  const withMode = (mode: string) =>
    Object.fromEntries(numbers.map(n => [`group_vars/g${n}.yml`, `pods: ${100 + n}\nkubelet_mode: ${mode}\n`]));
  const hosts = { 'hosts.ini': numbers.map(n => `[g${n}]\nnode-${n}\n`).join('\n') };
  const verdict = reviewFiles(
    { ...site, ...hosts, ...withMode('Webhook') },
    { ...site, ...hosts, ...withMode('AlwaysAllow') },
  );
  expect(offered(verdict)).toHaveLength(8);
  expect(offered(verdict).filter(([, , line]) => line !== null)).toHaveLength(MOST_PROOFS);
});

describe('what is offered is shown', () => {
  const head = edited(DEFAULTS, 'kubelet_mode: Webhook', 'kubelet_mode: AlwaysAllow  # ```');
  const verdict = reviewFiles(SITE, head);

  test('as a suggestion on the line, in a fence nothing inside can close', () => {
    const comments = inlineComments(verdict, parseUnifiedDiff(diffOf(SITE, head)));
    const body = comments.find(({ path, line }) => path === DEFAULTS && line === 1)?.body ?? '';
    expect(body).toContain('````suggestion\nkubelet_mode: Webhook  # ```\n````');
    expect(body.match(/suggestion/g)).toHaveLength(1);
  });

  test('as no suggestion where the line holds what nobody can see', () => {
    const hidden = edited(DEFAULTS, 'kubelet_mode: Webhook', 'kubelet_mode: AlwaysAllow  # \u202e');
    const comments = inlineComments(reviewFiles(SITE, hidden), parseUnifiedDiff(diffOf(SITE, hidden)));
    expect(comments.length).toBeGreaterThan(0);
    expect(comments.map(({ body }) => body).join()).not.toContain('suggestion');
  });

  test('in the summary, in the text and in the JSON of check', () => {
    const fix = `Checked fix: \`${DEFAULTS}:1\` as`;
    expect(summaryComment(verdict, decided('blocked'), nowhere)).toContain(fix);
    expect(checkText(verdict)).toContain(`Checked fix: ${DEFAULTS}:1 as kubelet_mode: Webhook  # \`\`\`.`);
    expect(checkJson(verdict)).toMatchObject({
      findings: expect.arrayContaining([
        expect.objectContaining({
          control: 'KG-AUTHZ-01',
          replacement: { file: DEFAULTS, line: 1, text: 'kubelet_mode: Webhook  # ```' },
        }),
      ]),
    });
  });

  test('as a fix of the result in SARIF', () =>
    expect(JSON.stringify(checkSarif(verdict))).toContain(
      JSON.stringify({
        artifactChanges: [
          {
            artifactLocation: { uri: DEFAULTS },
            replacements: [
              { deletedRegion: { startLine: 1 }, insertedContent: { text: 'kubelet_mode: Webhook  # ```' } },
            ],
          },
        ],
      }),
    ));

  test('and moves no digest', () => {
    const other = edited(DEFAULTS, 'kubelet_mode: Webhook', 'kubelet_mode: "AlwaysAllow"');
    expect(reviewFiles(SITE, other).digest).toBe(verdict.digest);
  });
});
