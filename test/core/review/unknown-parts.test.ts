import { describe, expect, test } from '@jest/globals';
import { approvalInput } from '../../../core/approval/approval-input.ts';
import { checkText } from '../../../core/report/check-text.ts';
import { summaryComment } from '../../../core/report/summary-comment.ts';
import { everyChange, type FieldChange, type Verdict } from '../../../core/review/types.ts';
import { decided, nowhere } from '../report/verdicts.ts';
import { type Files, reviewFiles } from './repositories.ts';

const HEADER = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';
const site = (config: string, more: Files = {}): Files => ({
  'site.yml': '- hosts: all\n  roles: [kubelet]\n',
  'hosts.ini': '[workers]\nw1\nw2\n',
  'roles/kubelet/tasks/main.yml':
    '- template:\n    src: kubelet.yaml.j2\n    dest: /var/lib/kubelet/config.yaml\n    mode: "0600"\n    owner: root\n    group: root\n',
  'roles/kubelet/templates/kubelet.yaml.j2': `${HEADER}${config}`,
  ...more,
});
const UNKNOWN_KEYS = '{{ lookup("file", "extra.yaml") }}\n';
const OTHER_KEYS = '{{ lookup("file", "other.yaml") }}\n';
const WRITTEN = 'readOnlyPort: 0\nauthorization:\n  mode: Webhook\n';

const row = ({ path, before, after, direction, fields = [] }: FieldChange) =>
  `${path}${fields.length > 0 ? ' (and fields)' : ''} ${before.state} -> ${after.state} ${direction}`;
const rows = ({ changes }: Verdict) => changes.map(row);

describe('a configuration that Git shows only in part', () => {
  test.each([
    ['becomes so', WRITTEN, WRITTEN + UNKNOWN_KEYS, ['* (and fields) absent -> unknown weakens']],
    ['is so no longer', WRITTEN + UNKNOWN_KEYS, WRITTEN, ['* (and fields) unknown -> absent weakens']],
    [
      'stays so for another reason',
      WRITTEN + UNKNOWN_KEYS,
      WRITTEN + OTHER_KEYS,
      ['* (and fields) unknown -> unknown neutral'],
    ],
    ['stays so for the same reason', WRITTEN + UNKNOWN_KEYS, `# note\n${WRITTEN}${UNKNOWN_KEYS}`, []],
    [
      'loses a written value',
      WRITTEN + UNKNOWN_KEYS,
      `authorization:\n  mode: Webhook\n${UNKNOWN_KEYS}`,
      ['readOnlyPort value -> unknown weakens'],
    ],
    [
      'becomes so while a written value changes',
      `readOnlyPort: 10255\n`,
      `readOnlyPort: 0\n${UNKNOWN_KEYS}`,
      ['* (and fields) absent -> unknown weakens', 'readOnlyPort value -> value strengthens'],
    ],
    [
      'hides one field below a parent',
      'authentication:\n  anonymous:\n    enabled: false\n',
      'authentication:\n  anonymous:\n    enabled: false\n  {{ lookup("file", "extra.yaml") }}\n',
      ['authentication.* (and fields) absent -> unknown weakens'],
    ],
  ])('%s', (_, base, head, expected) => {
    expect(rows(reviewFiles(site(base), site(head)))).toEqual(expected);
  });

  test('is still asked about field by field where rules speak of fields', () => {
    const verdict = reviewFiles(site(WRITTEN), site(WRITTEN + UNKNOWN_KEYS));
    const told = everyChange(verdict.changes).find(({ path }) => path === 'seccompDefault');
    expect(told).toMatchObject({ before: { state: 'value', value: false }, after: { state: 'unknown' } });
    const participants = { author: 'ana', committers: [], coAuthors: [], unmapped: [] };
    const { touched } = approvalInput(verdict, { equalHeads: [], reviews: [], participants, people: [] });
    expect(touched.map(({ path }) => path)).toEqual(expect.arrayContaining(['*', 'seccompDefault']));
  });

  test('covers in its digest what the fields fall back to', () => {
    const base = site(WRITTEN + UNKNOWN_KEYS);
    const [one, other] = [site(WRITTEN), site(`${WRITTEN}maxPods: 60\n`)].map(head => reviewFiles(base, head));
    expect(one?.digest).not.toBe(other?.digest);
  });
});

describe('a command line that Git shows only in part', () => {
  const unit = (args: string, vars = ''): Files =>
    site(WRITTEN, {
      'group_vars/all.yml': `known: { v: "2", node-ip: 10.0.0.1, anonymous-auth: "false" }\n${vars}`,
      'roles/kubelet/tasks/main.yml':
        '- template: {src: k.service.j2, dest: /etc/systemd/system/kubelet.service, mode: "0600", owner: root, group: root}\n',
      'roles/kubelet/templates/k.service.j2': `[Service]\nExecStart=/usr/bin/kubelet ${args}\n`,
    });
  const each = (dict: string) => `{% for k, v in (${dict}).items() %}--{{ k }}={{ v }} {% endfor %}`;
  const known = unit(each('known'));
  const unknown = unit(each('known | combine(overrides)'));

  test('may have the flags it had', () => {
    const verdict = reviewFiles(known, unknown);
    const flag = verdict.changes.find(({ path }) => path === '--node-ip');
    expect(flag).toMatchObject({
      before: { state: 'value', value: '10.0.0.1' },
      after: { state: 'unknown', why: ['variable overrides is defined nowhere in this repository'] },
    });
    expect(verdict.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining("'overrides' is undefined"),
    ]);
  });

  test('fixes nothing by hiding it, and passes no control over flags', () => {
    const verdict = reviewFiles(unit('--anonymous-auth=true'), unknown);
    const told = verdict.findings.filter(({ control }) => control === 'KG-ANON-02');
    expect(told.map(({ status, reason }) => [status, reason])).toEqual([
      ['undecided', expect.stringContaining('--anonymous-auth may be on a part of the command line')],
    ]);
  });

  test('is no change where the same part stays unseen', () => {
    expect(rows(reviewFiles(unknown, unit(each('known | combine(overrides)'), 'other: 1\n')))).toEqual([]);
  });
});

describe('a comment on it', () => {
  const comment = (verdict: Verdict) => summaryComment(verdict, decided('needs-approval'), nowhere).split('\n');

  test('has one row for all its fields, one for all undecided controls on one field, one for those on several and one for those on the text', () => {
    const lines = comment(reviewFiles(site(WRITTEN), site(WRITTEN + UNKNOWN_KEYS)));
    expect(lines[0]).toMatch(
      /^\*\*Weakens the kubelet configuration on every node \(2\):\*\* `parts of the configuration/,
    );
    expect(lines.filter(line => line.startsWith('| `'))).toEqual([
      expect.stringMatching(
        /^\| `parts of the configuration Git does not show \(\d+ fields\)` \| `none` \| `unknown \(/,
      ),
    ]);
    const undecided = lines.filter(line => line.includes('cannot be known from Git'));
    expect(undecided).toEqual([
      expect.stringMatching(/`KG-ANON-01` .*: like `KG-START-09`, .* on every node \(2\)/),
      expect.stringMatching(/`KG-AUTHZ-04` .*: `authentication.webhook.enabled` cannot be known/),
      expect.stringMatching(/`KG-START-11` .*: like `KG-START-13`, .* on every node \(2\)/),
    ]);
    expect(lines.length).toBeLessThan(25);
  });

  test('names what is wrong with what it uncovers, not what hid it', () => {
    const lines = comment(reviewFiles(site(WRITTEN + UNKNOWN_KEYS), site(WRITTEN)));
    expect(lines[0]).toMatch(
      /^\*\*Violates `KG-AUTHN-02` on every node \(2\):\*\* `authentication\.x509\.clientCAFile is not set/,
    );
  });

  test('names the first of many flags that are unknown for one reason', () => {
    const flags = (names: readonly string[]) => names.map(name => `--${name}={{ lookup("file", "x") }}`).join(' ');
    const unit = (text: string): Files =>
      site(WRITTEN, {
        'roles/kubelet/tasks/main.yml':
          '- template: {src: k.env.j2, dest: /etc/default/kubelet, mode: "0600", owner: root, group: root}\n',
        'roles/kubelet/templates/k.env.j2': `KUBELET_EXTRA_ARGS="${text}"\n`,
      });
    const names = ['node-ip', 'hostname-override', 'root-dir', 'cert-dir', 'kubeconfig'];
    const text = checkText(reviewFiles(unit('--v=2'), unit(`--v=2 ${flags(names)}`), '1.34'));
    expect(text.match(/-> unknown/g)?.length).toBeLessThan(4);
    expect(text).toMatch(/--[a-z-]+, --[a-z-]+, --[a-z-]+ and 2 more: not set -> unknown/);
  });

  test('tells a file that is gone once', () => {
    const more = {
      'roles/kubelet/tasks/main.yml':
        '- copy: {content: "{}", dest: /etc/cni/net.d/10.conf, mode: "0600", owner: root, group: root}\n',
    };
    const gone = { 'roles/kubelet/tasks/main.yml': '- debug: {msg: hi}\n' };
    const lines = comment(reviewFiles(site(WRITTEN, more), site(WRITTEN, gone)));
    expect(lines.filter(line => line.includes('10.conf'))).toHaveLength(2);
    expect(lines.filter(line => line.startsWith('| `/etc/cni'))).toHaveLength(1);
  });
});
