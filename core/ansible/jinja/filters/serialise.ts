import { createHash } from 'node:crypto';
import { ProblemError } from '../../../source/problem.ts';
import { type Budget, deeper, OverLimit, spend } from '../../budget.ts';
import { isSince } from '../../types.ts';
import {
  type Arguments,
  allOrigins,
  type Dict,
  type Entry,
  list,
  mergeOrigins,
  none,
  type Origins,
  PythonError,
  pythonType,
  type Str,
  str,
  type Value,
  visitParts,
} from '../../value.ts';
import { loadYaml } from '../../yaml.ts';
import type { Engine } from '../engine.ts';
import { parseLiteral } from '../literal.ts';
import { compare, derived, floatText, indexOf, isUnknown, undefinedUsed } from '../python.ts';
import { concat, mapText, originsOf, slice, tokenOf } from '../text.ts';
import { Undecided } from '../undecided.ts';
import { type DumpOptions, dumpYaml, hasRepeated } from '../yaml-dump.ts';
import { any, asText, type Filters, isTrue, own, textOf } from './filter.ts';

type JsonOptions = Readonly<{
  indent: number | null;
  sortKeys: boolean;
  ascii: boolean;
  itemSeparator: string;
  keySeparator: string;
}>;

/** Python's `json.dumps` with its defaults. @throws PythonError for values JSON does not have, OverLimit */
export function jsonText(budget: Budget, value: Value): Str {
  const options = { indent: null, sortKeys: false, ascii: true, itemSeparator: ', ', keySeparator: ': ' };
  return dumpJson(budget, value, options);
}

function dumpJson(budget: Budget, value: Value, options: JsonOptions, level = 0): Str {
  spend(budget);
  switch (value.kind) {
    case 'none':
      return str('null', value.origins);
    case 'bool':
      return str(value.value ? 'true' : 'false', value.origins);
    case 'int':
      return str(String(value.value), value.origins);
    case 'float':
      return str(jsonFloat(value.value), value.origins);
    case 'str':
      return quoted(budget, value, options.ascii);
    case 'unknown':
      return tokenOf(value);
    case 'list':
    case 'tuple': {
      const items = value.items.map(item => [deeper(budget, () => dumpJson(budget, item, options, level + 1))]);
      return bracketed(budget, '[', items, ']', value.origins, options, level);
    }
    case 'dict': {
      const pairs = sortedEntries(budget, value, options.sortKeys).map(([key, item]) =>
        deeper(budget, () => [
          quoted(budget, key.kind === 'unknown' ? tokenOf(key) : str(jsonKey(key), allOrigins(key)), options.ascii),
          str(options.keySeparator, key.origins),
          dumpJson(budget, item, options, level + 1),
        ]),
      );
      return bracketed(budget, '{', pairs, '}', value.origins, options, level);
    }
    case 'undefined':
      throw undefinedUsed(value);
    default:
      throw new PythonError('fails', `Object of type ${pythonType(value)} is not JSON serializable`);
  }
}

function bracketed(
  budget: Budget,
  open: string,
  items: readonly Str[][],
  close: string,
  origins: Origins,
  options: JsonOptions,
  level: number,
): Str {
  if (items.length === 0) return str(open + close, origins);
  const newline = (depth: number) => (options.indent === null ? '' : `\n${' '.repeat(options.indent * depth)}`);
  const parts = [str(open + newline(level + 1), origins)];
  for (const [i, item] of items.entries()) {
    if (i > 0) parts.push(str(options.itemSeparator + newline(level + 1), origins));
    parts.push(...item);
  }
  parts.push(str(newline(level) + close, origins));
  return concat(budget, parts);
}

function sortedEntries(budget: Budget, value: Dict, sort: boolean): Entry[] {
  const entries = [...value.entries.values()];
  return sort ? entries.sort(([a], [b]) => compare(budget, a, b)) : entries;
}

function jsonKey(key: Value): string {
  switch (key.kind) {
    case 'str':
      return key.text;
    case 'bool':
      return key.value ? 'true' : 'false';
    case 'none':
      return 'null';
    case 'int':
      return String(key.value);
    case 'float':
      return jsonFloat(key.value);
    default:
      throw new PythonError('fails', `keys must be str, int, float, bool or None, not ${pythonType(key)}`);
  }
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  return floatText(value);
}

function quoted(budget: Budget, value: Str, ascii: boolean): Str {
  const escape = (text: string) => {
    const body = JSON.stringify(text).slice(1, -1);
    if (!ascii) return body.replaceAll('\x7f', '\x7f');
    return body.replace(/(?![\uE000\uE001])[\x7f-\uffff]/g, unit =>
      unit === '\x7f' ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  };
  const origins = originsOf(value);
  return concat(budget, [str('"', origins), mapText(budget, value, escape), str('"', origins)]);
}

function jsonOptions(engine: Engine, args: Arguments, defaults: Pick<JsonOptions, 'indent' | 'sortKeys'>): JsonOptions {
  const given = args.named.get('indent') ?? args.positional[0];
  const indent = given === undefined ? defaults.indent : given.kind === 'none' ? null : indexOf(given);
  if ((indent ?? 0) > 100) throw new OverLimit('indents by more than 100 columns');
  const separators = args.named.get('separators');
  if (separators?.kind === 'unknown') throw new Undecided();
  const [item, key] = separators && (separators.kind === 'list' || separators.kind === 'tuple') ? separators.items : [];
  return {
    indent,
    sortKeys: isTrue(engine, args.named.get('sort_keys'), defaults.sortKeys),
    ascii: isTrue(engine, args.named.get('ensure_ascii'), true),
    itemSeparator: item ? textOf(item, 'a separator') : indent === null ? ', ' : ',',
    keySeparator: key ? textOf(key, 'a separator') : ': ',
  };
}

const YAML_OPTIONS = ['indent', 'width', 'default_flow_style', 'sort_keys', 'explicit_start', 'allow_unicode'];

function yamlOptions(engine: Engine, args: Arguments, defaults: Pick<DumpOptions, 'indent' | 'flow'>): DumpOptions {
  for (const name of args.named.keys()) {
    if (!YAML_OPTIONS.includes(name)) throw new Undecided();
  }
  const flow = args.named.get('default_flow_style');
  const indent = args.named.get('indent') ?? args.positional[0];
  const width = args.named.get('width');
  return {
    indent: indent && indent.kind !== 'none' ? indexOf(indent) : defaults.indent,
    width: width && width.kind !== 'none' ? indexOf(width) : 80,
    flow: flow === undefined ? defaults.flow : flow.kind === 'none' ? null : isTrue(engine, flow),
    sortKeys: isTrue(engine, args.named.get('sort_keys'), true),
    explicitStart: isTrue(engine, args.named.get('explicit_start')),
    allowUnicode: true,
  };
}

/**
 * The YAML text of a value. Since ansible-core 2.19 which lists and mappings are the same object, and so get an anchor,
 * depends on which parts were templated when. Text that may still be of the type for escaped HTML fails if it is: the
 * dumper cannot represent it.
 */
function yamlText(
  engine: Engine,
  input: Value,
  args: Arguments,
  defaults: Pick<DumpOptions, 'indent' | 'flow'>,
): Value {
  if (isSince(engine.ansible, '2.19') && hasRepeated(input))
    return derived('to_yaml', [input, ...args.positional, ...args.named.values()], {
      type: 'str',
      why: ['whether Ansible prints a list or mapping that is there twice as an anchor'],
    });
  if (mayBeMarkup(input))
    return derived('to_yaml', [input, ...args.positional, ...args.named.values()], {
      type: 'str',
      why: ['whether Ansible can write text escaped for HTML as YAML'],
    });
  return verbatim(dumpYaml(engine.budget, input, yamlOptions(engine, args, defaults)));
}

function mayBeMarkup(value: Value): boolean {
  let found = false;
  visitParts(value, part => {
    if (part.kind === 'str' && part.markup) found = true;
  });
  return found;
}

/** Text to a value whose parts come from the lines they were written on. */
function fromYaml(engine: Engine, input: Str): Value[] {
  let loaded: ReturnType<typeof loadYaml>;
  try {
    loaded = loadYaml('', input.text, engine.budget);
  } catch (error) {
    if (error instanceof ProblemError) throw new OverLimit('reads YAML that is over the limits');
    throw error;
  }
  const [problem] = loaded.problems;
  if (problem) throw new PythonError('fails', `from_yaml: line ${problem.line}: ${problem.message}`);
  const lines = [0, ...[...input.text.matchAll(/\n/g)].map(match => match.index + 1)];
  const originsOfLines = (origins: Origins): Origins =>
    origins.reduce((all: Origins, { line, lineEnd }) => {
      const [start, end] = [lines[line - 1] ?? 0, lines[lineEnd ?? line] ?? input.text.length];
      return mergeOrigins(all, originsOf(slice(input, start, end)));
    }, []);
  return loaded.documents.map(document => relocate(document, originsOfLines));
}

function relocate(value: Value, move: (origins: Origins) => Origins): Value {
  const origins = move(value.origins);
  switch (value.kind) {
    case 'str':
      return {
        ...value,
        origins,
        segments: value.segments.map(({ length, origins: own }) => ({ length, origins: move(own) })),
      };
    case 'list':
      return list(
        value.items.map(item => relocate(item, move)),
        origins,
      );
    case 'dict': {
      const entries = new Map(
        [...value.entries].map(([name, [key, item]]) => [name, [relocate(key, move), relocate(item, move)] as const]),
      );
      return { kind: 'dict', entries, origins };
    }
    default:
      return { ...value, origins };
  }
}

function fromJson(engine: Engine, input: Str): Value {
  try {
    JSON.parse(input.text);
  } catch {
    throw new PythonError('fails', 'from_json: the text is not JSON');
  }
  const plain = input.text.includes('\\/')
    ? mapText(engine.budget, input, text => text.replace(/\\([^])/g, (pair, escaped) => (escaped === '/' ? '/' : pair)))
    : input;
  const value = parseLiteral(engine.budget, plain);
  if (value === 'invalid' || value === 'unknown') throw new Undecided();
  return value;
}

const HASHES: readonly string[] = ['sha1', 'md5', 'sha224', 'sha256', 'sha384', 'sha512'];

function hashed(engine: Engine, input: Value, algorithm: string): Value {
  if (!HASHES.includes(algorithm))
    return derived('hash', [input, str(algorithm)], { why: [`the hash ${algorithm} is not evaluated`] });
  return str(createHash(algorithm).update(asText(engine, input).text).digest('hex'), allOrigins(input));
}

function fromBase64(engine: Engine, input: Value): Value {
  const text = Buffer.from(base64Characters(asText(engine, input).text), 'base64').toString('utf8');
  if (/[\uE000\uE001\uFFFD]/.test(text))
    return derived('b64decode', [input], { type: 'str', why: ['what base64 decodes to is no text'] });
  return str(text, allOrigins(input));
}

/** What Python's `binascii.a2b_base64` decodes of a text: foreign characters are skipped, padding ends it. @throws PythonError */
function base64Characters(text: string): string {
  let characters = '';
  let pads = 0;
  for (const character of text) {
    const position = characters.length % 4;
    if (character === '=') {
      pads += 1;
      if (position >= 2 && position + pads >= 4) return characters;
    } else if (/[A-Za-z0-9+/]/.test(character)) {
      characters += character;
      pads = 0;
    }
  }
  if (characters.length % 4 !== 0) throw new PythonError('fails', 'b64decode: the text is no whole base64');
  return characters;
}

function html(text: string): string {
  return text.replace(/[<>&']/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const verbatim = (text: Str): Str => ({ ...text, verbatim: true });

export const SERIALISE_FILTERS: Filters = {
  to_json: own((engine, input, args) =>
    verbatim(dumpJson(engine.budget, input, jsonOptions(engine, args, { indent: null, sortKeys: false }))),
  ),
  to_nice_json: own((engine, input, args) =>
    verbatim(dumpJson(engine.budget, input, jsonOptions(engine, args, { indent: 4, sortKeys: true }))),
  ),
  tojson: own((engine, input, args) =>
    mapText(
      engine.budget,
      dumpJson(engine.budget, input, jsonOptions(engine, args, { indent: null, sortKeys: true })),
      html,
    ),
  ),
  to_yaml: own((engine, input, args) => yamlText(engine, input, args, { indent: 2, flow: null })),
  to_nice_yaml: own((engine, input, args) => yamlText(engine, input, args, { indent: 4, flow: false })),
  from_json: any((engine, input) => {
    textOf(input, 'the JSON');
    return fromJson(engine, asText(engine, input));
  }),
  from_yaml: own((engine, input) => {
    if (isUnknown(engine.budget, input)) return derived('from_yaml', [input]);
    return input.kind === 'str' ? (fromYaml(engine, input)[0] ?? none()) : input;
  }),
  from_yaml_all: own((engine, input) => {
    if (isUnknown(engine.budget, input)) return derived('from_yaml_all', [input]);
    return input.kind === 'str' ? list(fromYaml(engine, input)) : input;
  }),
  b64encode: any((engine, input) =>
    str(Buffer.from(asText(engine, input).text, 'utf8').toString('base64'), allOrigins(input)),
  ),
  b64decode: any(fromBase64),
  hash: any((engine, input, args) =>
    hashed(engine, input, args.positional[0] ? textOf(args.positional[0], 'hashtype') : 'sha1'),
  ),
  checksum: any((engine, input) => hashed(engine, input, 'sha1')),
  sha1: any((engine, input) => hashed(engine, input, 'sha1')),
  md5: any((engine, input) => hashed(engine, input, 'md5')),
};
