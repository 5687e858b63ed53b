import { describe, expect, test } from '@jest/globals';
import { markdown, mentionsIn } from './markdown.ts';

describe('Markdown on the double', () => {
  test.each([
    ['# Title', '<h1>Title</h1>'],
    ['**bold** and *slanted* and `a*b*c`', '<p><strong>bold</strong> and <em>slanted</em> and <code>a*b*c</code></p>'],
    ['``a ` b``', '<p><code>a ` b</code></p>'],
    ['[text](https://example.com/a_b_c)', '<p><a href="https://example.com/a_b_c" rel="nofollow">text</a></p>'],
    ['[text](<https://example.com/a_b_c>)', '<p><a href="https://example.com/a_b_c" rel="nofollow">text</a></p>'],
    ['[text](javascript:alert)', '<p>[text](javascript:alert)</p>'],
    ['<!-- hidden -->\nshown', '<p>shown</p>'],
    ['shown <!-- hidden -->', '<p>shown </p>'],
    ['- a\n- b\n  - c', '<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>'],
    ['1. a\n2. b', '<ol><li>a</li><li>b</li></ol>'],
    ['> quoted', '<blockquote><p>quoted</p></blockquote>'],
    ['~~~yaml\na: <b>\n~~~', '<div class="fence yaml"><pre>a: &#60;b&#62;</pre></div>'],
    ['````\n```\n````\nafter', '<div class="fence "><pre>```</pre></div>\n<p>after</p>'],
    [
      '| a | b |\n|---|---|\n| `x|y` | c\\|d |',
      '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td><code>x|y</code></td><td>c|d</td></tr></tbody></table>',
    ],
    [
      '<details><summary>More</summary>\n\ntext\n\n</details>',
      '<details>\n<summary>More</summary>\n<p>text</p>\n</details>',
    ],
    ['a<br>b <sub>c</sub>', '<p>a<br>b <sub>c</sub></p>'],
  ])('%j', (text, html) => {
    expect(markdown(text)).toBe(html);
  });

  test.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<details onclick="x">',
    '[a](https://x.example/"onmouseover="x)',
    '<a href="javascript:x">y</a>',
    '\uE1000\uE101 <b onclick=x>',
    '```"><script>\nx\n```',
  ])('%j leaves no markup of its own', text => {
    const html = markdown(text).replace(/<a href="[^"]*" rel="nofollow">/g, '');
    expect(html).not.toMatch(/<(script|img|details |b |a )/);
    expect(html).not.toMatch(/<[^>]*\son\w+=/);
  });

  test.each([
    ['hello @ada', ['ada']],
    ['@acme/platform please', ['acme/platform']],
    ['\\@ada still pings', ['ada']],
    ['`@ada` and mail@example.com', []],
    ['~~~\n@ada\n~~~', []],
  ])('%j mentions %j', (text, who) => {
    expect(mentionsIn(text)).toEqual(who);
  });
});
