import { describe, expect, test } from '@jest/globals';
import { DEFAULT_LIMITS, newBudget } from '../../../../core/ansible/budget.ts';
import { renderTemplate, type Scope } from '../../../../core/ansible/jinja/render.ts';
import { fromJson, unknownValue } from '../../../../core/ansible/value.ts';
import { ProblemError } from '../../../../core/source/problem.ts';

const doubling = Object.fromEntries(
  Array.from({ length: 40 }, (_, i) => [`d${i}`, i === 39 ? 'xxxx' : `{{ d${i + 1} }}{{ d${i + 1} }}`]),
);
const VARIABLES: Readonly<Record<string, unknown>> = { ...doubling, long: 'x'.repeat(50_000) };

const scope: Scope = {
  lookup: name => {
    if (name in VARIABLES) return fromJson(VARIABLES[name], [{ file: 'vars.yml', line: 9, kind: 'variable' }]);
    return name.startsWith('fact') ? unknownValue(name, [name]) : undefined;
  },
  loadTemplate: name => ({ file: name, text: name === 'self' ? '{% include "self" %}' : '{% extends "endless" %}' }),
};

const OVER = [
  ['a loop over a billion numbers', '{% for i in range(10**9) %}x{% endfor %}'],
  ['loops in loops', '{% for i in range(90000) %}{% for j in range(90000) %}x{% endfor %}{% endfor %}'],
  ['a doubling text', '{% set n = namespace(a="x") %}{% for i in range(100) %}{% set n.a = n.a ~ n.a %}{% endfor %}'],
  ['a doubling list', '{% set n = namespace(a=[1]) %}{% for i in range(100) %}{% set n.a = n.a + n.a %}{% endfor %}'],
  ['a macro that calls itself', '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}'],
  ['a loop that calls itself', '{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}'],
  ['a huge exponent', '{{ 2 ** 100000000 }}'],
  [
    'squaring over and over',
    '{% set n = namespace(a=3) %}{% for i in range(90) %}{% set n.a = n.a * n.a %}{% endfor %}',
  ],
  ['a text repeated', '{{ "x" * 10**10 }}'],
  ['a list repeated', '{{ [1] * 10**10 }}'],
  ['a wide number', '{{ "%1000000000d" % 1 }}'],
  ['a wide field', '{{ "{:1000000000}".format(1) }}'],
  ['a wide column', '{{ "x".center(10**9) }}'],
  ['a repetition of repetitions', '{{ long | regex_replace("(x{1000}){1000}", "") }}'],
  ['a pattern that matches everywhere', `{{ long | regex_replace("", "${'y'.repeat(1000)}") }}`],
  ['a long product', '{{ range(90000) | product(range(90000)) | list }}'],
  [
    'lists that share lists',
    '{% set n = namespace(a=[1]) %}{% for i in range(60) %}{% set n.a = [n.a, n.a] %}{% endfor %}{{ n.a }}',
  ],
  [
    'comparing lists that share lists',
    '{% set n = namespace(a=[1]) %}{% for i in range(60) %}{% set n.a = [n.a, n.a] %}{% endfor %}{{ n.a == [n.a] }}{{ n.a == n.a }}',
  ],
  ['minus signs', `{{ ${'-'.repeat(50_000)}1 }}`],
  ['nested brackets', `{{ ${'['.repeat(90)}1${']'.repeat(90)} }}`],
  ['nested ifs', `${'{% if 1 %}'.repeat(1000)}${'{% endif %}'.repeat(1000)}`],
  ['a long sum', `{{ 1 ${'+ 1 '.repeat(60_000)}}}`],
  ['thousands of unknown conditions', '{% for i in range(20000) %}{% if fact ~ i == "x" %}{% endif %}{% endfor %}'],
] as const;

function problemOf(text: string): unknown {
  try {
    const { alternatives } = renderTemplate('hostile.j2', `first line\n${text}`, scope, newBudget());
    return alternatives.length;
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
}

describe('hostile templates end within the budget', () => {
  test.each(OVER)('%s', (_, text) => {
    expect(problemOf(text)).toMatchObject({ code: 'over-limit', file: 'hostile.j2', line: 2 });
  });

  test('variables that double each other are stopped at their definition', () => {
    expect(problemOf('{{ d0 }}')).toMatchObject({ code: 'over-limit', file: 'vars.yml', line: 9 });
  });

  test('a file that includes itself is stopped in that file', () => {
    expect(problemOf('{% include "self" %}')).toMatchObject({ code: 'over-limit', file: 'self', line: 1 });
  });

  test('templates that extend each other are a mistake of theirs', () => {
    expect(problemOf('{% extends "endless" %}')).toMatchObject({ code: 'template-invalid', file: 'endless', line: 1 });
  });

  test.each(['(a*)*b', '(x+x+)+y', '(x|xx)*$', '^(([x])+.)+[1-9]$'])(
    'the pattern %s takes no more than linear time',
    pattern => {
      expect(problemOf(`{{ long | regex_search("${pattern}") is none }}`)).toBe(1);
    },
  );

  test('the steps of all alternatives count together', () => {
    const budget = newBudget({ steps: 20_000 });
    const text = `${Array.from({ length: 8 }, (_, i) => `{% if fact${i} %}{% endif %}`).join('')}{% for i in range(2000) %}{{ i }}{% endfor %}`;
    expect(() => renderTemplate('t.j2', text, scope, budget)).toThrow(ProblemError);
    expect(budget.steps).toBeLessThan(DEFAULT_LIMITS.steps);
  });
});
