import { type Origin, originsAt, type RenderedText, unknownToken } from '../source/rope.ts';
import { joinTexts, literalText, NO_TEXT, sliceText } from './rendered-text.ts';

/** C escapes systemd knows (`cunescape_one`); `\s` is a blank. */
const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  s: ' ',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/**
 * Splits a value as systemd does (`extract_first_word` with unquoting and relaxed C escapes): words are parted by
 * white space outside quotes, quotes are taken off, an escape that is none stays as it is. An open quote ends with
 * the text.
 */
export function systemdWords(value: RenderedText): readonly RenderedText[] {
  const { text } = value;
  const words: RenderedText[] = [];
  let parts: RenderedText[] = [];
  let started = false;
  let from = 0;
  let quote = '';
  const keep = (end: number): void => {
    if (end > from) parts.push(sliceText(value, from, end));
  };
  const finish = (): void => {
    if (started) words.push(parts.length > 0 ? joinTexts(parts) : NO_TEXT);
    parts = [];
    started = false;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '\\' && at + 1 < text.length) {
      const escape = escapeAt(text, at);
      started = true;
      if (!escape) continue;
      keep(at);
      parts.push(literalText(escape.text, originsAt(value, at, at + escape.length)));
      at += escape.length - 1;
      from = at + 1;
    } else if (quote !== '' ? char === quote : char === '"' || char === "'") {
      keep(at);
      from = at + 1;
      quote = quote === '' ? char : '';
      started = true;
    } else if (quote === '' && /\s/.test(char)) {
      keep(at);
      from = at + 1;
      finish();
    } else {
      started = true;
    }
  }
  keep(text.length);
  finish();
  return words;
}

function escapeAt(text: string, at: number): Readonly<{ text: string; length: number }> | null {
  const next = text[at + 1] ?? '';
  const simple = ESCAPES[next];
  if (simple !== undefined) return { text: simple, length: 2 };
  const code = /^\\(?:x([0-9a-fA-F]{2})|([0-3][0-7]{2})|u([0-9a-fA-F]{4}))/.exec(text.slice(at, at + 6));
  if (!code) return null;
  const number = code[2] ? Number.parseInt(code[2], 8) : Number.parseInt(code[1] ?? code[3] ?? '', 16);
  return number === 0 ? null : { text: String.fromCharCode(number), length: code[0].length };
}

/**
 * Fills the environment into the arguments of a command line (`replace_env_argv`): a word that is `$NAME` becomes the
 * words of the value, `${NAME}` anywhere its text without splitting, `$$` a dollar. What is not set is empty.
 */
export function expandWords(
  words: readonly RenderedText[],
  environment: ReadonlyMap<string, RenderedText>,
): readonly RenderedText[] {
  return words.flatMap(word => {
    const alone = /^\$([^{$].*)$/s.exec(word.text);
    if (alone) {
      const value = environment.get(alone[1] ?? '');
      return value ? systemdWords(value) : [];
    }
    return [replaceReferences(word, environment)];
  });
}

function replaceReferences(word: RenderedText, environment: ReadonlyMap<string, RenderedText>): RenderedText {
  if (!word.text.includes('$')) return word;
  const parts: RenderedText[] = [];
  let from = 0;
  for (const match of word.text.matchAll(/\$\$|\$\{([A-Za-z_]\w*)\}/g)) {
    parts.push(sliceText(word, from, match.index));
    if (match[1] === undefined) parts.push(sliceText(word, match.index, match.index + 1));
    else parts.push(environment.get(match[1]) ?? NO_TEXT);
    from = match.index + match[0].length;
  }
  parts.push(sliceText(word, from, word.text.length));
  return joinTexts(parts.filter(part => part.text !== ''));
}

/**
 * Resolves specifiers (systemd.unit(5)): `%%` and those the unit's name gives; any other depends on the host and
 * becomes unknown.
 */
export function resolveSpecifiers(word: RenderedText, unit: string): RenderedText {
  if (!word.text.includes('%')) return word;
  const [, prefix = '', instance = ''] = /^([^@]*)(?:@(.*))?\.service$/.exec(unit) ?? [];
  const own: Readonly<Record<string, string>> = {
    '%': '%',
    n: unit,
    N: unit.replace(/\.service$/, ''),
    p: prefix,
    i: instance,
  };
  const parts: RenderedText[] = [];
  let from = 0;
  for (const match of word.text.matchAll(/%([A-Za-z%])/g)) {
    const name = match[1] ?? '';
    const origins = originsAt(word, match.index, match.index + 2);
    parts.push(sliceText(word, from, match.index));
    parts.push(own[name] === undefined ? unknownSpecifier(name, unit, origins) : literalText(own[name], origins));
    from = match.index + 2;
  }
  parts.push(sliceText(word, from, word.text.length));
  return joinTexts(parts.filter(part => part.text !== ''));
}

function unknownSpecifier(name: string, unit: string, origins: readonly Origin[]): RenderedText {
  const id = `5d${name.charCodeAt(0).toString(16).padStart(6, '0')}`;
  const unknown = { key: `specifier %${name} of ${unit}`, why: [`systemd's %${name}, which depends on the host`] };
  return { ...literalText(unknownToken(id), origins), unknowns: new Map([[id, unknown]]) };
}
