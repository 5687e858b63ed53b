import { describe, expect, test } from '@jest/globals';
import { summaryComment } from '../../../core/report/summary-comment.ts';
import { treeOf } from '../../../core/source/tree.ts';
import { authorizationDiff, reviewOf } from '../review/build.ts';
import { authorization, baseline, decided, groups, hosts, nowhere, somewhere, weakening } from './verdicts.ts';

const lines = (text: string) => text.split('\n');
const first = (text: string) => lines(text)[0];

test('a weakening is said in words, then shown, then told how to fix, then who must act', () => {
  const verdict = weakening();
  const comment = summaryComment(
    verdict,
    decided('blocked', { reasons: ['KG-AUTHZ-01 is violated: authorization.mode: not as wanted (36 nodes)'] }),
    somewhere,
  );
  expect(comment).toBe(`**Weakens authorization on every node (48):** \`authorization.mode: Webhook -> AlwaysAllow\`

| field | before | after | nodes | direction |
|---|---|---|---|---|
| \`authorization.mode\` | \`Webhook\` | \`AlwaysAllow\` | every node (48) | **weakens** |

**To fix**

- **critical** \`KG-AUTHZ-01\` Authorization asks the API server: \`authorization.mode\` is \`AlwaysAllow\` on every node (48), expected \`"Webhook"\`. Set it to \`Webhook\` at \`group_vars/all.yml:2\`.

**Blocked**

- until what is listed above is fixed; approvals do not change that

[Details of every node](<https://gate.example.org/changes/7>)

<details><summary>Digest, log and what was there before</summary>

- digest \`${verdict.digest}\`
- base \`${'b'.repeat(40)}\`, head \`${'a'.repeat(40)}\`, Kubernetes 1.34, baseline \`${verdict.baselineDigest}\`
- 1 control violated before and after this change: \`KG-PODS-01\`
- log checkpoint

\`\`\`text
gate.example.org/log
12
abc=

— gate.example.org/log AAAA
\`\`\`

</details>`);
});

describe('silence', () => {
  const same = groups({ name: 'workers', hosts: hosts(1, 2), values: authorization('Webhook') });
  test('a change that touches nothing governed gets one line', () => {
    const verdict = reviewOf({ base: same, head: same, baseline });
    expect(summaryComment(verdict, decided('not-needed'), somewhere)).toBe(
      '**Touches nothing kubelets run with.** No approval needed.',
    );
  });
  test('a governed change without any effect gets one line', () => {
    const verdict = reviewOf({ base: same, head: same, baseline, diff: authorizationDiff });
    expect(summaryComment(verdict, decided('not-needed'), somewhere)).toBe(
      '**Changes nothing on any node.** No approval needed.',
    );
  });
});

describe('the first line', () => {
  const at = (values: object, from = 1, to = 2) =>
    groups({ name: 'workers', hosts: hosts(from, to), values: values as ReturnType<typeof authorization> });
  const webhook = authorization('Webhook');

  test.each([
    [
      'strengthening',
      reviewOf({ base: at(authorization('AlwaysAllow')), head: at(webhook), baseline }),
      '**Strengthens authorization on every node (2):** `authorization.mode: AlwaysAllow -> Webhook`',
    ],
    [
      'a neutral change',
      reviewOf({ base: at({ x: { value: 1 } }), head: at({ x: { value: 2 } }), baseline }),
      '**Changes x on every node (2):** `x: 1 -> 2`',
    ],
    [
      'several changes, the gravest first',
      reviewOf({
        base: at({ ...webhook, x: { value: 1 } }),
        head: at({ ...authorization('Node'), x: { value: 2 } }),
        baseline,
      }),
      '**Weakens authorization on every node (2):** `authorization.mode: Webhook -> Node` (and 1 more change)',
    ],
    [
      'a value left to its default',
      reviewOf({
        base: at(webhook),
        head: at({ 'authorization.mode': { value: 'Webhook', implicit: true } }),
        baseline,
      }),
      '**Changes authorization on every node (2):** `authorization.mode: Webhook -> Webhook (default)`',
    ],
    [
      'a value that stops being known',
      reviewOf({ base: at(webhook), head: at({ 'authorization.mode': { unknown: 'k' } }), baseline }),
      '**Weakens authorization on every node (2):** `authorization.mode: Webhook -> unknown (fact k)`. Check it on a node before approving.',
    ],
    [
      'text that looks like a number',
      reviewOf({ base: at({ x: { value: '1' } }), head: at({ x: { value: '' } }), baseline }),
      '**Changes x on every node (2):** `x: "1" -> ""`',
    ],
    [
      'one of many nodes',
      reviewOf({
        base: at(webhook),
        head: groups(
          { name: 'workers', hosts: ['node-1'], values: webhook },
          { name: 'node-2', hosts: ['node-2'], values: authorization('Node') },
        ),
        baseline,
      }),
      '**Weakens authorization on `node-2`:** `authorization.mode: Webhook -> Node`',
    ],
    [
      'a node that joins',
      reviewOf({ base: at(webhook), head: at(webhook, 1, 3), baseline }),
      '**`node-3` joins with 1 value.**',
    ],
    [
      'nodes that leave',
      reviewOf({ base: at(webhook, 1, 6), head: at(webhook), baseline }),
      '**`node-3`, `node-4`, `node-5` and 1 more node leave with 1 value.**',
    ],
    [
      'tasks that change without any value',
      reviewOf({
        base: at(webhook),
        head: at(webhook),
        baseTree: treeOf({ 'tasks/main.yml': 'a' }),
        headTree: treeOf({ 'tasks/main.yml': 'b' }),
        diff: authorizationDiff.replaceAll('group_vars/all.yml', 'tasks/main.yml'),
      }),
      '**Changes no value the gate can see on any node; a person has to judge:** `tasks/main.yml`',
    ],
    [
      'what cannot be judged',
      reviewOf({
        base: at(webhook),
        head: at(webhook),
        headProblems: [{ file: 'x.yml', line: 3, code: 'yaml-invalid', message: 'a tab indents this line' }],
      }),
      '**Cannot be judged:** `x.yml:3` `a tab indents this line`',
    ],
    [
      'what the kubelet refuses',
      reviewOf({
        base: at(webhook),
        head: at(webhook),
        headProblems: [{ file: 'x.yml', line: 3, code: 'kubelet-refuses', message: 'unknown flag: --x' }],
      }),
      '**Does not work on the node:** `x.yml:3` `unknown flag: --x`',
    ],
    [
      'what is declined by design',
      reviewOf({
        base: at(webhook),
        head: at(webhook),
        headProblems: [{ file: 'x.bu', line: 0, code: 'declined', message: 'is Butane' }],
      }),
      '**Not evaluated; a person has to judge:** `x.bu` `is Butane`',
    ],
  ])('for %s', (_, verdict, line) => {
    expect(first(summaryComment(verdict, decided('needs-approval'), nowhere))).toBe(line);
  });
});

describe('approval', () => {
  const section = (decision: Parameters<typeof summaryComment>[1]) =>
    lines(summaryComment(weakening(), decision, nowhere)).filter(line => /pprov|^- so far|Blocked/.test(line));
  test.each([
    [decided('approved', { approvers: ['alice', 'bob'] }), ['**Approved** by `alice`, `bob`.']],
    [decided('not-needed'), ['**Approval:** not needed.']],
    [
      decided('needs-approval', {
        approvers: ['alice'],
        needs: [{ rule: 'two', count: 1, from: ['team org/sec', 'bob'] }],
      }),
      ['**Approval needed**', '- 1 approval from `team org/sec` or `bob` (rule `two`)', '- so far: `alice`'],
    ],
    [
      decided('blocked', { reasons: ['bob asks for changes'] }),
      ['**Blocked**', '- until what is listed above is fixed; approvals do not change that'],
    ],
    [
      decided('needs-approval', { discarded: [{ login: 'carol', reason: 'took part in writing this change' }] }),
      ['**Approval needed**', '- the approval of `carol` does not count: `took part in writing this change`'],
    ],
  ])('%#: %j', (decision, expected) => expect(section(decision)).toEqual(expected));

  test('a block that is no finding gives its reason', () => {
    const comment = summaryComment(weakening(), decided('blocked', { reasons: ['bob asks for changes'] }), nowhere);
    expect(comment).toContain('- `bob asks for changes`');
  });
});
