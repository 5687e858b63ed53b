import { UNKNOWN_TOKEN } from '../../source/rope.ts';
import { isSince } from '../types.ts';
import {
  type Arguments,
  allOrigins,
  field,
  list,
  none,
  PythonError,
  type Str,
  str,
  unknownValue,
  type Value,
} from '../value.ts';
import { type Engine } from './engine.ts';
import { listLookup } from './list-lookups.ts';
import { allDefined, defined, derived, isUnknown, toText } from './python.ts';
import { concat, slice } from './text.ts';

/**
 * `lookup(…)` and `query(…)`. Those that read nothing but their terms, variables and files of the repository are
 * evaluated; every other plugin, and a file that is not in the repository, is unknown and never executed or read.
 */
export function lookup(engine: Engine, args: Arguments, wantList: boolean): Value {
  const [plugin, ...terms] = args.positional.map(defined);
  for (const term of terms) allDefined(engine, term);
  if (plugin?.kind !== 'str') throw new PythonError('fails', 'lookup takes the name of a plugin');
  const named = new Map(args.named);
  const listed = named.get('wantlist');
  for (const option of ['wantlist', 'errors']) named.delete(option);
  const name = plugin.text.replace(/^ansible\.(?:builtin|legacy)\./, '');
  const results = run(engine, name, terms, named);
  if (!Array.isArray(results)) {
    const inputs = [str(name), ...terms, ...[...named].flatMap(([key, value]) => [str(key), value])];
    return derived(wantList ? 'query' : 'lookup', inputs, { why: [results ?? `lookup ${name} is not executed`] });
  }
  if (wantList || (listed?.kind === 'bool' && listed.value)) return list(results);
  return joined(engine, results);
}

/** Results, or why there are none; null when the plugin is not known. */
function run(
  engine: Engine,
  name: string,
  terms: readonly Value[],
  named: ReadonlyMap<string, Value>,
): Value[] | string | null {
  switch (name) {
    case 'vars':
      return flat(terms).map(term => variable(engine, term, named.get('default')));
    case 'template': {
      const texts = terms.map(term => (term.kind === 'str' && named.size === 0 ? engine.template(term.text) : null));
      return texts.every(text => text !== null) ? texts : null;
    }
    case 'file':
      return filesOf(engine, flat(terms), named);
    case 'first_found':
      return firstFound(engine, terms, named);
    case 'sequence':
      return listLookup(
        engine.budget,
        name,
        isSince(engine.ansible, '2.19') && terms.length === 0 ? [namedSequence(engine, named)] : terms,
      );
    default:
      return named.size === 0 ? listLookup(engine.budget, name, terms) : null;
  }
}

/** Texts of files of the repository, without white space at their end unless `rstrip=False`. */
function filesOf(engine: Engine, terms: readonly Value[], named: ReadonlyMap<string, Value>): Value[] | string {
  const keeps = (option: string, otherwise: boolean) => {
    const value = named.get(option);
    return value?.kind === 'bool' ? value.value : otherwise;
  };
  if ([...named.values()].some(value => value.kind === 'unknown')) return 'how the file is read is not known';
  const texts: Value[] = [];
  for (const term of terms) {
    const text = term.kind === 'str' ? engine.file(term.text) : null;
    if (!text) return `the file ${term.kind === 'str' ? shown(term.text) : ''} is not known from Git`;
    const end = keeps('rstrip', true) ? text.text.trimEnd().length : text.text.length;
    const start = keeps('lstrip', false) ? text.text.length - text.text.trimStart().length : 0;
    texts.push({ ...slice(text, start, Math.max(start, end)), unsafe: true });
  }
  return texts;
}

function shown(path: string): string {
  return path.replace(UNKNOWN_TOKEN, '…');
}

/** The first of the named files that is in the repository, as a path on the controller. */
function firstFound(engine: Engine, terms: readonly Value[], named: ReadonlyMap<string, Value>): Value[] | string {
  const { names, skip } = searchedFiles(terms, named);
  for (const name of names) {
    if (name.kind !== 'str' || name.text.startsWith('/'))
      return `which file is the first found: ${name.kind === 'unknown' ? name.why.join('; ') : 'one may be outside the repository'}`;
    const found = engine.findFile(name.text);
    if (found === 'unknown')
      return `which file is the first found: ${[...(name.unknowns?.values() ?? [])].flatMap(({ why }) => why).join('; ')}`;
    if (found) return [found];
  }
  if (skip) return [];
  throw new PythonError('fails', 'No file was found when using first_found.');
}

/** Names to look for: each file below each path, where those are given (`first_found._process_terms`). */
export function searchedFiles(
  terms: readonly Value[],
  named: ReadonlyMap<string, Value>,
): Readonly<{ names: readonly Value[]; skip: boolean }> {
  const all = terms.length === 0 && named.size > 0 ? [none()] : flat(terms);
  const names: Value[] = [];
  let skip = false;
  for (const term of all) {
    const option = (name: string) => (term.kind === 'dict' ? field(term, name) : named.get(name));
    const asked = option('skip');
    skip = asked?.kind === 'bool' ? asked.value : asked?.kind === 'str' && /^(?:yes|true|on|1)$/i.test(asked.text);
    const files = split(option('files'), /[,;]/);
    const paths = split(option('paths'), /[,:;]/);
    if (paths.length > 0) names.push(...paths.flatMap(path => files.map(file => joinedPath(path, file))));
    else if (files.length > 0) names.splice(0, names.length, ...files);
    else if (term.kind !== 'none') names.push(term);
  }
  return { names, skip };
}

function split(value: Value | undefined, separator: RegExp): readonly Value[] {
  return value === undefined || value.kind === 'none'
    ? []
    : flat([value]).flatMap(item =>
        item.kind === 'str' && !item.unknowns?.size
          ? item.text.split(separator).map(text => str(text, item.origins))
          : [item],
      );
}

function joinedPath(path: Value, file: Value): Value {
  if (path.kind !== 'str' || file.kind !== 'str') return path.kind === 'str' ? file : path;
  const unknowns = new Map([...(path.unknowns ?? []), ...(file.unknowns ?? [])]);
  const text = file.text.startsWith('/') ? file.text : `${path.text.replace(/\/$/, '')}/${file.text}`;
  return { ...str(text, file.origins), ...(unknowns.size > 0 ? { unknowns } : {}) };
}

function namedSequence(engine: Engine, named: ReadonlyMap<string, Value>): Value {
  if (
    [...named.values()].some(value => (value.kind !== 'str' && value.kind !== 'int') || isUnknown(engine.budget, value))
  )
    return unknownValue('sequence', ['its bounds']);
  return str([...named].map(([name, value]) => `${name}=${toText(engine.budget, value).text}`).join(' '));
}

function variable(engine: Engine, term: Value, otherwise: Value | undefined): Value {
  if (isUnknown(engine.budget, term)) return derived('lookup', [str('vars'), term], { defined: null });
  const name = toText(engine.budget, term).text;
  const value = engine.variable(name);
  if (value && value.kind !== 'undefined') return value;
  if (otherwise) return otherwise;
  throw new PythonError('undefined', `'${name}' is undefined: no variable found with this name`);
}

function flat(values: readonly Value[]): Value[] {
  return values.flatMap(value => (value.kind === 'list' || value.kind === 'tuple' ? flat(value.items) : [value]));
}

/** Results as one value: texts joined by commas, otherwise a single value as it is. */
function joined(engine: Engine, results: readonly Value[]): Value {
  const [only] = results;
  if (results.length === 0) return list([]);
  if (results.every((result): result is Str => result.kind === 'str')) {
    const parts = results.flatMap((result, i) => (i > 0 ? [str(','), result] : [result]));
    return { ...concat(engine.budget, parts), unsafe: true };
  }
  if (results.length === 1) return only ?? none();
  if (results.some(result => result.kind === 'unknown')) {
    return unknownValue('lookup result', ['a lookup of unknown values'], { origins: results.flatMap(allOrigins) });
  }
  return list([...results]);
}
