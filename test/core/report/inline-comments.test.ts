import { describe, expect, test } from '@jest/globals';
import { inlineComments } from '../../../core/report/inline-comments.ts';
import { type ChangedFile, insideHunk } from '../../../core/review/changed-file.ts';
import { parseUnifiedDiff } from '../../support/parse-unified-diff.ts';
import { authorizationDiff, reviewOf } from '../review/build.ts';
import { authorization, baseline, groups, hosts, weakening } from './verdicts.ts';

const at = (values: object) =>
  groups({ name: 'workers', hosts: hosts(1, 2), values: values as ReturnType<typeof authorization> });

test('the changed line says what it does to the nodes and why that matters, once', () => {
  const comments = inlineComments(weakening(), parseUnifiedDiff(authorizationDiff));
  expect(comments.map(({ path, line, side }) => [path, line, side])).toEqual([['group_vars/all.yml', 2, 'RIGHT']]);
  expect(comments[0]?.body.split('\n')[0]).toBe('`authorization.mode: Webhook -> AlwaysAllow`');
  expect(comments[0]?.body).toContain('**critical** `KG-AUTHZ-01` Authorization asks the API server');
  expect(comments[0]?.body).toContain('Because\\.');
});

describe('places', () => {
  test('outside every hunk get no comment', () => {
    const verdict = reviewOf({
      base: at(authorization('Webhook', 'elsewhere.yml:90')),
      head: at(authorization('Node', 'elsewhere.yml:90')),
      baseline,
      diff: authorizationDiff,
    });
    expect(inlineComments(verdict, parseUnifiedDiff(authorizationDiff))).toEqual([]);
  });

  test('on removed lines are on the left, by the name the file has in the head', () => {
    const renamed = `diff --git a/old.yml b/new.yml
similarity index 80%
rename from old.yml
rename to new.yml
--- a/old.yml
+++ b/new.yml
@@ -1,2 +1 @@
 a: 1
-mode: Webhook
`;
    const verdict = reviewOf({
      base: at(authorization('Webhook', 'old.yml:2')),
      head: at({ 'authorization.mode': { value: 'AlwaysAllow', implicit: true } }),
      baseline,
      diff: renamed,
    });
    expect(
      inlineComments(verdict, parseUnifiedDiff(renamed)).map(({ path, line, side }) => [path, line, side]),
    ).toEqual([['new.yml', 2, 'LEFT']]);
  });

  test('of problems on shown lines get one, whole files none', () => {
    const problem = (line: number) => ({
      file: 'group_vars/all.yml',
      line,
      code: 'yaml-invalid' as const,
      message: `wrong ${line}`,
    });
    const verdict = reviewOf({ base: at({}), head: at({}), headProblems: [problem(0), problem(3), problem(50)] });
    expect(inlineComments(verdict, parseUnifiedDiff(authorizationDiff)).map(({ line, body }) => [line, body])).toEqual([
      [3, '**Cannot be judged:** `wrong 3`'],
    ]);
  });
});

test('strengthenings, neutral changes and what was there before get none', () => {
  const verdict = reviewOf({
    base: at({ ...authorization('AlwaysAllow'), readOnlyPort: { value: 1 }, x: { value: 1 } }),
    head: at({
      ...authorization('Webhook'),
      readOnlyPort: { value: 1, at: ['group_vars/all.yml:2'] },
      x: { value: 2, at: ['group_vars/all.yml:2'] },
    }),
    baseline,
    diff: authorizationDiff,
  });
  expect(verdict.changes).toHaveLength(2);
  expect(inlineComments(verdict, parseUnifiedDiff(authorizationDiff))).toEqual([]);
});

test('there are at most thirty, all on lines GitHub accepts, and the last says how many are left', () => {
  const lines = Array.from({ length: 40 }, (_, index) => index + 1);
  const long = `diff --git a/v.yml b/v.yml\n--- a/v.yml\n+++ b/v.yml\n@@ -1,40 +1,40 @@\n${lines.map(line => `-a${line}\n`).join('')}${lines.map(line => `+b${line}\n`).join('')}`;
  const problems = lines.map(line => ({ file: 'v.yml', line, code: 'template-invalid' as const, message: `m${line}` }));
  const files: readonly ChangedFile[] = parseUnifiedDiff(long);
  const comments = inlineComments(reviewOf({ base: at({}), head: at({}), headProblems: problems }), files);
  expect(comments).toHaveLength(30);
  expect(comments.every(({ line, side }) => insideHunk(files[0]!, line, side))).toBe(true);
  expect(comments[29]?.body).toContain('10 more places');
});
