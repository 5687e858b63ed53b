import { OverLimit } from '../../budget.ts';
import { int, list, PythonError, pythonType, type Str, str, tuple, type Value } from '../../value.ts';
import { pairsOf } from '../collection-methods.ts';
import { bind, type Engine } from '../engine.ts';
import { percentFormat } from '../percent-format.ts';
import { defined, derived, indexOf } from '../python.ts';
import { characterCount, concat, mapText, originsOf, plain, slice, splitLines } from '../text.ts';
import { capitalize, justify, replace, split, strip } from '../text-methods.ts';
import { any, asText, type Filter, type Filters, isTrue, optionalText, own, textOf } from './filter.ts';

function mapped(change: (text: string) => string): Filter {
  return any((engine, input) => mapText(engine.budget, asText(engine, input), change));
}

/** Jinja's `title`: a capital after each run of `- ( { [ <` or white space. */
function jinjaTitle(text: string): string {
  return text
    .split(/([-\s({[<]+)/)
    .map(capitalize)
    .join('');
}

function indent(value: Str, args: Parameters<Filter['apply']>[2], engine: Parameters<Filter['apply']>[0]): Value {
  const { width, first, blank } = bind('indent', args, ['width', 'first', 'blank']);
  if (width?.kind === 'unknown') return derived('indent', [value, width]);
  const size = width === undefined || width.kind === 'str' ? 4 : indexOf(width);
  if (size > 1000) throw new OverLimit('indents by more than 1000 columns');
  const margin = width?.kind === 'str' ? width : str(' '.repeat(Math.max(0, size)));
  const lines = splitLines(concat(engine.budget, [value, str('\n')]));
  const everyLine = isTrue(engine, blank);
  const parts: Str[] = isTrue(engine, first) ? [margin] : [];
  for (const [i, line] of lines.entries()) {
    if (i > 0) {
      parts.push(str('\n', originsOf(line)));
      if (everyLine || line.text !== '') parts.push(margin);
    }
    parts.push(line);
  }
  return concat(engine.budget, parts);
}

/** Text, or the token of an unknown. @throws PythonError for anything else */
function onlyText(engine: Engine, input: Value): Str {
  const value = defined(input);
  if (value.kind === 'str' || value.kind === 'unknown') return asText(engine, value);
  throw new PythonError('fails', `text is needed here, not ${pythonType(value)}`);
}

/** Jinja's `wordwrap` is rare in configuration; it stays unknown. */
export const TEXT_FILTERS: Filters = {
  string: own((engine, input) => asText(engine, input)),
  lower: mapped(text => text.toLowerCase()),
  upper: mapped(text => text.toUpperCase()),
  capitalize: mapped(capitalize),
  title: mapped(jinjaTitle),
  trim: any((engine, input, args) =>
    strip(asText(engine, input), optionalText(bind('trim', args, ['chars']).chars, 'chars'), true, true),
  ),
  replace: any((engine, input, args) => {
    const { old, new: to, count } = bind('replace', args, ['old', 'new', 'count']);
    if (!old || !to) throw new PythonError('fails', 'replace takes what to replace and by what');
    const limit = count && count.kind !== 'none' ? indexOf(count) : -1;
    return replace(engine, asText(engine, input), asText(engine, old).text, asText(engine, to), limit);
  }),
  indent: own((engine, input, args) => indent(onlyText(engine, input), args, engine)),
  format: own((engine, input, args) => {
    const format = asText(engine, input);
    if (args.named.size === 0) return percentFormat(engine.budget, format, tuple(args.positional));
    if (args.positional.length > 0)
      throw new PythonError('fails', "can't handle positional and keyword arguments at the same time");
    const entries = new Map([...args.named].map(([key, value]) => [`s${key}`, [str(key), value] as const]));
    return percentFormat(engine.budget, format, { kind: 'dict', entries, origins: [] });
  }),
  center: any((engine, input, args) => {
    const { width } = bind('center', args, ['width']);
    return justify(engine, asText(engine, input), width ? indexOf(width) : 80, ' ', 'both');
  }),
  wordcount: any((engine, input) => int(asText(engine, input).text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0)),
  truncate: any((engine, input, args) => {
    const { length, killwords, end, leeway } = bind('truncate', args, ['length', 'killwords', 'end', 'leeway']);
    const source = onlyText(engine, input);
    const size = length ? indexOf(length) : 255;
    const dots = end ? asText(engine, end) : str('...');
    if (characterCount(source.text) <= size + (leeway && leeway.kind !== 'none' ? indexOf(leeway) : 5)) return source;
    const head = slice(source, 0, Math.max(0, size - dots.text.length));
    const space = head.text.lastIndexOf(' ');
    const kept = isTrue(engine, killwords) || space < 0 ? head : slice(head, 0, space);
    return concat(engine.budget, [kept, dots]);
  }),
  escape: any((engine, input) => mapText(engine.budget, asText(engine, input), escapeHtml)),
  e: any((engine, input) => mapText(engine.budget, asText(engine, input), escapeHtml)),
  forceescape: any((engine, input) => mapText(engine.budget, asText(engine, input), escapeHtml)),
  safe: own((engine, input) => plain(asText(engine, input))),
  urlencode: any((engine, input) => {
    if (input.kind !== 'dict' && input.kind !== 'list' && input.kind !== 'tuple') {
      return mapText(engine.budget, asText(engine, input), percentEncode);
    }
    const query = (value: Value) => mapText(engine.budget, asText(engine, value), queryEncode);
    const pairs = pairsOf(input).map(([key, value]) => [query(key), str('='), query(value)]);
    return concat(
      engine.budget,
      pairs.flatMap((pair, i) => (i > 0 ? [str('&'), ...pair] : pair)),
    );
  }),
  split: any((engine, input, args) => {
    if (input.kind !== 'str') throw new PythonError('fails', 'split takes text');
    const { sep, maxsplit } = bind('split', args, ['sep', 'maxsplit']);
    return list(split(engine, input, optionalText(sep, 'sep'), maxsplit ? indexOf(maxsplit) : -1), input.origins);
  }),
  quote: any((engine, input) =>
    mapText(engine.budget, input.kind === 'none' ? str('', input.origins) : asText(engine, input), shellQuote),
  ),
  comment: any((engine, input, args) => {
    const style = args.positional[0] ?? args.named.get('style');
    const option = (name: string) => {
      const value = args.named.get(name);
      return value === undefined ? undefined : asText(engine, value).text;
    };
    return mapText(engine.budget, onlyText(engine, input), source =>
      comment(source, style ? textOf(style, 'style') : 'plain', option),
    );
  }),
};

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    "'": '&#39;',
    '"': '&#34;',
  };
  return text.replace(/[&<>'"]/g, character => entities[character] ?? character);
}

function percentEncode(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function queryEncode(text: string): string {
  return percentEncode(text).replaceAll('/', '%2F').replaceAll('%20', '+');
}

/** Python's `shlex.quote`. */
function shellQuote(text: string): string {
  if (text === '') return "''";
  return /[^\p{L}\p{N}_@%+=:,./-]/u.test(text) || /[^\x00-\x7f]/.test(text)
    ? `'${text.replaceAll("'", `'"'"'`)}'`
    : text;
}

const COMMENT_STYLES: Readonly<Record<string, Readonly<{ decoration: string; beginning?: string; end?: string }>>> = {
  plain: { decoration: '# ' },
  erlang: { decoration: '% ' },
  c: { decoration: '// ' },
  cblock: { beginning: '/*', decoration: ' * ', end: ' */' },
  xml: { beginning: '<!--', decoration: ' - ', end: '-->' },
};

function comment(text: string, style: string, option: (name: string) => string | undefined): string {
  const preset = Object.hasOwn(COMMENT_STYLES, style) ? COMMENT_STYLES[style] : undefined;
  if (!preset) throw new PythonError('fails', `'${style}' is no comment style`);
  const newline = option('newline') ?? '\n';
  const decoration = option('decoration') ?? preset.decoration;
  const edge = decoration.trimEnd();
  const times = (name: string) => {
    const count = Number(option(name) ?? 1);
    if (!(count <= 1000)) throw new OverLimit('repeats a comment line more than 1000 times');
    return Math.max(0, count);
  };
  const beginning = option('beginning') ?? preset.beginning ?? '';
  const end = option('end') ?? preset.end ?? '';
  const prefix = option('prefix') ?? edge;
  const prefixLine = prefix === newline ? newline : `${prefix}${newline}`;
  const body = (decoration + text.replaceAll(newline, newline + decoration)).replaceAll(
    decoration + newline,
    decoration.trimEnd() + newline,
  );
  return [
    beginning === '' ? '' : beginning + newline,
    prefix === '' ? '' : prefixLine.repeat(times('prefix_count')),
    body,
    `${newline}${option('postfix') ?? edge}`.repeat(times('postfix_count')),
    end === '' ? '' : newline + end,
  ].join('');
}
