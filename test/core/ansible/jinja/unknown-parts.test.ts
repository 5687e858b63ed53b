import { describe, expect, test } from '@jest/globals';
import { newBudget } from '../../../../core/ansible/budget.ts';
import { ADDRESS_FILTERS } from '../../../../core/ansible/jinja/filters/address.ts';
import { MAPPING_FILTERS } from '../../../../core/ansible/jinja/filters/mapping.ts';
import { PATH_FILTERS } from '../../../../core/ansible/jinja/filters/path.ts';
import { REGEX_FILTERS } from '../../../../core/ansible/jinja/filters/regex.ts';
import { SCALAR_FILTERS } from '../../../../core/ansible/jinja/filters/scalar.ts';
import { SEQUENCE_FILTERS } from '../../../../core/ansible/jinja/filters/sequence.ts';
import { SERIALISE_FILTERS } from '../../../../core/ansible/jinja/filters/serialise.ts';
import { TEXT_FILTERS } from '../../../../core/ansible/jinja/filters/text.ts';
import { renderTemplate } from '../../../../core/ansible/jinja/render.ts';
import type { ParsedTemplates } from '../../../../core/ansible/jinja/scope.ts';
import type { AnsibleVersion } from '../../../../core/ansible/types.ts';
import { bool, dict, float, int, list, none, str, unknownValue, type Value } from '../../../../core/ansible/value.ts';
import { loadYaml } from '../../../../core/ansible/yaml.ts';
import { ProblemError } from '../../../../core/source/problem.ts';
import { FILTERS_USED, TEMPLATES, VARIABLES } from './unknown-parts.ts';

type Variables = ReadonlyMap<string, Value>;
/** Texts a template may come to, with the unknown in them for anything; null: it fails. */
type Answer = readonly (string | null)[];

const UNKNOWN = unknownValue('fact:u', ['fact u'], { defined: true });

/** What an unknown may turn out to be. */
const STANDING_IN: readonly Value[] = [
  ...[
    'v',
    '',
    'fig',
    'k',
    'number',
    '7',
    'True',
    '/a/b',
    '%s',
    'a: 1',
    "it's",
    '"',
    'a\nb',
    '<&>',
    ' x ',
    '{a: 1}',
  ].map(text => str(text)),
  ...[0, 1, 2, 7].map(number => int(number)),
  float(1.5),
  bool(true),
  bool(false),
  none(),
  list([]),
  list([str('x'), str('fig')]),
  list([int(1), int(2)]),
  list([list([str('k'), int(9)])]),
  dict([]),
  dict([[str('k'), int(9)]]),
  dict([[str('k'), list([int(2)])]]),
  dict([
    [str('name'), str('x')],
    [str('port'), int(2)],
    [str('tags'), list([])],
  ]),
];

function variables(): Variables {
  const [document] = loadYaml('vars.yml', VARIABLES, newBudget()).documents;
  if (document?.kind !== 'dict') throw new Error('the variables are no mapping');
  return new Map([...document.entries.values()].map(([key, value]) => [key.kind === 'str' ? key.text : '', value]));
}

const KNOWN = variables();

/** A value with one part of it, itself to begin with, replaced; each part in turn. */
function* replacing(value: Value, depth = 0): Generator<(part: Value) => Value> {
  yield part => part;
  if (depth > 2) return;
  if (value.kind === 'str')
    yield part => (part.kind === 'unknown' ? withUnknown(value.text) : str(value.text + shown(part)));
  if (value.kind === 'list') {
    for (const [at, item] of value.items.entries())
      for (const inner of replacing(item, depth + 1))
        yield part => ({ ...value, items: value.items.with(at, inner(part)) });
  }
  if (value.kind === 'dict') {
    for (const [name, [key, item]] of value.entries)
      for (const inner of replacing(item, depth + 1))
        yield part => ({ ...value, entries: new Map(value.entries).set(name, [key, inner(part)]) });
  }
}

/** A text whose end is not known. */
const withUnknown = (text: string): Value => str(`${text}{{ u }}`);
/** Only texts stand for the end of a text. */
const shown = (part: Value): string => (part.kind === 'str' ? part.text : 'x');

function answer(template: string, known: Variables, ansible: AnsibleVersion): Answer {
  const scope = { ansible, parsed: PARSED, lookup: (name: string) => known.get(name), names: () => known.keys() };
  try {
    const { alternatives, failures, truncated } = renderTemplate('x.j2', template, scope, newBudget());
    if (truncated) return ['\uE000'];
    return [...alternatives.map(({ text }) => text.text), ...failures.map(() => null)];
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.problem.code === 'not-evaluated' ? ['\uE000'] : [null];
  }
}

/** A key nobody knows stands beside the others, although it may be one of them. */
const UNKNOWN_KEY = /[{,] ?'?\w*\uE000\w*\uE001'?: /;

const PARSED: ParsedTemplates = new Map();

const WILD = /\uE000[0-9a-f]*\uE001?/;
const fits = (text: string, pattern: string): boolean =>
  new RegExp(
    `^${pattern
      .split(WILD)
      .map(part => part.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&'))
      .join('[^]*')}$`,
  ).test(text);

/**
 * What is known to be simplified: a mapping is written with an unknown key as one more, a loop over what nobody knows has one round, and a part of YAML nobody knows is written
 * as plain text.
 */
function isSimplified(template: string, name: string, whole: boolean): boolean {
  return (
    (whole && new RegExp(`for .* in ${name}\\b`).test(template)) ||
    (template.startsWith(`{{ ${name} | to_`) && /yaml/.test(template))
  );
}

/** Real values for which what is claimed where they are not known does not hold. */
function wrong(template: string, ansible: AnsibleVersion): readonly string[] {
  const known = KNOWN;
  const found: string[] = [];
  const used = [...known.keys()].filter(name => new RegExp(`\\b${name}\\b`).test(template));
  for (const name of used) {
    const value = known.get(name) as Value;
    let place = 0;
    for (const replace of replacing(value)) {
      place += 1;
      if (isSimplified(template, name, place === 1)) continue;
      const claimed = answer(template, new Map(known).set('u', UNKNOWN).set(name, replace(UNKNOWN)), ansible);
      if (claimed.some(text => text !== null && UNKNOWN_KEY.test(text))) continue;
      for (const standing of STANDING_IN) {
        const [real] = answer(template, new Map(known).set(name, replace(standing)), ansible);
        if (real === null || real === undefined) continue;
        if (claimed.some(text => text !== null && fits(real, text))) continue;
        found.push(`${name}, part ${place}: ${JSON.stringify(claimed)}, but ${JSON.stringify(real)}`);
        break;
      }
    }
  }
  return found;
}

test('every filter is among them', () => {
  const all = [
    ADDRESS_FILTERS,
    MAPPING_FILTERS,
    PATH_FILTERS,
    REGEX_FILTERS,
    SCALAR_FILTERS,
    SEQUENCE_FILTERS,
    SERIALISE_FILTERS,
    TEXT_FILTERS,
  ].flatMap(filters => Object.keys(filters));
  const used = new Set(FILTERS_USED.map(([name]) => name));
  expect(all.filter(name => !used.has(name))).toEqual([]);
});

describe.each(['2.14', '2.19'] as const)(
  'nothing is claimed of an unknown that is wrong for what it may be (%s)',
  version => {
    test.each(TEMPLATES)('%s', template => {
      expect(answer(template, KNOWN, version)).not.toEqual([]);
      expect(wrong(template, version)).toEqual([]);
    });
  },
);
