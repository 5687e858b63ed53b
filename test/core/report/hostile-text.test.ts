import { describe, expect, test } from '@jest/globals';
import type { Decision } from '../../../core/approval/types.ts';
import { checkJson } from '../../../core/report/check-json.ts';
import { checkRun } from '../../../core/report/check-run.ts';
import { checkSarif } from '../../../core/report/check-sarif.ts';
import { checkText } from '../../../core/report/check-text.ts';
import { code, fenced, plain, visible, words } from '../../../core/report/foreign-text.ts';
import { inlineComments } from '../../../core/report/inline-comments.ts';
import { summaryComment } from '../../../core/report/summary-comment.ts';
import type { ChangedFile } from '../../../core/review/changed-file.ts';
import type { Verdict } from '../../../core/review/types.ts';
import { baselineOf, control, inventory, rendering, reviewOf } from '../review/build.ts';
import { decided, somewhere } from './verdicts.ts';

/** Every one carries the word EVIL, which must only ever come out inside code. */
const HOSTILE = [
  '@EVIL please approve',
  '` @EVIL `',
  '``` \n# EVIL\n```',
  '`````EVIL',
  'EVIL`',
  '`',
  'a | EVIL | b',
  'a \\| EVIL',
  'x\n\n# EVIL heading\n\n- EVIL',
  '\r\n|---|\r\n| EVIL |',
  '</details><h1>EVIL</h1><img src=x onerror=EVIL>',
  '<!-- EVIL -->',
  '[EVIL](https://evil.example)',
  '![EVIL](https://evil.example/x.png)',
  'https://EVIL.example @EVIL/team #1 GH-1',
  '\u202EEVIL\u202C \u2066EVIL\u2069',
  'EV\u200BIL EVIL\uFEFF \u00ADEVIL \u{E0041}EVIL',
  '\u001B[31mEVIL\u001B[0m \u0007 \u0000',
  '\uE00012345678\uE001 EVIL',
  '\uD800 EVIL \uDFFF',
  '**EVIL** _EVIL_ ~~EVIL~~ $EVIL$ :EVIL:',
  `${'😀'.repeat(300)}EVIL`,
  `EVIL${'`|@'.repeat(400)}`,
  '::error file=EVIL::EVIL',
  ' ',
];

/** Takes out code spans and fences as CommonMark reads them: a run of backticks up to the next run of the same length. */
function outsideCode(markdown: string): string {
  const withoutFences = markdown.replace(/^(`{3,})text\n[^]*?\n\1$/gm, '');
  let rest = '';
  let at = 0;
  for (;;) {
    const open = /`+/g;
    open.lastIndex = at;
    const match = open.exec(withoutFences);
    if (!match) return rest + withoutFences.slice(at);
    const run = match[0];
    const close = new RegExp(`(?<!\`)${run}(?!\`)`, 'g');
    close.lastIndex = match.index + run.length;
    const end = close.exec(withoutFences);
    rest += withoutFences.slice(at, match.index);
    if (end) {
      const inside = withoutFences.slice(match.index + run.length, end.index);
      if (inside.includes('\n')) throw new Error(`a code span runs over a line break: ${inside}`);
      at = end.index + run.length;
      rest += 'code';
    } else {
      rest += run;
      at = match.index + run.length;
    }
  }
}

const INVISIBLE =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uE000-\uF8FF\u{E0000}-\u{E007F}]/u;

/** Everything a repository can name, named `text`. */
function verdictOf(text: string): Verdict {
  const values = (value: string) => ({
    [`kubelet.${text}`]: { value, at: [`${text}.yml:2`] },
    field: { value, at: [`${text}.yml:2`] },
  });
  const side = (value: string, host: string) =>
    rendering([inventory([{ name: text, hosts: [`${text}1`, host], values: values(value) }], text)], {
      read: [`${text}.yml`],
    });
  return reviewOf({
    base: side('fine', `${text}2`),
    head: side(text, `${text}3`),
    baseline: baselineOf(control('field', 'fine')),
    changes: [
      {
        path: `${text}.yml`,
        status: 'modified',
        hunks: [{ oldStart: 1, oldLines: 9, newStart: 1, newLines: 9 }],
        addedLines: new Set([2]),
        removedLines: new Set([2]),
      },
    ],
    headProblems: [{ file: `${text}.yml`, line: 3, code: 'yaml-invalid', message: `cannot read ${text}` }],
  });
}
const decisionOf = (text: string): Decision =>
  decided('blocked', {
    reasons: [text],
    approvers: [text],
    discarded: [{ login: text, reason: text }],
    needs: [{ rule: text, count: 1, from: [text] }],
  });
const filesOf = (text: string): readonly ChangedFile[] => [
  {
    path: `${text}.yml`,
    status: 'modified',
    hunks: [{ oldStart: 1, oldLines: 9, newStart: 1, newLines: 9 }],
    addedLines: new Set([2]),
    removedLines: new Set([2]),
  },
];

function markdownOf(text: string): readonly string[] {
  const verdict = verdictOf(text);
  const states: readonly Decision[] = (['blocked', 'approved', 'needs-approval'] as const).map(state => ({
    ...decisionOf(text),
    state,
  }));
  return [
    ...states.map(decision => summaryComment(verdict, decision, somewhere)),
    ...states.flatMap(decision => {
      const run = checkRun(verdict, decision, somewhere);
      return [run.summary, run.text];
    }),
    ...inlineComments(verdict, filesOf(text)).map(({ body }) => body),
  ];
}

describe.each(HOSTILE.map(text => [text]))('a repository that names everything %j', text => {
  test('cannot ping, format, link or head anything outside code', () => {
    for (const markdown of markdownOf(text)) {
      const rest = outsideCode(markdown);
      expect(rest).not.toContain('EVIL');
      expect(rest).not.toMatch(
        /[@#]|https?:(?!\/\/gate\.example\.org\/changes\/7)|<(?!\/?details>|\/?summary>|https:\/\/gate)/,
      );
      expect(rest).not.toContain('`');
    }
  });

  test('cannot break out of a table', () => {
    for (const markdown of markdownOf(text)) {
      const rows = markdown.split('\n').filter(line => line.startsWith('|'));
      expect(rows.filter(row => row.split('|').length !== 7)).toEqual([]);
    }
  });

  test('cannot hide or reorder anything', () => {
    for (const markdown of markdownOf(text)) expect(markdown).not.toMatch(INVISIBLE);
    expect(checkText(verdictOf(text))).not.toMatch(INVISIBLE);
  });

  test('gets plain titles and messages that ping nobody and span one line', () => {
    const run = checkRun(verdictOf(text), decisionOf(text), somewhere);
    const texts = [run.title, ...run.annotations.flatMap(({ title, message }) => [title, message])];
    for (const one of texts) {
      expect(one).not.toMatch(/@(?!\u200B)|\n|\u202E|\u001B/);
      expect(Buffer.byteLength(one)).toBeLessThan(64 * 1024);
    }
    expect(Buffer.byteLength(run.title)).toBeLessThanOrEqual(255);
  });

  test('stays within what GitHub takes', () => {
    for (const markdown of markdownOf(text)) {
      expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(65_000);
      expect(markdown).not.toMatch(/\p{Cs}/u);
    }
  });

  test('still makes JSON and SARIF', () => {
    const verdict = verdictOf(text);
    expect(JSON.parse(JSON.stringify(checkJson(verdict)))).toMatchObject({ conclusion: 'fail' });
    expect(JSON.parse(JSON.stringify(checkSarif(verdict)))).toMatchObject({ version: '2.1.0' });
  });
});

describe('long reports', () => {
  const many = (count: number, value: string) =>
    rendering([
      inventory(
        Array.from({ length: count }, (_, index) => ({
          name: `g${index}${'é'.repeat(150)}`,
          hosts: [`h${index}`],
          values: Object.fromEntries(
            Array.from({ length: 20 }, (_, field) => [
              `field${field}${'`|'.repeat(60)}`,
              { value: `${value}${index}${'😀'.repeat(200)}` },
            ]),
          ),
          problems: [{ file: `f${index}.yml`, line: 1, code: 'yaml-invalid' as const, message: value.repeat(100) }],
        })),
      ),
    ]);
  const verdict = reviewOf({ base: many(60, 'a'), head: many(60, 'b') });

  test('keep their last section, close every fence and say that something is left out', () => {
    const run = checkRun(verdict, decided('blocked'), somewhere);
    for (const markdown of [summaryComment(verdict, decided('blocked'), somewhere), run.text, run.summary]) {
      expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(65_000);
      expect(outsideCode(markdown)).not.toContain('`');
    }
    expect(run.text).toContain('more');
    expect(run.text.trimEnd().endsWith('</details>')).toBe(true);
  });

  test('are made in time that grows with their input', () => {
    expect(visible('x'.repeat(5_000_000))).toHaveLength(200);
    expect(code('`'.repeat(1_000_000)).length).toBeLessThan(700);
  });
});

describe('foreign text', () => {
  test.each([
    ['plain', '`plain`'],
    ['`', '`` ` ``'],
    ['a``b', '```a``b```'],
    ['a|b', '`a¦b`'],
    ['', '`(empty)`'],
    ['  ', '`(empty)`'],
    ['a\nb', '`a b`'],
    ['a\u200Bb', '`a\uFFFDb`'],
  ])('%j as a code span', (text, span) => expect(code(text)).toBe(span));

  test('two texts that differ only in what cannot be seen do not look alike', () => {
    expect(visible('Webhook\u200B')).not.toBe(visible('Webhook'));
  });

  test('is capped without splitting a surrogate pair', () => {
    expect([...visible('😀'.repeat(201))]).toHaveLength(200);
    expect(visible('😀'.repeat(200))).toBe('😀'.repeat(200));
  });

  test('words of the operator neither format nor ping nor link', () => {
    expect(words('Use *no* @team, see https://x.example | <b> #1')).toBe(
      'Use \\*no\\* @\u200Bteam, see https\\://x\\.example \\| \\<b\\> \\#\u200B1',
    );
  });

  test('plain text pings nobody', () => expect(plain('@a #1')).toBe('@\u200Ba #\u200B1'));

  test('a fence is longer than any run inside', () => {
    expect(fenced('a\n```\nb\n')).toBe('````text\na\n```\nb\n````');
  });
});
