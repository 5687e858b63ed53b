import { UNKNOWN_TOKEN } from '../../source/rope.ts';
import { isSince } from '../types.ts';
import {
  type Arguments,
  allOrigins,
  list,
  none,
  PythonError,
  type Str,
  str,
  unknownValue,
  type Value,
} from '../value.ts';
import { type Engine } from './engine.ts';
import { searchedFiles } from './first-found.ts';
import { listLookup } from './list-lookups.ts';
import { allDefined, defined, derived, isUnknown, toText } from './python.ts';
import { concat, slice } from './text.ts';
import { NeedsDecision } from './undecided.ts';

/**
 * `lookup(…)` and `query(…)`. Those that read nothing but their terms, variables and files of the repository are
 * evaluated; every other plugin, and a file that is not in the repository, is unknown and never executed or read.
 */
export function lookup(engine: Engine, args: Arguments, wantList: boolean): Value {
  const [plugin, ...terms] = args.positional.map(defined);
  for (const term of terms) allDefined(engine, term);
  if (plugin?.kind !== 'str') throw new PythonError('fails', 'lookup takes the name of a plugin');
  const named = new Map(args.named);
  const [listed, errors] = [named.get('wantlist'), named.get('errors')];
  for (const option of ['wantlist', 'errors']) named.delete(option);
  const name = plugin.text.replace(/^ansible\.(?:builtin|legacy)\./, '');
  const results = tolerant(errors, name, () => run(engine, name, terms, named));
  const asList = wantList || (listed?.kind === 'bool' && listed.value);
  if (results === 'ignored') return asList ? list([]) : none();
  if (!Array.isArray(results)) {
    const inputs = [str(name), ...terms, ...[...named].flatMap(([key, value]) => [str(key), value])];
    return derived(wantList ? 'query' : 'lookup', inputs, { why: [results.why ?? `lookup ${name} is not executed`] });
  }
  return asList ? list(results) : joined(engine, results);
}

type Results = Value[] | Readonly<{ why: string | null }>;

/**
 * With `errors='ignore'` or `'warn'` a lookup that fails gives nothing; a variable that is undefined fails all the same.
 * Which failures are let pass is another matter in each version, apart from that of `first_found`.
 */
function tolerant(errors: Value | undefined, name: string, work: () => Results): Results | 'ignored' {
  if (!errors || (errors.kind === 'str' && errors.text === 'strict')) return work();
  try {
    return work();
  } catch (error) {
    if (!(error instanceof PythonError) || error instanceof NeedsDecision || error.reason !== 'fails') throw error;
    const isIgnored = errors.kind === 'str' && /^(?:ignore|warn)$/.test(errors.text);
    return isIgnored && name === 'first_found' ? 'ignored' : { why: `what fails in the lookup ${name} is ignored` };
  }
}

/** Results, or why there are none; null when the plugin is not known. */
function run(engine: Engine, name: string, terms: readonly Value[], named: ReadonlyMap<string, Value>): Results {
  const results = resultsOf(engine, name, terms, named);
  return Array.isArray(results) ? results : { why: results };
}

function resultsOf(
  engine: Engine,
  name: string,
  terms: readonly Value[],
  named: ReadonlyMap<string, Value>,
): Value[] | string | null {
  switch (name) {
    case 'vars':
      if (isSince(engine.ansible, '2.19') && isEscaped(named.get('default')))
        return 'whether text escaped for HTML can be an option';
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
  const searched = searchedFiles(engine.ansible, terms, named);
  if (typeof searched === 'string') return `which file is the first found: ${searched}`;
  const { names, skip } = searched;
  for (const name of names) {
    if (name.kind !== 'str' || name.text.startsWith('/') || name.text === '')
      return `which file is the first found: ${name.kind === 'unknown' ? name.why.join('; ') : 'one may be outside the repository'}`;
    const found = engine.findFile(name.text);
    if (found === 'unknown')
      return `which file is the first found: ${[...(name.unknowns?.values() ?? [])].flatMap(({ why }) => why).join('; ')}`;
    if (found) return [found];
  }
  if (skip === null) return 'which file is the first found: whether it may be none';
  if (skip) return [];
  throw new PythonError('fails', 'No file was found when using first_found.');
}

function namedSequence(engine: Engine, named: ReadonlyMap<string, Value>): Value {
  if (
    [...named.values()].some(value => (value.kind !== 'str' && value.kind !== 'int') || isUnknown(engine.budget, value))
  )
    return unknownValue('sequence', ['its bounds']);
  return str([...named].map(([name, value]) => `${name}=${toText(engine.budget, value).text}`).join(' '));
}

/** Since ansible-core 2.19 an option must not be of the type for text escaped for HTML, which such text may have lost. */
function isEscaped(value: Value | undefined): boolean {
  return value?.kind === 'str' && value.markup === true;
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
    return { ...concat(engine.budget, parts), unsafe: true, ...(results[0]?.verbatim ? { verbatim: true } : {}) };
  }
  if (results.length === 1) return only ?? none();
  if (results.some(result => result.kind === 'unknown')) {
    return unknownValue('lookup result', ['a lookup of unknown values'], { origins: results.flatMap(allOrigins) });
  }
  return list([...results]);
}
