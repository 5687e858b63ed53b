import { type Budget, deeper, spend } from '../budget.ts';
import {
  allOrigins,
  type Dict,
  type Entry,
  holdsOwnToken,
  type List,
  type Origins,
  PythonError,
  pythonType,
  type Str,
  str,
  type Tuple,
  type Value,
  visitParts,
} from '../value.ts';
import { plainType } from '../yaml-scalar.ts';
import { compare, derived, floatText, undefinedUsed } from './python.ts';
import { concat, originsOf, slice, tokenOf } from './text.ts';

/** The options of `yaml.dump` that Ansible's filters pass on. `flow` null: collections of scalars in flow style. */
export type DumpOptions = Readonly<{
  indent: number;
  width: number;
  flow: boolean | null;
  sortKeys: boolean;
  explicitStart: boolean;
  allowUnicode: boolean;
}>;

/** The text libyaml writes for a value, as PyYAML's safe dumper drives it. @throws PythonError for what has no YAML form */
export function dumpYaml(budget: Budget, value: Value, options: DumpOptions): Str {
  visitParts(value, part => {
    if (part.kind === 'tuple' && part.group)
      throw new PythonError('fails', 'cannot represent a pair of groupby in YAML');
  });
  return new Emitter(budget, options).document(value);
}

/** Whether a list or mapping is in a value at several places, so that PyYAML may print it once and refer to it. */
export function hasRepeated(value: Value): boolean {
  const seen = new Set<object>();
  const repeats = (part: Value): boolean => {
    if (!isAnchored(part)) return false;
    const object = objectOf(part);
    if (seen.has(object)) return true;
    seen.add(object);
    return partsOf(part).some(repeats);
  };
  visitParts(value, () => {});
  return repeats(value);
}

type Collection = List | Tuple | Dict;
type Context = Readonly<{ mapping?: boolean; simpleKey?: boolean }>;
type Analysis = Readonly<{ multiline: boolean; flowPlain: boolean; blockPlain: boolean; singleQuoted: boolean }>;

const BREAK = /[\n\r\x85\u2028\u2029]/;
const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\x85': 'N',
  '\u2028': 'L',
  '\u2029': 'P',
};

/** libyaml's emitter. Lives for one document. */
class Emitter {
  readonly #budget: Budget;
  readonly #options: DumpOptions;
  readonly #step: number;
  readonly #width: number;
  readonly #parts: Str[] = [];
  readonly #indents: number[] = [];
  /** Names of the objects that are there more than once; null for those met once. */
  readonly #anchors = new Map<object, string | null>();
  readonly #written = new Set<object>();
  #lastAnchor = 0;
  #indent = -1;
  #column = 0;
  #whitespace = true;
  #indention = true;
  #flowLevel = 0;

  constructor(budget: Budget, options: DumpOptions) {
    this.#budget = budget;
    this.#options = options;
    this.#step = options.indent >= 2 && options.indent <= 9 ? options.indent : 2;
    this.#width = options.width < 0 ? Number.POSITIVE_INFINITY : options.width <= this.#step * 2 ? 80 : options.width;
  }

  document(value: Value): Str {
    if (this.#options.explicitStart) this.#indicator('---', true, []);
    this.#anchor(value);
    this.#node(value, {});
    this.#indent = -1;
    this.#writeIndent();
    return concat(this.#budget, this.#parts);
  }

  /** Names an object when it is met for the second time (`Serializer.anchor_node`). */
  #anchor(value: Value): void {
    spend(this.#budget);
    if (!isAnchored(value)) return;
    const object = objectOf(value);
    const known = this.#anchors.get(object);
    if (known === undefined) {
      this.#anchors.set(object, null);
      const parts = value.kind === 'dict' ? this.#entries(value).flat() : value.items;
      deeper(this.#budget, () => {
        for (const part of parts) this.#anchor(part);
      });
    } else if (known === null) {
      this.#lastAnchor += 1;
      this.#anchors.set(object, `id${String(this.#lastAnchor).padStart(3, '0')}`);
    }
  }

  /** Writes the name of an object that has one. @returns whether that is all there is to write */
  #referred(value: Collection): boolean {
    const name = this.#anchors.get(objectOf(value)) ?? null;
    if (name === null) return false;
    const again = this.#written.has(objectOf(value));
    this.#written.add(objectOf(value));
    this.#indicator(`${again ? '*' : '&'}${name}`, true, value.origins);
    return again;
  }

  #put(text: string, origins: Origins): void {
    this.#putRope(str(text, origins));
  }

  #putRope(text: Str): void {
    spend(this.#budget);
    this.#parts.push(text);
    this.#column += [...text.text].length;
  }

  #lineBreak(): void {
    this.#parts.push(str('\n'));
    this.#column = 0;
  }

  #indicator(text: string, needsSpace: boolean, origins: Origins, whitespace = false, indention = false): void {
    if (needsSpace && !this.#whitespace) this.#put(' ', origins);
    this.#put(text, origins);
    this.#whitespace = whitespace;
    this.#indention = this.#indention && indention;
  }

  #writeIndent(): void {
    const indent = Math.max(0, this.#indent);
    if (!this.#indention || this.#column > indent || (this.#column === indent && !this.#whitespace)) this.#lineBreak();
    if (this.#column < indent) this.#put(' '.repeat(indent - this.#column), []);
    this.#whitespace = true;
    this.#indention = true;
  }

  #increaseIndent(flow: boolean, indentless: boolean): void {
    this.#indents.push(this.#indent);
    if (this.#indent < 0) this.#indent = flow ? this.#step : 0;
    else if (!indentless) this.#indent += this.#step;
  }

  #node(value: Value, context: Context): void {
    if (!isCollection(value)) return this.#scalar(value, context);
    if (this.#referred(value)) return;
    deeper(this.#budget, () => {
      const empty = value.kind === 'dict' ? value.entries.size === 0 : value.items.length === 0;
      const flow = this.#flowLevel > 0 || empty || this.#inFlow(value);
      if (value.kind === 'dict') return flow ? this.#flowMapping(value) : this.#blockMapping(value);
      return flow ? this.#flowSequence(value) : this.#blockSequence(value, context);
    });
  }

  #inFlow(value: Collection): boolean {
    const { flow } = this.#options;
    if (flow !== null) return flow;
    return !partsOf(value).some(isCollection);
  }

  #entries(value: Dict): Entry[] {
    const entries = [...value.entries.values()];
    if (!this.#options.sortKeys) return entries;
    try {
      return entries.toSorted(([a], [b]) => compare(this.#budget, a, b));
    } catch (error) {
      if (error instanceof PythonError) return entries;
      throw error;
    }
  }

  #flowSequence(value: List | Tuple): void {
    this.#indicator('[', true, value.origins, true);
    this.#increaseIndent(true, false);
    this.#flowLevel += 1;
    for (const [i, item] of value.items.entries()) {
      if (i > 0) this.#indicator(',', false, value.origins);
      if (this.#column > this.#width) this.#writeIndent();
      this.#node(item, {});
    }
    this.#flowLevel -= 1;
    this.#indent = this.#indents.pop() ?? -1;
    this.#indicator(']', false, value.origins);
  }

  #flowMapping(value: Dict): void {
    this.#indicator('{', true, value.origins, true);
    this.#increaseIndent(true, false);
    this.#flowLevel += 1;
    for (const [i, [key, item]] of this.#entries(value).entries()) {
      if (i > 0) this.#indicator(',', false, value.origins);
      if (this.#column > this.#width) this.#writeIndent();
      if (this.#isSimpleKey(key)) {
        this.#node(key, { mapping: true, simpleKey: true });
        this.#indicator(':', false, key.origins);
      } else {
        this.#indicator('?', true, key.origins);
        this.#node(key, { mapping: true });
        if (this.#column > this.#width) this.#writeIndent();
        this.#indicator(':', true, key.origins);
      }
      this.#node(item, { mapping: true });
    }
    this.#flowLevel -= 1;
    this.#indent = this.#indents.pop() ?? -1;
    this.#indicator('}', false, value.origins);
  }

  #blockSequence(value: List | Tuple, context: Context): void {
    this.#increaseIndent(false, context.mapping === true && !this.#indention);
    for (const item of value.items) {
      this.#writeIndent();
      this.#indicator('-', true, allOrigins(item), false, true);
      this.#node(item, {});
    }
    this.#indent = this.#indents.pop() ?? -1;
  }

  #blockMapping(value: Dict): void {
    this.#increaseIndent(false, false);
    for (const [key, item] of this.#entries(value)) {
      this.#writeIndent();
      if (this.#isSimpleKey(key)) {
        this.#node(key, { mapping: true, simpleKey: true });
        this.#indicator(':', false, key.origins);
      } else {
        this.#indicator('?', true, key.origins, false, true);
        this.#node(key, { mapping: true });
        this.#writeIndent();
        this.#indicator(':', true, key.origins, false, true);
      }
      this.#node(item, { mapping: true });
    }
    this.#indent = this.#indents.pop() ?? -1;
  }

  #isSimpleKey(key: Value): boolean {
    if (isCollection(key)) return key.kind === 'dict' ? key.entries.size === 0 : key.items.length === 0;
    const { text } = scalarText(key);
    return Buffer.byteLength(text) <= 128 && !BREAK.test(text);
  }

  #scalar(value: Value, context: Context): void {
    const text = scalarText(value);
    const analysis = analyze(text.text, this.#options.allowUnicode);
    const style = this.#style(value, text.text, analysis, context);
    if (isOpen(value) && (style !== 'plain' || /\s/.test(text.text)))
      return this.#scalar(derived('a YAML scalar', [value], { type: 'str' }), context);
    this.#increaseIndent(true, false);
    const breaks = context.simpleKey !== true;
    if (style === 'plain') this.#plain(text, breaks);
    else if (style === 'single') this.#singleQuoted(text, breaks);
    else this.#doubleQuoted(text, breaks);
    this.#indent = this.#indents.pop() ?? -1;
  }

  #style(value: Value, text: string, analysis: Analysis, context: Context): 'plain' | 'single' | 'double' {
    if (value.kind === 'unknown') return 'plain';
    if (context.simpleKey && analysis.multiline) return 'double';
    const plainAllowed = this.#flowLevel > 0 ? analysis.flowPlain : analysis.blockPlain;
    const empty = text === '' && (this.#flowLevel > 0 || context.simpleKey === true);
    const readsBack = value.kind !== 'str' || plainType(text) === 'str';
    if (plainAllowed && !empty && readsBack) return 'plain';
    return analysis.singleQuoted ? 'single' : 'double';
  }

  /** Writes the text, folding at single spaces beyond the width. */
  #folded(text: Str, breaks: boolean, quote: boolean): void {
    const source = text.text;
    let start = 0;
    let spaces = false;
    let broken = false;
    const flush = (end: number) => {
      if (end > start) this.#putRope(slice(text, start, end));
      start = end;
    };
    for (let at = 0; at < source.length; at++) {
      const character = source[at] ?? '';
      if (character === ' ') {
        flush(at);
        const edge = quote && (at === 0 || at === source.length - 1);
        if (breaks && !spaces && this.#column > this.#width && !edge && source[at + 1] !== ' ') {
          this.#writeIndent();
          start = at + 1;
        } else flush(at + 1);
        spaces = true;
      } else if (BREAK.test(character)) {
        flush(at);
        if (!broken && character === '\n') this.#lineBreak();
        this.#parts.push(slice(text, at, at + 1));
        this.#column = 0;
        start = at + 1;
        this.#indention = true;
        broken = true;
      } else {
        if (broken) this.#writeIndent();
        if (quote && character === "'") {
          flush(at);
          this.#put("'", originsOf(text));
        }
        this.#indention = false;
        spaces = false;
        broken = false;
      }
    }
    flush(source.length);
    if (broken) this.#writeIndent();
  }

  #plain(text: Str, breaks: boolean): void {
    if (!this.#whitespace && (text.text !== '' || this.#flowLevel > 0)) this.#put(' ', originsOf(text));
    this.#folded(text, breaks, false);
    this.#whitespace = false;
    this.#indention = false;
  }

  #singleQuoted(text: Str, breaks: boolean): void {
    this.#indicator("'", true, originsOf(text));
    this.#folded(text, breaks, true);
    this.#indicator("'", false, originsOf(text));
    this.#whitespace = false;
    this.#indention = false;
  }

  #doubleQuoted(text: Str, breaks: boolean): void {
    this.#indicator('"', true, originsOf(text));
    let offset = 0;
    let spaces = false;
    for (const character of text.text) {
      const end = offset + character.length;
      if (mustEscape(character, this.#options.allowUnicode)) {
        this.#put(escape(character), originsOf(text));
        spaces = false;
      } else if (character === ' ') {
        if (breaks && !spaces && this.#column > this.#width && offset > 0 && end < text.text.length) {
          this.#writeIndent();
          if (text.text[end] === ' ') this.#put('\\', originsOf(text));
        } else this.#putRope(slice(text, offset, end));
        spaces = true;
      } else {
        this.#putRope(slice(text, offset, end));
        spaces = false;
      }
      offset = end;
    }
    this.#indicator('"', false, originsOf(text));
    this.#whitespace = false;
    this.#indention = false;
  }
}

/** A text nobody knows whole: what its unknown parts say decides how it is quoted and where it is folded. */
function isOpen(value: Value): boolean {
  return value.kind === 'str' && (value.unknowns?.size ?? 0) > 0 && !holdsOwnToken(value);
}

function isCollection(value: Value): value is Collection {
  return value.kind === 'list' || value.kind === 'tuple' || value.kind === 'dict';
}

/** The empty tuple is one object and never named (`SafeRepresenter.ignore_aliases`). */
function isAnchored(value: Value): value is Collection {
  return isCollection(value) && !(value.kind === 'tuple' && value.items.length === 0);
}

/** What makes a list or mapping the same object as another. */
function objectOf(value: Collection): object {
  return value.kind === 'dict' ? value.entries : value.items;
}

function partsOf(value: Collection): readonly Value[] {
  return value.kind === 'dict' ? [...value.entries.values()].flat() : value.items;
}

function scalarText(value: Value): Str {
  switch (value.kind) {
    case 'str':
      return value;
    case 'none':
      return str('null', value.origins);
    case 'bool':
      return str(value.value ? 'true' : 'false', value.origins);
    case 'int':
      return str(String(value.value), value.origins);
    case 'float':
      return str(yamlFloat(value.value), value.origins);
    case 'unknown':
      return tokenOf(value);
    case 'undefined':
      throw undefinedUsed(value);
    default:
      throw new PythonError('fails', `cannot represent an object of type ${pythonType(value)}`);
  }
}

function yamlFloat(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  const text = floatText(value);
  return text.includes('.') ? text : text.replace('e', '.0e');
}

function isPrintable(character: string): boolean {
  return /^[\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]$/.test(character);
}

function mustEscape(character: string, allowUnicode: boolean): boolean {
  return (
    !isPrintable(character) ||
    (!allowUnicode && character > '\x7f') ||
    BREAK.test(character) ||
    character === '"' ||
    character === '\\'
  );
}

function escape(character: string): string {
  const named = ESCAPES[character];
  if (named) return `\\${named}`;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** In which styles libyaml can write the text. */
function analyze(text: string, allowUnicode: boolean): Analysis {
  if (text === '') return { multiline: false, flowPlain: false, blockPlain: true, singleQuoted: true };
  const startsMarker = text.startsWith('---') || text.startsWith('...');
  const multiline = BREAK.test(text);
  const special = [...text].some(character => !isPrintable(character) || (!allowUnicode && character > '\x7f'));
  const blank = '[\\0 \\t\\n\\r\\x85\\u2028\\u2029]';
  const firstIndicator = /^[#,[\]{}&*!|>'"%@`]/.test(text);
  const blockIndicators =
    startsMarker ||
    firstIndicator ||
    new RegExp(`^[?:-](?:${blank}|$)`).test(text) ||
    new RegExp(`:(?:${blank}|$)`).test(text.slice(1)) ||
    new RegExp(`${blank}#`).test(text);
  const flowIndicators = blockIndicators || /^[?:]/.test(text) || /[,?[\]{}:]/.test(text.slice(1));
  const edges = /^[ \n\r\x85\u2028\u2029]|[ \n\r\x85\u2028\u2029]$/.test(text);
  const breakSpace = /[\n\r\x85\u2028\u2029] /.test(text);
  const spaceBreak = / [\n\r\x85\u2028\u2029]/.test(text);
  const plain = !edges && !breakSpace && !spaceBreak && !special && !multiline;
  return {
    multiline,
    flowPlain: plain && !flowIndicators,
    blockPlain: plain && !blockIndicators,
    singleQuoted: !breakSpace && !spaceBreak && !special,
  };
}
