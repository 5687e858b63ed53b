import { describe, expect, test } from '@jest/globals';
import { html, markup } from '../../../core/report/html.ts';

const written = (...of: Parameters<typeof html>) => markup(html(...of));

describe('the html template', () => {
  test.each([
    ['markup', '<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['a closing tag', '</td></table><h1>', '&lt;/td&gt;&lt;/table&gt;&lt;h1&gt;'],
    ['entities', '&lt;b&gt; &amp;', '&amp;lt;b&amp;gt; &amp;amp;'],
    ['quotes of every kind', `"'\``, '&quot;&#39;&#96;'],
    ['a right-to-left override', 'a\u202Egnp.exe', 'a[U+202E]gnp.exe'],
    ['isolates and marks', '\u2066\u2069\u200F\u061C', '[U+2066][U+2069][U+200F][U+061C]'],
    ['zero-width characters', 'kube\u200Blet\uFEFF\u00AD', 'kube[U+200B]let[U+FEFF][U+00AD]'],
    ['tag characters', '\u{E0041}', '[U+E0041]'],
    ['line separators', 'a\u2028b\u2029c', 'a[U+2028]b[U+2029]c'],
    ['controls', 'a\u0000b\u001b[31mc\rd\u009f', 'a[U+0000]b[U+001B][31mc[U+000D]d[U+009F]'],
    ['half a surrogate pair', 'a\uD800b', 'a[U+D800]b'],
    ['line breaks and tabs, which stay', 'a\n\tb', 'a\n\tb'],
    ['other scripts and emoji, which stay', 'привет שלום 你好 🚀', 'привет שלום 你好 🚀'],
  ])('escapes %s', (_, foreign, safe) => {
    expect(written`<p title="${foreign}">${foreign}</p>`).toBe(`<p title="${safe}">${safe}</p>`);
  });

  test('composes finished markup, alone and in lists, without escaping it twice', () => {
    const items = ['a & b', '<c>'].map(text => html`<li>${text}</li>`);
    expect(written`<ul>${items}</ul>${[[1, ' '], 2]}`).toBe('<ul><li>a &amp; b</li><li>&lt;c&gt;</li></ul>1 2');
  });

  test('gives nothing for null, undefined and false, and keeps zero', () => {
    expect(written`[${null}${undefined}${false}${0}]`).toBe('[0]');
  });

  test('takes no foreign object for markup', () => {
    const forged = JSON.parse('{"markup":"<b>","Symbol(markup)":"<b>"}') as string;
    expect(() => written`${forged}`).not.toThrow();
    expect(written`${forged}`).not.toContain('<b>');
  });

  test('refuses an attribute value without quotes', () => {
    expect(() => written`<a href=${'x onclick=alert(1)'}>`).toThrow('double quotes');
  });
});
