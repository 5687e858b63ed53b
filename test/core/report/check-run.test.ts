import { describe, expect, test } from '@jest/globals';
import { checkRun } from '../../../core/report/check-run.ts';
import { authorizationDiff, reviewOf } from '../review/build.ts';
import { authorization, baseline, decided, groups, hosts, nowhere, somewhere, weakening } from './verdicts.ts';

const same = groups({ name: 'workers', hosts: hosts(1, 2), values: authorization('Webhook') });
const passing = reviewOf({
  base: same,
  head: groups({ name: 'workers', hosts: hosts(1, 2), values: { ...authorization('Webhook'), x: { value: 1 } } }),
  baseline,
});

describe('the conclusion', () => {
  test.each([
    ['a failing verdict', weakening(), 'blocked', 'failure'],
    ['a failing verdict, whatever the decision says', weakening(), 'approved', 'failure'],
    ['a pass nobody approved', passing, 'needs-approval', 'action_required'],
    ['a pass that is blocked', passing, 'blocked', 'action_required'],
    ['an approved pass', passing, 'approved', 'success'],
    ['nothing to approve', reviewOf({ base: same, head: same }), 'not-needed', 'success'],
  ] as const)('%s is %4$s', (_, verdict, state, conclusion) => {
    expect(checkRun(verdict, decided(state), nowhere).conclusion).toBe(conclusion);
  });
});

test('the title is the verdict in plain words', () => {
  expect(checkRun(weakening(), decided('blocked'), nowhere).title).toBe(
    'Weakens authorization on every node (48): authorization.mode: Webhook -> AlwaysAllow (blocked)',
  );
});

test('the summary is short, the text has the rest with the checkpoint', () => {
  const { summary, text, detailsUrl } = checkRun(weakening(), decided('blocked'), somewhere);
  expect(summary.split('\n')[0]).toBe(
    'Weakens authorization on every node (48): `authorization.mode: Webhook -> AlwaysAllow`',
  );
  expect(summary).toContain('**Blocked**');
  expect(text).toContain('| `authorization.mode` | `Webhook` | `AlwaysAllow` |');
  expect(text).toContain('— gate.example.org/log AAAA');
  expect(detailsUrl).toBe('https://gate.example.org/changes/7');
});

describe('annotations', () => {
  test('stand at the changed line with control, severity and remedy', () => {
    expect(checkRun(weakening(), decided('blocked'), nowhere).annotations[0]).toEqual({
      path: 'group_vars/all.yml',
      startLine: 2,
      endLine: 2,
      level: 'failure',
      title: 'critical KG-AUTHZ-01 Authorization asks the API server',
      message:
        'authorization.mode is AlwaysAllow on every node (48), expected "Webhook". Set it to Webhook at group_vars/all.yml:2.',
    });
  });

  test('of a problem of a whole file stand at its first line', () => {
    const verdict = reviewOf({
      base: same,
      head: same,
      headProblems: [{ file: 'x.yml', line: 0, code: 'over-limit', message: 'is too large' }],
    });
    expect(checkRun(verdict, decided('blocked'), nowhere).annotations).toEqual([
      { path: 'x.yml', startLine: 1, endLine: 1, level: 'failure', title: 'Cannot be judged', message: 'is too large' },
    ]);
  });

  test('are warnings for what does not block and for what cannot be decided', () => {
    const at = (values: object) =>
      groups({ name: 'w', hosts: hosts(1, 2), values: values as ReturnType<typeof authorization> });
    const verdict = reviewOf({
      base: at({ maxPods: { value: 110 }, readOnlyPort: { value: 0 } }),
      head: at({
        maxPods: { value: 500, at: ['group_vars/all.yml:2'] },
        readOnlyPort: { unknown: 'k', at: ['group_vars/all.yml:2'] },
      }),
      baseline,
      diff: authorizationDiff,
    });
    expect(
      checkRun(verdict, decided('needs-approval'), nowhere).annotations.map(({ level, title }) => `${level} ${title}`),
    ).toEqual(['warning critical KG-ROPORT-01 No read-only port', 'warning low KG-PODS-01 A sane number of pods']);
  });

  test('leave out lines that only the base has', () => {
    const verdict = reviewOf({
      base: groups({ name: 'w', hosts: hosts(1, 2), values: authorization('Webhook', 'host_vars/gone.yml:1') }),
      head: groups({
        name: 'w',
        hosts: hosts(1, 2),
        values: { 'authorization.mode': { value: 'AlwaysAllow', implicit: true } },
      }),
      baseline,
      diff: 'diff --git a/host_vars/gone.yml b/host_vars/gone.yml\ndeleted file mode 100644\n--- a/host_vars/gone.yml\n+++ /dev/null\n@@ -1 +0,0 @@\n-mode: Webhook\n',
    });
    expect(verdict.findings[0]?.at[0]?.side).toBe('LEFT');
    expect(checkRun(verdict, decided('blocked'), nowhere).annotations).toEqual([]);
  });
});
