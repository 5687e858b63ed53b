import { describe, expect, test } from '@jest/globals';
import { checkText } from '../../../core/report/check-text.ts';
import { nextStep } from '../../../core/report/next-step.ts';
import { summaryComment } from '../../../core/report/summary-comment.ts';
import type { Verdict } from '../../../core/review/types.ts';
import { type Files, reviewFiles } from '../review/repositories.ts';
import { decided, nowhere } from './verdicts.ts';

const first = (verdict: Verdict) => summaryComment(verdict, decided('needs-approval'), nowhere).split('\n')[0];
const site = (config: string, vars = ''): Files => ({
  'site.yml': '- hosts: all\n  roles: [kubelet]\n',
  'hosts.ini': '[workers]\nw1\nw2\n',
  'group_vars/all.yml': `port: 0\nmode: Webhook\n${vars}`,
  'roles/kubelet/tasks/main.yml':
    '- template:\n    src: kubelet.yaml.j2\n    dest: /var/lib/kubelet/config.yaml\n    mode: "0600"\n    owner: root\n    group: root\n',
  'roles/kubelet/templates/kubelet.yaml.j2': `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n${config}`,
});
const FIXED = 'readOnlyPort: {{ port }}\nauthorization:\n  mode: {{ mode }}\n';

describe('the first line of an undecided verdict', () => {
  test('says the reason and the next step instead of the first row', () => {
    const base = site(`${FIXED}seccompDefault: {{ ansible_facts.kernel == "a" }}\n`);
    const head = site(`${FIXED}seccompDefault: {{ ansible_facts.kernel == "b" }}\n`);
    const verdict = reviewFiles(base, head);
    expect(verdict.conclusion).toBe('undecided');
    expect(first(verdict)).toMatch(
      /^\*\*Cannot be decided from Git:\*\* `KG-SECC-01` on every node \(2\): `fact ansible_facts.*`\. Check it on a node before approving\.$/,
    );
    expect(checkText(verdict)).toMatch(/^undecided: Cannot be decided from Git: KG-SECC-01 on every node \(2\): fact/);
  });

  test('says the next step behind a weakening to something unknown', () => {
    const verdict = reviewFiles(site(FIXED), site(FIXED.replace('{{ port }}', '{{ ansible_facts.port }}')));
    expect(verdict.conclusion).toBe('undecided');
    expect(first(verdict)).toMatch(
      /^\*\*Weakens readOnlyPort on every node \(2\):\*\* `readOnlyPort: 0 -> unknown \(fact .*`\. Check it on a node before approving\.$/,
    );
  });

  test('says a weakening first, and the reason of what is undecided behind it', () => {
    const lax = `${FIXED}maxPods: 110\n`.replace('{{ port }}', '{{ ansible_facts.port }}');
    const verdict = reviewFiles(
      site(lax),
      site(lax.replace('facts.port', 'facts.other').replace('{{ mode }}', '{{ ansible_facts.mode }}')),
    );
    expect(verdict.conclusion).toBe('undecided');
    expect(first(verdict)).toMatch(
      /^\*\*Weakens authorization on every node \(2\):\*\* .* \(and 1 more change\)\. Check it on a node before approving\.$/,
    );
  });
});

test.each([
  ['no task sets the mode of /etc/kubernetes/kubelet.conf: it keeps what it has', 'Set it in that task.'],
  ['variable x is defined nowhere in this repository', 'Define it in the inventory or in the defaults of the role.'],
  ['x may be set by role a.b, which is not in this repository', /^Keep that role in this repository/],
  ['the kubelet configuration file is not in this repository', 'Keep it in this repository, or check it on a node.'],
  ['vaulted value', 'Somebody who can read the vault has to check it.'],
  ['more unknown conditions decide t.j2 than the gate tries out', /^Use fewer conditions there/],
  ['lookup file is not executed', /^Write the value out/],
  ['fact ansible_default_ipv4', 'Check it on a node before approving.'],
])('next step for: %s', (reason, step) => {
  expect(nextStep(reason)).toMatch(step);
});

test('problems of one file and sentence are one line that names their lines', () => {
  const imports = (names: readonly string[]) => names.map(name => `- import_playbook: ${name}\n`).join('');
  const base = { ...site(FIXED), 'more.yml': imports(['site.yml']) };
  const head = { ...base, 'more.yml': imports(['site.yml', ...Array.from({ length: 6 }, () => 'gone.yml')]) };
  const lines = checkText(reviewFiles(base, head)).split('\n');
  expect(lines.filter(line => line.includes('gone.yml'))).toEqual([
    expect.stringMatching(/^fail: Cannot be judged: more.yml:2 .*gone\.yml/),
    expect.stringMatching(/^ {2}more\.yml:2, 3, 4, 5 and 2 more lines: .*gone\.yml/),
  ]);
});
