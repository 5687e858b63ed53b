import {
  type Arguments,
  allOrigins,
  dict,
  list,
  none,
  PythonError,
  type Str,
  str,
  unknownValue,
  type Value,
} from '../value.ts';
import { type Engine } from './engine.ts';
import { defined, derived, toText } from './python.ts';
import { concat } from './text.ts';

/**
 * `lookup(…)` and `query(…)`. Only those that read nothing but variables and templates of the repository are
 * evaluated (`vars`, `items`, `list`, `dict`, `template`); every other plugin is unknown and never executed.
 */
export function lookup(engine: Engine, args: Arguments, wantList: boolean): Value {
  const [plugin, ...terms] = args.positional.map(defined);
  if (plugin?.kind !== 'str') throw new PythonError('fails', 'lookup takes the name of a plugin');
  const named = new Map(args.named);
  const listed = named.get('wantlist');
  named.delete('wantlist');
  const name = plugin.text.replace(/^ansible\.(?:builtin|legacy)\./, '');
  const results = run(engine, name, terms, named);
  if (!results) {
    const inputs = [str(name), ...terms, ...[...named].flatMap(([key, value]) => [str(key), value])];
    return derived(wantList ? 'query' : 'lookup', inputs, { why: [`lookup ${name} is not executed`] });
  }
  if (wantList || (listed?.kind === 'bool' && listed.value)) return list(results);
  return joined(engine, results);
}

function run(engine: Engine, name: string, terms: readonly Value[], named: ReadonlyMap<string, Value>): Value[] | null {
  switch (name) {
    case 'vars':
      return flat(terms).map(term => variable(engine, term, named.get('default')));
    case 'items':
      return terms.flatMap(term => (term.kind === 'list' ? term.items : [term]));
    case 'list':
      return [...terms];
    case 'dict':
      return terms.some(term => term.kind !== 'dict') ? null : terms.flatMap(pairs);
    case 'template': {
      const texts = terms.map(term => (term.kind === 'str' && named.size === 0 ? engine.template(term.text) : null));
      return texts.every(text => text !== null) ? texts : null;
    }
    default:
      return null;
  }
}

function variable(engine: Engine, term: Value, otherwise: Value | undefined): Value {
  if (term.kind === 'unknown') return derived('lookup', [str('vars'), term]);
  const name = toText(engine.budget, term).text;
  const value = engine.variable(name);
  if (value && value.kind !== 'undefined') return value;
  if (otherwise) return otherwise;
  throw new PythonError('undefined', `'${name}' is undefined: no variable found with this name`);
}

function pairs(term: Value): Value[] {
  if (term.kind !== 'dict') return [];
  return [...term.entries.values()].map(([key, value]) =>
    dict(
      [
        [str('key'), key],
        [str('value'), value],
      ],
      term.origins,
    ),
  );
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
