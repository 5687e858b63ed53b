import { spend } from '../../budget.ts';
import { type Arguments, str, type Value } from '../../value.ts';
import { isOpenEnded } from '../collection-methods.ts';
import type { Engine } from '../engine.ts';
import { allDefined, defined, derived, evaluated, isUnknown, orUnknown } from '../python.ts';
import { unordered, withoutOrder } from '../unordered.ts';
import { ADDRESS_FILTERS } from './address.ts';
import type { Filter, Filters } from './filter.ts';
import { MAPPING_FILTERS } from './mapping.ts';
import { PATH_FILTERS } from './path.ts';
import { REGEX_FILTERS } from './regex.ts';
import { SCALAR_FILTERS } from './scalar.ts';
import { SEQUENCE_FILTERS } from './sequence.ts';
import { SERIALISE_FILTERS } from './serialise.ts';
import { TEXT_FILTERS } from './text.ts';
import { URL_FILTERS } from './url.ts';

const FILTERS: ReadonlyMap<string, Filter> = new Map(
  [
    TEXT_FILTERS,
    SCALAR_FILTERS,
    SEQUENCE_FILTERS,
    MAPPING_FILTERS,
    SERIALISE_FILTERS,
    REGEX_FILTERS,
    PATH_FILTERS,
    ADDRESS_FILTERS,
    URL_FILTERS,
  ].flatMap((filters: Filters) => Object.entries(filters)),
);
/** What it gives for a list of which nobody knows how many items it has is right all the same. */
const OF_OPEN_ENDED: ReadonlySet<string> = new Set(['length', 'count', 'string']);
const VERBATIM: readonly string[] = ['string', 'ppretty', 'json'];
/** What gives Jinja's `Markup`. */
const MARKUP: readonly string[] = ['escape', 'e', 'forceescape', 'safe', 'tojson'];

/** Filters that ask for no item, or for each on its own: since ansible-core 2.19 an undefined one is not used by them. */
const LEAVES_ITEMS: ReadonlySet<string> = new Set(
  'default d ternary length count first last random reverse type_debug map select reject selectattr rejectattr mandatory'.split(
    ' ',
  ),
);

/** Applies a filter by the name the template gives it. A filter not known here makes an unknown. @throws PythonError */
export function applyFilter(engine: Engine, name: string, input: Value, args: Arguments): Value {
  spend(engine.budget, 2);
  const short = name.replace(/^ansible\.(?:builtin|legacy)\./, '');
  const filter = FILTERS.get(short);
  const ordered = filter && withoutOrder(short, input, args);
  if (ordered) {
    const result = applyFilter(engine, name, ordered.input, ordered.args);
    return ordered.matters && result.kind === 'list' ? unordered(result, ordered.matters) : result;
  }
  evaluated(input);
  const others = [...args.positional, ...args.named.values()];
  if (!LEAVES_ITEMS.has(short)) for (const value of [input, ...others]) allDefined(engine, value);
  const inputs = () => [
    defined(input),
    ...args.positional,
    ...[...args.named].flatMap(([key, value]) => [str(key), value]),
  ];
  if (!filter) return derived(short, inputs(), { why: [`the filter ${name} is not evaluated`] });
  if (filter.unknowns !== 'own') {
    for (const value of [input, ...others]) defined(value);
    const refuses = (value: Value) =>
      filter.unknowns === 'any' ? isUnknown(engine.budget, value) : value.kind === 'unknown';
    if (refuses(input) || others.some(other => isUnknown(engine.budget, other))) return derived(short, inputs());
  }
  const open = input.kind === 'list' && isOpenEnded(input) && !OF_OPEN_ENDED.has(short);
  if (open) return derived(short, inputs(), { defined: null });
  const result = orUnknown(engine.budget, short, [input, ...others], () => filter.apply(engine, input, args));
  if (result.kind !== 'str') return result;
  if (MARKUP.includes(short)) return { ...result, markup: true };
  return VERBATIM.includes(short) ? { ...result, verbatim: true } : result;
}
