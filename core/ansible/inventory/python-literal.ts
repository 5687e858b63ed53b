import { bool, dict, type Entry, float, int, list, none, type Origins, str, tuple, type Value } from '../value.ts';

/** Nesting past which a literal counts as plain text. */
const MAX_NESTING = 50;

/**
 * What `ast.literal_eval` makes of a text, as INI inventories read values: numbers, quoted strings, True, False, None,
 * lists, tuples and dictionaries. Everything else stays the text it is.
 */
export function pythonLiteral(text: string, origins: Origins): Value {
  const reader: Reader = { text, at: 0, origins };
  const value = readLiteral(reader, 0);
  skipSpace(reader);
  return value && reader.at === text.length ? value : str(text, origins);
}

type Reader = { readonly text: string; at: number; readonly origins: Origins };

function skipSpace(reader: Reader): void {
  while (/\s/.test(reader.text[reader.at] ?? '')) reader.at++;
}

function readLiteral(reader: Reader, depth: number): Value | null {
  if (depth > MAX_NESTING) return null;
  skipSpace(reader);
  const char = reader.text[reader.at] ?? '';
  if (char === '[') return readItems(reader, ']', depth, items => list(items, reader.origins));
  if (char === '(') return readTuple(reader, depth);
  if (char === '{') return readDict(reader, depth);
  if (char === "'" || char === '"') return readString(reader);
  const word = /^(?:None|True|False|[-+]?(?:\d[\w.]*(?:[eE][-+]?\d+)?|\.\d+))(?![\w.])/.exec(
    reader.text.slice(reader.at, reader.at + 400),
  )?.[0];
  if (word === undefined) return null;
  reader.at += word.length;
  if (word === 'None') return none(reader.origins);
  if (word === 'True' || word === 'False') return bool(word === 'True', reader.origins);
  return numberOf(word, reader.origins);
}

function numberOf(word: string, origins: Origins): Value | null {
  const sign = word.startsWith('-') ? -1 : 1;
  const digits = word.replace(/^[-+]/, '').replace(/(?<=[0-9a-fA-F])_(?=[0-9a-fA-F])/g, '');
  if (/^(?:0|[1-9]\d*|0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+)$/.test(digits)) {
    return int(BigInt(digits.toLowerCase()) * BigInt(sign), origins);
  }
  if (/^0+$/.test(digits)) return int(0, origins);
  if (/^(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][-+]?\d+)?$/.test(digits)) return float(sign * Number(digits), origins);
  return null;
}

function readString(reader: Reader): Value | null {
  const quote = reader.text[reader.at] ?? '';
  let text = '';
  for (let i = reader.at + 1; i < reader.text.length; i++) {
    const char = reader.text[i] ?? '';
    if (char === quote) {
      reader.at = i + 1;
      return str(text, reader.origins);
    }
    if (char !== '\\') {
      text += char;
      continue;
    }
    const escaped = reader.text[++i] ?? '';
    const plain: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' };
    text += plain[escaped] ?? `\\${escaped}`;
  }
  return null;
}

function readItems<V extends Value>(
  reader: Reader,
  close: string,
  depth: number,
  make: (items: Value[]) => V,
): V | null {
  reader.at++;
  const items: Value[] = [];
  for (;;) {
    skipSpace(reader);
    if (reader.text[reader.at] === close) {
      reader.at++;
      return make(items);
    }
    const item = readLiteral(reader, depth + 1);
    if (!item) return null;
    items.push(item);
    skipSpace(reader);
    if (reader.text[reader.at] === ',') reader.at++;
    else if (reader.text[reader.at] !== close) return null;
  }
}

function readTuple(reader: Reader, depth: number): Value | null {
  const start = reader.at;
  const value = readItems(reader, ')', depth, items => tuple(items, reader.origins));
  const [only] = value?.items ?? [];
  const single = value?.items.length === 1 && !/,\s*\)$/.test(reader.text.slice(start, reader.at));
  return single && only ? only : value;
}

function readDict(reader: Reader, depth: number): Value | null {
  reader.at++;
  const pairs: Entry[] = [];
  for (;;) {
    skipSpace(reader);
    if (reader.text[reader.at] === '}') {
      reader.at++;
      return dict(pairs, reader.origins);
    }
    const key = readLiteral(reader, depth + 1);
    skipSpace(reader);
    if (!key || key.kind === 'list' || key.kind === 'dict' || key.kind === 'tuple') return null;
    if (reader.text[reader.at] !== ':') return null;
    reader.at++;
    const value = readLiteral(reader, depth + 1);
    if (!value) return null;
    pairs.push([key, value]);
    skipSpace(reader);
    if (reader.text[reader.at] === ',') reader.at++;
    else if (reader.text[reader.at] !== '}') return null;
  }
}
