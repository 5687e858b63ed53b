import { spend } from '../budget.ts';
import { isSince } from '../types.ts';
import {
  type Arguments,
  allOrigins,
  bool,
  field,
  identity,
  keyOf,
  mergeOrigins,
  type Origins,
  PythonError,
  pythonType,
  str,
  type UnknownValue,
  type Value,
} from '../value.ts';
import { iterate } from './access.ts';
import { bind, type Engine, truth, truthOf, truthValue } from './engine.ts';
import { comparison, negation } from './operators.ts';
import {
  allDefined,
  compareText,
  contains,
  defined,
  derived,
  evaluated,
  isNumber,
  isUnknown,
  numberOf,
  toText,
} from './python.ts';
import { compileRegex } from './regex.ts';
import type { Comparator } from './syntax.ts';
import { Undecided } from './undecided.ts';
import { compareVersions } from './version.ts';

/** A test answers, or gives an unknown. `own`: it looks at undefined and unknown values itself. */
type Test = Readonly<{ own: boolean; apply: (engine: Engine, value: Value, args: Arguments) => Value | boolean }>;

const plain = (apply: Test['apply']): Test => ({ own: false, apply });
const own = (apply: Test['apply']): Test => ({ own: true, apply });

const TYPES: Readonly<Record<string, readonly Value['kind'][]>> = {
  string: ['str'],
  number: ['int', 'float', 'bool'],
  integer: ['int'],
  float: ['float'],
  boolean: ['bool'],
  none: ['none'],
  mapping: ['dict', 'lazy'],
  sequence: ['list', 'tuple', 'str', 'dict', 'lazy'],
  iterable: ['list', 'tuple', 'str', 'dict', 'lazy'],
  callable: ['object'],
};

/** Tests of a value's type: an undefined value is of none, an unknown one may be known by type alone. */
function typeTest(name: string, kinds: readonly Value['kind'][]): Test {
  return own((_, value) => {
    if (value.kind === 'undefined') return false;
    if (value.kind !== 'unknown') return kinds.includes(value.kind);
    return value.type ? kinds.includes(value.type) : derived(name, [value], { type: 'bool' });
  });
}

function compares(operator: Comparator): Test {
  return own((engine, value, args) => comparison(engine.budget, operator, value, args.positional[0] ?? str('')));
}

/** `is defined`; an unknown value may not even say that. */
function isDefined(value: Value): Value | boolean {
  if (value.kind !== 'unknown') return value.kind !== 'undefined';
  return value.defined ?? derived('defined', [value], { type: 'bool' });
}

function negated(result: Value | boolean): Value | boolean {
  if (typeof result === 'boolean') return !result;
  const known = truthOf(result);
  return typeof known === 'boolean' ? !known : truthValue({ ...known, negated: !known.negated }, result.origins);
}

function regexTest(kind: 'match' | 'search'): Test {
  return plain((engine, value, args) => {
    const { pattern, ignorecase, multiline, match_type } = bind(kind, args, [
      'pattern',
      'ignorecase',
      'multiline',
      'match_type',
    ]);
    const flags = {
      ignoreCase: ignorecase ? truth(engine, ignorecase) : false,
      multiline: multiline ? truth(engine, multiline) : false,
    };
    const text = toText(engine.budget, value).text;
    const regex = compileRegex(engine, pattern ? toText(engine.budget, pattern).text : '', flags, text);
    const how = match_type ? toText(engine.budget, match_type).text : kind;
    if (!regex || (how !== 'match' && how !== 'search')) {
      return derived(kind, [value, ...args.positional], {
        type: 'bool',
        why: ['a regular expression that is not evaluated here'],
      });
    }
    return how === 'match' ? regex.matchesAtStart(text) : regex.matches(text, 1).length > 0;
  });
}

const VERSION_OPERATORS: Readonly<Record<string, (order: number) => boolean>> = {
  eq: order => order === 0,
  ne: order => order !== 0,
  lt: order => order < 0,
  le: order => order <= 0,
  gt: order => order > 0,
  ge: order => order >= 0,
};
const VERSION_ALIASES: Readonly<Record<string, string>> = {
  '==': 'eq',
  '=': 'eq',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  '!=': 'ne',
  '<>': 'ne',
};

const version = plain((engine, value, args) => {
  const bound = bind('version', args, ['version', 'operator', 'strict', 'version_type']);
  const [left, right] = [
    toText(engine.budget, value).text,
    bound.version ? toText(engine.budget, bound.version).text : '',
  ];
  if (left === '') throw new PythonError('fails', 'Input version value cannot be empty');
  if (right === '') throw new PythonError('fails', 'Version parameter to compare against cannot be empty');
  const named = bound.operator ? toText(engine.budget, bound.operator).text : 'eq';
  const operator = VERSION_ALIASES[named] ?? named;
  const holds = Object.hasOwn(VERSION_OPERATORS, operator) ? VERSION_OPERATORS[operator] : undefined;
  if (!holds) throw new PythonError('fails', `Invalid operator type (${named})`);
  const strict = bound.strict ? truth(engine, bound.strict) : false;
  const type =
    bound.version_type && bound.version_type.kind !== 'none' ? toText(engine.budget, bound.version_type).text : null;
  if (type === 'pep440')
    return derived('version', [value, ...args.positional], {
      type: 'bool',
      why: ['the version type pep440 is not evaluated'],
    });
  return holds(compareVersions(left, right, type ?? (strict ? 'strict' : 'loose')));
});

/** Tests of a task's result, which Ansible stores as a mapping. */
function resultTest(name: string, expected: boolean): Test {
  return plain((engine, value) => {
    if (value.kind !== 'dict') throw new PythonError('fails', `The '${name}' test expects a dictionary`);
    const flag = field(value, name);
    return (flag ? truth(engine, flag) : false) === expected;
  });
}

function numberOfTest(value: Value): number {
  if (!isNumber(value)) throw new PythonError('fails', `not a number: ${pythonType(value)}`);
  return Number(numberOf(value));
}

/** Whether the set of the first is in that of the second: of both every item has to be hashable. */
function every(engine: Engine, a: Value, b: Value): boolean {
  const [some, all] = [iterate(a), iterate(b)];
  for (const item of [...some, ...all]) keyOf(defined(item));
  return some.every(item => contains(engine.budget, all, item));
}

const TESTS: ReadonlyMap<string, Test> = new Map<string, Test>([
  ...Object.entries(TYPES).map(([name, kinds]) => [name, typeTest(name, kinds)] as const),
  ['defined', own((_, value) => isDefined(value))],
  ['undefined', own((_, value) => negated(isDefined(value)))],
  [
    'true',
    own((_, value) =>
      value.kind === 'unknown' ? derived('is true', [value], { type: 'bool' }) : value.kind === 'bool' && value.value,
    ),
  ],
  [
    'false',
    own((_, value) =>
      value.kind === 'unknown' ? derived('is false', [value], { type: 'bool' }) : value.kind === 'bool' && !value.value,
    ),
  ],
  ['truthy', own((engine, value, args) => truthy(engine, value, args))],
  ['falsy', own((engine, value, args) => negated(truthy(engine, value, args)))],
  ['odd', plain((_, value) => Math.abs(numberOfTest(value) % 2) === 1)],
  ['even', plain((_, value) => numberOfTest(value) % 2 === 0)],
  ['divisibleby', plain((_, value, args) => numberOfTest(value) % numberOfTest(args.positional[0] ?? str('')) === 0)],
  ['lower', plain((engine, value) => cased(toText(engine.budget, value).text, text => text.toLowerCase()))],
  ['upper', plain((engine, value) => cased(toText(engine.budget, value).text, text => text.toUpperCase()))],
  ['sameas', plain((engine, value, args) => same(engine, value, args.positional[0]))],
  ['escaped', plain(() => false)],
  ['filter', plain(() => true)],
  ...(['eq', 'equalto', '=='] as const).map(name => [name, compares('==')] as const),
  ...(['ne', '!='] as const).map(name => [name, compares('!=')] as const),
  ...(['lt', 'lessthan', '<'] as const).map(name => [name, compares('<')] as const),
  ...(['gt', 'greaterthan', '>'] as const).map(name => [name, compares('>')] as const),
  ...(['le', '<='] as const).map(name => [name, compares('<=')] as const),
  ...(['ge', '>='] as const).map(name => [name, compares('>=')] as const),
  ['in', compares('in')],
  [
    'contains',
    own((engine, value, args) =>
      comparison(engine.budget, 'in', args.positional[0] ?? str(''), allDefined(engine, value)),
    ),
  ],
  ['match', regexTest('match')],
  ['search', regexTest('search')],
  ['regex', regexTest('search')],
  ['version', version],
  ['version_compare', version],
  ['any', own((engine, value) => iterate(defined(value)).some(item => truth(engine, item)))],
  ['all', own((engine, value) => iterate(defined(value)).every(item => truth(engine, item)))],
  ['subset', plain((engine, value, args) => every(engine, value, args.positional[0] ?? str('')))],
  ['issubset', plain((engine, value, args) => every(engine, value, args.positional[0] ?? str('')))],
  ['superset', plain((engine, value, args) => every(engine, args.positional[0] ?? str(''), value))],
  ['issuperset', plain((engine, value, args) => every(engine, args.positional[0] ?? str(''), value))],
  ['abs', plain((_, value) => pathOf(value).startsWith('/'))],
  ['vault_encrypted', plain(() => false)],
  ...(['failed', 'failure'] as const).map(name => [name, resultTest('failed', true)] as const),
  ...(['succeeded', 'success', 'successful'] as const).map(name => [name, resultTest('failed', false)] as const),
  ...(['changed', 'change'] as const).map(name => [name, resultTest('changed', true)] as const),
  ...(['skipped', 'skip'] as const).map(name => [name, resultTest('skipped', true)] as const),
  ['unreachable', resultTest('unreachable', true)],
  ['reachable', resultTest('unreachable', false)],
]);

function pathOf(value: Value): string {
  if (value.kind === 'str') return value.text;
  throw new PythonError('fails', `expected str, bytes or os.PathLike object, not ${pythonType(value)}`);
}

const SAME_TESTS: Readonly<Record<string, string>> = {
  version_compare: 'version',
  failure: 'failed',
  success: 'succeeded',
  successful: 'succeeded',
  change: 'changed',
  skip: 'skipped',
  issubset: 'subset',
  issuperset: 'superset',
  regex: 'search',
};
const OPPOSITE_TESTS: Readonly<Record<string, string>> = { succeeded: 'failed', reachable: 'unreachable' };
const OPPOSITE_ORDERS: Readonly<Record<string, string>> = { ne: 'eq', lt: 'ge', gt: 'le' };

/** A test nobody knows the answer of: those that say the same, or the opposite, of the same values have one key. */
function unknownTest(written: string, inputs: readonly Value[]): UnknownValue {
  const name = SAME_TESTS[written] ?? written;
  const [value, version, operator, ...rest] = inputs;
  if (name === 'version' && value && version && operator?.kind === 'str' && !operator.unknowns?.size) {
    const order = VERSION_ALIASES[operator.text] ?? operator.text;
    const asked = [value, version, str(OPPOSITE_ORDERS[order] ?? order), ...rest];
    const answer = derived(name, asked, { type: 'bool' });
    return order in OPPOSITE_ORDERS ? negation(answer) : answer;
  }
  const opposite = OPPOSITE_TESTS[name];
  return opposite === undefined
    ? derived(name, inputs, { type: 'bool' })
    : negation(derived(opposite, inputs, { type: 'bool' }));
}

function truthy(engine: Engine, value: Value, args: Arguments): Value | boolean {
  const { convert_bool: convertBool } = bind('truthy', args, ['convert_bool']);
  if (convertBool && truth(engine, convertBool) && value.kind === 'str' && !value.unknowns?.size) {
    const text = value.text.trim().toLowerCase();
    if (['y', 'yes', 'on', '1', 'true', 't', '1.0'].includes(text)) return true;
    if (['n', 'no', 'off', '0', 'false', 'f', '0.0'].includes(text)) return false;
  }
  const known = truthOf(value);
  return typeof known === 'boolean' ? known : truthValue(known, allOrigins(value));
}

function cased(text: string, change: (text: string) => string): boolean {
  return compareText(change(text), text) === 0 && text.toLowerCase() !== text.toUpperCase();
}

/**
 * Python's `is`: true, false and None are one object each, small numbers until ansible-core 2.18, which began to mark
 * numbers with where they are written.
 */
function same(engine: Engine, a: Value, b: Value | undefined): Value | boolean {
  if (!b || a.kind !== b.kind || identity(a) !== identity(b)) return false;
  if (a.kind === 'none' || a.kind === 'bool') return true;
  if (a.kind === 'int' && a.value >= -5 && a.value <= 256 && !isSince(engine.ansible, '2.19')) return true;
  return derived('sameas', [a, b], { type: 'bool', why: ['whether two equal values are one object of Python'] });
}

/** Applies a test by the name the template gives it. A test not known here makes an unknown. @throws PythonError */
export function applyTest(engine: Engine, name: string, value: Value, args: Arguments): Value {
  spend(engine.budget, 2);
  const short = name.replace(/^ansible\.(?:builtin|legacy)\./, '');
  const test = TESTS.get(short);
  evaluated(value);
  const inputs = [value, ...args.positional, ...args.named.values()];
  if (!test) return derived(short, inputs.map(defined), { type: 'bool', why: [`the test ${name} is not evaluated`] });
  if (!test.own && inputs.some(input => isUnknown(engine.budget, defined(input)))) return unknownTest(short, inputs);
  const origins = inputs.reduce((all: Origins, input) => mergeOrigins(all, allOrigins(input)), []);
  const { depth } = engine.budget;
  let result: Value | boolean;
  try {
    result = test.apply(engine, value, args);
  } catch (error) {
    if (!(error instanceof Undecided)) throw error;
    engine.budget.depth = depth;
    return unknownTest(short, inputs);
  }
  return typeof result === 'boolean' ? bool(result, origins) : result;
}
