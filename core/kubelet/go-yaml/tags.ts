import { type Cursor, isBlank, isBlankOrEnd, isWord, type Mark, YamlFault } from './cursor.ts';

export type TagToken = Readonly<{ type: 'tag'; handle: string; suffix: string; start: Mark; end: number }>;
export type DirectiveToken = Readonly<
  { start: Mark; end: number } & (
    | { type: 'version-directive'; version: string }
    | { type: 'tag-directive'; handle: string; prefix: string }
  )
>;

/** A tag: `!!str`, `!local`, `!<uri>` or a lone `!`. */
export function scanTag(cursor: Cursor): TagToken {
  const start = cursor.mark();
  let handle = '';
  let suffix: string;
  if (cursor.char(1) === '<') {
    cursor.skip(2);
    suffix = scanUri(cursor, null);
    if (cursor.read() !== '>') throw new YamlFault("did not find the expected '>'", start.offset);
  } else {
    handle = scanHandle(cursor, false);
    if (handle.length > 1 && handle.endsWith('!')) suffix = scanUri(cursor, null);
    else {
      suffix = scanUri(cursor, handle);
      [handle, suffix] = suffix === '' ? ['', '!'] : ['!', suffix];
    }
  }
  if (!isBlankOrEnd(cursor.char())) throw new YamlFault('did not find expected whitespace or line break', start.offset);
  return { type: 'tag', handle, suffix, start, end: cursor.offset };
}

/** `%YAML 1.1` or `%TAG handle prefix`, with the rest of its line. */
export function scanDirective(cursor: Cursor): DirectiveToken {
  const start = cursor.mark();
  cursor.skip();
  const name = scanWord(cursor);
  if (name === '') throw new YamlFault('could not find expected directive name', start.offset);
  if (!isBlankOrEnd(cursor.char())) throw new YamlFault('found unexpected non-alphabetical character', start.offset);
  if (name !== 'YAML' && name !== 'TAG') throw new YamlFault('found unknown directive name', start.offset);
  skipBlanks(cursor);
  const token: DirectiveToken =
    name === 'YAML'
      ? { type: 'version-directive', version: scanVersion(cursor), start, end: cursor.offset }
      : { type: 'tag-directive', ...scanTagDirective(cursor), start, end: cursor.offset };
  if (!cursor.skipRestOfLine()) throw new YamlFault('did not find expected comment or line break', start.offset);
  return token;
}

/** Letters, digits, `_` and `-` from here on. */
export function scanWord(cursor: Cursor): string {
  const from = cursor.offset;
  while (isWord(cursor.char())) cursor.skip();
  return cursor.text.slice(from, cursor.offset);
}

function scanVersion(cursor: Cursor): string {
  const number = () => {
    const digits = /^[0-9]*/.exec(cursor.text.slice(cursor.offset, cursor.offset + 3))?.[0] ?? '';
    if (digits === '') throw new YamlFault('did not find expected version number', cursor.offset);
    if (digits.length > 2) throw new YamlFault('found extremely long version number', cursor.offset);
    cursor.skip(digits.length);
    return Number(digits);
  };
  const major = number();
  if (cursor.read() !== '.') throw new YamlFault("did not find expected digit or '.' character", cursor.offset - 1);
  return `${major}.${number()}`;
}

function scanTagDirective(cursor: Cursor): Readonly<{ handle: string; prefix: string }> {
  const handle = scanHandle(cursor, true);
  if (!isBlank(cursor.char())) throw new YamlFault('did not find expected whitespace', cursor.offset);
  skipBlanks(cursor);
  const prefix = scanUri(cursor, null);
  if (!isBlankOrEnd(cursor.char()))
    throw new YamlFault('did not find expected whitespace or line break', cursor.offset);
  return { handle, prefix };
}

function scanHandle(cursor: Cursor, directive: boolean): string {
  if (cursor.char() !== '!') throw new YamlFault("did not find expected '!'", cursor.offset);
  cursor.skip();
  const handle = `!${scanWord(cursor)}`;
  if (cursor.char() === '!') {
    cursor.skip();
    return `${handle}!`;
  }
  if (directive && handle !== '!') throw new YamlFault("did not find expected '!'", cursor.offset);
  return handle;
}

/** A URI, behind `head` when that turned out to be its beginning; only then it may be empty. */
function scanUri(cursor: Cursor, head: string | null): string {
  let uri = head?.slice(1) ?? '';
  const from = cursor.offset;
  for (;;) {
    const char = cursor.char();
    if (char === '%') uri += scanUriEscapes(cursor);
    else if (isWord(char) || (char !== '' && ";/?:@&=+$,.!~*'()[]".includes(char))) uri += cursor.read();
    else break;
  }
  if (head === null && cursor.offset === from) throw new YamlFault('did not find expected tag URI', cursor.offset);
  return uri;
}

/** The octets of one character of UTF-8. */
function scanUriEscapes(cursor: Cursor): string {
  const octets: number[] = [];
  let width = 1;
  while (octets.length < width) {
    const digits = /^%([0-9a-fA-F]{2})/.exec(cursor.text.slice(cursor.offset, cursor.offset + 3))?.[1];
    if (digits === undefined) throw new YamlFault('did not find URI escaped octet', cursor.offset);
    const octet = Number.parseInt(digits, 16);
    if (octets.length > 0 && (octet & 0xc0) !== 0x80) {
      throw new YamlFault('found an incorrect trailing UTF-8 octet', cursor.offset);
    }
    if (octets.length === 0) width = widthOf(octet, cursor.offset);
    octets.push(octet);
    cursor.skip(3);
  }
  return Buffer.from(octets).toString('utf8');
}

function widthOf(octet: number, offset: number): number {
  if (octet < 0x80) return 1;
  if ((octet & 0xe0) === 0xc0) return 2;
  if ((octet & 0xf0) === 0xe0) return 3;
  if ((octet & 0xf8) === 0xf0) return 4;
  throw new YamlFault('found an incorrect leading UTF-8 octet', offset);
}

function skipBlanks(cursor: Cursor): void {
  while (isBlank(cursor.char())) cursor.skip();
}
