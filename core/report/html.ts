const MARKUP = Symbol('markup');

/** Finished markup: only the `html` template makes it, so no foreign object or JSON value can pass for it. */
export type Html = Readonly<{ [MARKUP]: string }>;

/** What may stand in a template. Lists are joined without a separator; null, undefined and false give nothing. */
export type HtmlValue = Html | string | number | null | undefined | false | readonly HtmlValue[];

/**
 * HTML from a template. Every interpolated text is escaped for element content and quoted attribute values alike;
 * `Html` composes as it is.
 * @throws TypeError when a value stands where escaping cannot protect it: an unquoted attribute.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = strings[0] ?? '';
  for (const [index, value] of values.entries()) {
    if (/\s[\w:-]+\s*=\s*$/.test(strings[index] ?? ''))
      throw new TypeError('an attribute value must stand in double quotes');
    text += markupOf(value) + (strings[index + 1] ?? '');
  }
  return { [MARKUP]: text };
}

/** The text of finished markup. */
export function markup(page: Html): string {
  return page[MARKUP];
}

function markupOf(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'string') return escapeText(value);
  if (typeof value === 'number') return String(value);
  if (isList(value)) return value.map(markupOf).join('');
  return value[MARKUP];
}

function isList(value: HtmlValue): value is readonly HtmlValue[] {
  return Array.isArray(value);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/**
 * Markup characters become entities. Characters nobody sees (controls, bidirectional overrides, zero-width and tag
 * characters, line separators) are spelled out as [U+202E]: text must not read differently from what it is.
 */
function escapeText(text: string): string {
  return text
    .replace(/[&<>"'`]/g, character => ENTITIES[character] ?? '')
    .replace(/[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, spellOut);
}

function spellOut(character: string): string {
  return `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;
}
