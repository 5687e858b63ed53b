import { describe, expect, test } from '@jest/globals';
import type { Verdict } from '../../../core/review/types.ts';
import { authorizationDiff, baselineOf, control, inventory, nodeFile, rendering, reviewOf } from './build.ts';

const authorization = control('authorization.mode', 'Webhook');
const port = control('readOnlyPort', 0, { severity: 'medium' });
const baseline = baselineOf(authorization, port);

const webhook = { 'authorization.mode': { value: 'Webhook', at: ['group_vars/all.yml:2'] } };
const allow = { 'authorization.mode': { value: 'AlwaysAllow', at: ['template t.j2:9', 'group_vars/all.yml:2'] } };
const unsure = (key: string) => ({ 'authorization.mode': { unknown: key, at: ['group_vars/all.yml:2'] } });
const read = ['group_vars/all.yml', 't.j2'];
const nodes = (values: object, hosts: readonly string[] = ['n1', 'n2']) =>
  rendering([inventory([{ name: 'workers', hosts, values: values as typeof webhook }])], { read });
const statuses = (verdict: Verdict) => verdict.findings.map(({ control, status }) => `${control} ${status}`);

describe('changes', () => {
  test('a value that is different on a node group is one change with its hosts, direction, severity and place', () => {
    const verdict = reviewOf({ base: nodes(webhook), head: nodes(allow), diff: authorizationDiff, baseline });
    expect(verdict.changes).toEqual([
      {
        inventory: 'hosts.ini',
        group: 'workers',
        hosts: ['n1', 'n2'],
        path: 'authorization.mode',
        before: { state: 'value', value: 'Webhook', implicit: false },
        after: { state: 'value', value: 'AlwaysAllow', implicit: false },
        direction: 'weakens',
        severity: 'critical',
        at: [
          { file: 'group_vars/all.yml', line: 2, side: 'RIGHT' },
          { file: 't.j2', line: 9, side: 'RIGHT' },
        ],
      },
    ]);
    expect(verdict.direction).toBe('weakens');
  });

  test('a group that splits is compared host by host with the group it came from', () => {
    const head = rendering([
      inventory([
        { name: 'workers', hosts: ['n1'], values: webhook },
        { name: 'n2', hosts: ['n2'], values: allow },
      ]),
    ]);
    const verdict = reviewOf({ base: nodes(webhook), head, baseline });
    expect(verdict.changes.map(({ group, hosts, path }) => [group, hosts, path])).toEqual([
      ['n2', ['n2'], 'authorization.mode'],
    ]);
    expect(verdict.hostCount).toBe(2);
  });

  test.each([
    ['the same unknown', unsure('a'), unsure('a'), 0],
    ['another unknown', unsure('a'), unsure('b'), 1],
    ['a value that becomes unknown', webhook, unsure('a'), 1],
    ['equal lists', { x: { value: ['a', 'b'] } }, { x: { value: ['a', 'b'] } }, 0],
    ['lists in another order', { x: { value: ['a', 'b'] } }, { x: { value: ['b', 'a'] } }, 1],
    ['equal maps in another order', { x: { value: { a: 1, b: 2 } } }, { x: { value: { b: 2, a: 1 } } }, 0],
    ['an explicit value left to its equal default', { x: { value: 1 } }, { x: { value: 1, implicit: true } }, 1],
    [
      'a default that differs because of another field',
      { x: { value: 1, implicit: true } },
      { x: { value: 2, implicit: true } },
      1,
    ],
    ['a string that becomes a number', { x: { value: '1' } }, { x: { value: 1 } }, 1],
    ['a lone surrogate that stays', { x: { value: '\ud800' } }, { x: { value: '\ud800' } }, 0],
  ])('%s: %#', (_, before, after, count) => {
    expect(reviewOf({ base: nodes(before), head: nodes(after) }).changes).toHaveLength(count);
  });

  test('a host that joins is a change of its own and inherits nothing silently', () => {
    const verdict = reviewOf({ base: nodes(allow, ['n1']), head: nodes(allow, ['n1', 'n2']), baseline });
    expect(verdict.changes.map(({ hosts, path, before, direction }) => [hosts, path, before.state, direction])).toEqual(
      [
        [['n2'], '', 'absent', 'neutral'],
        [['n2'], 'authorization.mode', 'absent', 'weakens'],
      ],
    );
    expect(verdict.findings.map(({ status, hosts }) => [status, hosts])).toEqual([
      ['existing', ['n1']],
      ['introduced', ['n2']],
    ]);
  });

  test('a host that leaves is a change and weakens nothing by itself', () => {
    const verdict = reviewOf({ base: nodes(webhook, ['n1', 'n2']), head: nodes(webhook, ['n1']), baseline });
    expect(verdict.changes.map(({ hosts, path, direction }) => [hosts, path, direction])).toEqual([
      [['n2'], '', 'neutral'],
      [['n2'], 'authorization.mode', 'neutral'],
    ]);
    expect(verdict.conclusion).toBe('pass');
  });

  test('values that vanish because their whole inventory is gone weaken', () => {
    const verdict = reviewOf({ base: nodes(webhook), head: rendering([]), baseline });
    expect(new Set(verdict.changes.map(({ direction }) => direction))).toEqual(new Set(['weakens']));
  });

  test('a kubelet configuration that vanishes from hosts that stay weakens, defaults left out', () => {
    const base = nodes({ ...webhook, x: { value: 1, implicit: true } });
    const head = rendering([inventory([{ name: 'workers', hosts: ['n1', 'n2'], noKubelet: true }])]);
    const verdict = reviewOf({ base, head, baseline });
    expect(verdict.changes.map(({ path, direction }) => [path, direction])).toEqual([
      ['authorization.mode', 'weakens'],
    ]);
  });

  test('an inventory that moves keeps its hosts', () => {
    const at = (path: string) => rendering([inventory([{ hosts: ['n1', 'n2'], values: webhook }], path)]);
    expect(reviewOf({ base: at('old/hosts.ini'), head: at('new/hosts.ini') }).changes).toEqual([]);
  });

  test('what plays and what roles without a play put on the assumed host are compared each with its own', () => {
    const both = (values: object) =>
      rendering([
        inventory([{ name: 'every node', hosts: ['every node'], values: values as typeof webhook }], ''),
        inventory([{ name: 'every node', hosts: ['every node'], values: { maxPods: { value: 50 } } }], ''),
      ]);
    const verdict = reviewOf({ base: both(webhook), head: both(allow), baseline });
    expect(verdict.changes.map(({ path, direction }) => [path, direction])).toEqual([
      ['authorization.mode', 'weakens'],
    ]);
    expect(reviewOf({ base: both(webhook), head: both(webhook) }).changes).toEqual([]);
  });

  test('files whose paths are unknown for one reason are told apart by what they are made from', () => {
    const unit = (name: string, text: string) => nodeFile('?place', 'kubelet-flags', { source: name, text });
    const two = (text: string) =>
      rendering([inventory([{ hosts: ['n1'], files: [unit('a.conf.j2', text), unit('b.conf.j2', 'b')] }])]);
    expect(reviewOf({ base: two('a'), head: two('changed') }).changes.map(({ path }) => path)).toEqual([
      '(a file whose path is unknown: fact place; made from a.conf.j2)',
    ]);
  });

  test('one host name in two inventories is two nodes', () => {
    const both = (values: object) =>
      rendering([
        inventory([{ hosts: ['n1'], values: webhook }], 'prod'),
        inventory([{ hosts: ['n1'], values: values as typeof webhook }], 'staging'),
      ]);
    const verdict = reviewOf({ base: both(webhook), head: both(allow) });
    expect(verdict.changes.map(change => change.inventory)).toEqual(['staging']);
  });

  test('keys that may be set by an unknown are a change at their parent', () => {
    const at = (open: Record<string, string>) => rendering([inventory([{ hosts: ['n1'], open }])]);
    expect(reviewOf({ base: at({}), head: at({ authentication: 'k' }) }).changes.map(({ path }) => path)).toEqual([
      'authentication.*',
    ]);
    expect(reviewOf({ base: at({ '': 'k' }), head: at({ '': 'k' }) }).changes).toEqual([]);
  });

  test('flags count when no kubelet field tells their effect', () => {
    const at = (flags: Record<string, string>) => rendering([inventory([{ hosts: ['n1'], flags }])]);
    const verdict = reviewOf({
      base: at({ '--node-ip': '10.0.0.1', '--read-only-port': '0' }),
      head: at({ '--node-ip': '10.0.0.2', '--read-only-port': '1' }),
      fieldFlags: ['--read-only-port'],
    });
    expect(verdict.changes.map(({ path }) => path)).toEqual(['--node-ip']);
  });

  test.each([
    [
      'the mode of a kubelet configuration',
      nodeFile('/c', 'KubeletConfiguration', { text: 'a', mode: '0600' }),
      nodeFile('/c', 'KubeletConfiguration', { text: 'a', mode: '0644' }),
      ['/c#mode'],
    ],
    [
      'the text of a kubelet configuration (its fields tell)',
      nodeFile('/c', 'KubeletConfiguration', { text: 'a' }),
      nodeFile('/c', 'KubeletConfiguration', { text: '# b' }),
      [],
    ],
    [
      'the text of a CNI configuration',
      nodeFile('/c', 'cni', { text: 'a' }),
      nodeFile('/c', 'cni', { text: 'b' }),
      ['/c'],
    ],
    [
      'a comment in the kubelet unit',
      nodeFile('/c', 'kubelet-flags', { text: 'A=1\n' }),
      nodeFile('/c', 'kubelet-flags', { text: '# why\n\nA=1\n' }),
      [],
    ],
    [
      'equal unknowns in a CNI configuration',
      nodeFile('/c', 'cni', { text: 'ip ?a', unknowns: ['a'] }),
      nodeFile('/c', 'cni', { text: 'ip ?a', unknowns: ['a'] }),
      [],
    ],
    [
      'other unknowns in a CNI configuration',
      nodeFile('/c', 'cni', { text: 'ip ?a', unknowns: ['a'] }),
      nodeFile('/c', 'cni', { text: 'ip ?b', unknowns: ['b'] }),
      ['/c'],
    ],
    [
      'the text of any other file that concerns the kubelet',
      nodeFile('/etc/kubelet-notes', 'other', { text: 'a' }),
      nodeFile('/etc/kubelet-notes', 'other', { text: 'b' }),
      ['/etc/kubelet-notes'],
    ],
    [
      'a task that may not run any more',
      nodeFile('/c', 'KubeletConfiguration', { text: 'a' }),
      nodeFile('/c', 'KubeletConfiguration', { text: 'a', when: 'w' }),
      ['/c'],
    ],
  ])('files: %s', (_, before, after, paths) => {
    const at = (file: typeof before) => rendering([inventory([{ hosts: ['n1'], files: [file] }])]);
    expect(reviewOf({ base: at(before), head: at(after) }).changes.map(({ path }) => path)).toEqual(paths);
  });
});

describe('places', () => {
  const removed = `diff --git a/host_vars/n1.yml b/host_vars/n1.yml
--- a/host_vars/n1.yml
+++ b/host_vars/n1.yml
@@ -1,2 +1 @@
 a: 1
-mode: Webhook
`;
  const values = (written: object) =>
    rendering([inventory([{ hosts: ['n1'], values: { 'authorization.mode': written } }])]);

  test('a value that falls back because an override is removed points at the removed line', () => {
    const verdict = reviewOf({
      base: values({ value: 'Webhook', at: ['host_vars/n1.yml:2'] }),
      head: values({ value: 'AlwaysAllow', at: ['group_vars/all.yml:7'] }),
      diff: removed,
    });
    expect(verdict.changes[0]?.at).toEqual([
      { file: 'host_vars/n1.yml', line: 2, side: 'LEFT' },
      { file: 'group_vars/all.yml', line: 7, side: 'RIGHT' },
    ]);
  });

  test('a value left to its default points at where it was written', () => {
    const verdict = reviewOf({
      base: values({ value: 'Webhook', at: ['host_vars/n1.yml:2'] }),
      head: values({ value: 'Webhook', implicit: true }),
      diff: removed,
    });
    expect(verdict.changes[0]?.at).toEqual([{ file: 'host_vars/n1.yml', line: 2, side: 'LEFT' }]);
  });

  test('among changed lines a variable comes before a template line before a condition', () => {
    const changed = (file: string) => authorizationDiff.replaceAll('group_vars/all.yml', file);
    const verdict = reviewOf({
      base: values({ value: 'Webhook' }),
      head: values({ value: 'AlwaysAllow', at: ['condition c.yml:2', 'template t.j2:2', 'variable v.yml:1-3'] }),
      diff: changed('c.yml') + changed('t.j2') + changed('v.yml'),
    });
    expect(verdict.changes[0]?.at.map(({ file, line }) => `${file}:${line}`)).toEqual(['v.yml:2', 't.j2:2', 'c.yml:2']);
  });
});

describe('findings', () => {
  const cases: readonly (readonly [string, object, object, readonly string[], Verdict['conclusion']])[] = [
    ['a violation that appears', webhook, allow, ['KG-AUTHORIZATIONMODE introduced'], 'fail'],
    ['a violation that stays', allow, allow, ['KG-AUTHORIZATIONMODE existing'], 'pass'],
    ['a violation that goes', allow, webhook, ['KG-AUTHORIZATIONMODE fixed'], 'pass'],
    ['a value that stops being known', webhook, unsure('a'), ['KG-AUTHORIZATIONMODE undecided'], 'undecided'],
    ['another unknown', unsure('a'), unsure('b'), ['KG-AUTHORIZATIONMODE undecided'], 'undecided'],
    ['the same unknown', unsure('a'), unsure('a'), [], 'pass'],
    ['an unknown that turns out wrong', unsure('a'), allow, ['KG-AUTHORIZATIONMODE introduced'], 'fail'],
    ['a violation that stops being known', allow, unsure('a'), ['KG-AUTHORIZATIONMODE undecided'], 'undecided'],
    [
      'a violation of a control that does not block',
      { readOnlyPort: { value: 0 } },
      { readOnlyPort: { value: 1 } },
      ['KG-READONLYPORT introduced'],
      'pass',
    ],
  ];
  test.each(cases)('%s', (_, before, after, expected, conclusion) => {
    const verdict = reviewOf({ base: nodes(before), head: nodes(after), diff: authorizationDiff, baseline });
    expect(statuses(verdict)).toEqual(expected);
    expect(verdict.conclusion).toBe(conclusion);
  });

  test('hosts of one head group with one answer are one finding', () => {
    const base = rendering([
      inventory([
        { name: 'a', hosts: ['n1'], values: webhook },
        { name: 'b', hosts: ['n2'], values: { ...webhook, x: { value: 1 } } },
      ]),
    ]);
    const verdict = reviewOf({ base, head: nodes(allow), baseline, diff: authorizationDiff });
    expect(verdict.findings.map(({ hosts, at }) => [hosts, at[0]?.line])).toEqual([[['n1', 'n2'], 2]]);
  });
});

describe('what takes part', () => {
  const touch = (path: string) => authorizationDiff.replaceAll('group_vars/all.yml', path);
  const rename = (from: string, to: string) =>
    `diff --git a/${from} b/${to}\nsimilarity index 100%\nrename from ${from}\nrename to ${to}\n`;

  test.each([
    ['a file nothing reads', touch('README.md'), [], 'not-applicable'],
    ['a variable file that changes no value', touch('group_vars/all.yml'), ['group_vars/all.yml'], 'pass'],
    ['a governed file renamed away', rename('t.j2', 'elsewhere'), ['elsewhere', 't.j2'], 'pass'],
    ['the policy file', touch('.kubelet-gate.yaml'), ['.kubelet-gate.yaml'], 'pass'],
  ])('%s', (_, text, governed, conclusion) => {
    const verdict = reviewOf({ base: nodes(webhook), head: nodes(webhook), diff: text });
    expect(verdict.governed).toEqual(governed);
    expect(verdict.conclusion).toBe(conclusion);
  });

  test('digests per host are of wholly known texts only', () => {
    const files = [
      nodeFile('/known', 'KubeletConfiguration', { text: 'a\n' }),
      nodeFile('/unknown', 'cni', { text: 'ip ?a', unknowns: ['a'] }),
      nodeFile('/maybe', 'cni', { text: 'a', when: 'w' }),
      nodeFile('/mode-only', 'kubeconfig', { mode: '0600' }),
    ];
    const head = rendering([inventory([{ hosts: ['n1'], files }])]);
    expect(reviewOf({ base: head, head }).hostDigests).toEqual({
      n1: {
        '/known': '87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7',
        '/unknown': null,
        '/maybe': null,
      },
    });
  });

  test('the record holds the whole state of every node group of the head', () => {
    const { state } = reviewOf({ base: nodes(webhook), head: nodes(allow) });
    expect(state).toEqual([
      {
        inventory: 'hosts.ini',
        group: 'workers',
        hosts: ['n1', 'n2'],
        values: { 'authorization.mode': { state: 'value', value: 'AlwaysAllow', implicit: false } },
        origins: { 'authorization.mode': { file: 't.j2', line: 9 } },
      },
    ]);
  });
});
