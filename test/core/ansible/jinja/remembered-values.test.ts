import { describe, expect, test } from '@jest/globals';
import { newBudget } from '../../../../core/ansible/budget.ts';
import { nothingRemembered } from '../../../../core/ansible/jinja/remembered-values.ts';
import { type Scope, templateValue } from '../../../../core/ansible/jinja/render.ts';
import { dict, int, list, str, unknownValue, type Value } from '../../../../core/ansible/value.ts';
import { ProblemError } from '../../../../core/source/problem.ts';
import { random } from '../../../conformance/random.ts';

const fact = (name: string): Value => unknownValue(`fact:${name}`, [`fact ${name}`]);
const mapping = (entries: Readonly<Record<string, Value>>): Value =>
  dict(Object.entries(entries).map(([key, value]) => [str(key), value]));

/** What a variable may say, one time or another: plain, made of others, hanging on what nobody knows, wrong. */
const CHOICES: Readonly<Record<string, readonly Value[]>> = {
  os: [str('linux'), fact('os'), str('{{ arch }}-os')],
  arch: [str('amd64'), fact('arch'), str("{{ 'arm' if os == 'linux' else other }}")],
  other: [int(3), str('{{ nosuch }}'), str('{{ os | default("none") }}'), str('{{ none }}')],
  image: [str('{{ arch }}/{{ os }}'), str('{% if arch == "amd64" %}a{% else %}{{ os }}{% endif %}')],
  downloads: [
    mapping({
      kubelet: mapping({ url: str('https://x/{{ image }}'), owner: str('root') }),
      runc: mapping({ url: str('{{ image }}-{{ other }}'), sums: list([str('{{ arch }}'), int(1)]) }),
    }),
    mapping({ kubelet: str('{{ [os, image] }}') }),
  ],
};
const ASKED = [
  str('{{ downloads }}'),
  str('{{ downloads.kubelet.url | default("none") }}'),
  str('{{ downloads.runc | default({}) | combine({"a": other}) }}'),
  str('{{ os == "linux" or image }}'),
  str('{% for name in downloads %}{{ name }}={{ image }} {% endfor %}'),
  str('{% for x in os %}{{ image }}{% endfor %}'),
  str('{{ vars["image"] }}'),
] as const;

function answer(value: Value, scope: Scope): unknown {
  try {
    return templateValue(value, scope, newBudget());
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.problem;
  }
}

describe('what variables evaluated to before', () => {
  test('is used again only where evaluating them anew gives the same', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { of } = random(seed);
      const remembered = nothingRemembered();
      for (let round = 0; round < 60; round++) {
        const said = new Map(Object.entries(CHOICES).map(([name, values]) => [name, of(values)]));
        const scope: Scope = { lookup: name => said.get(name), names: () => said.keys() };
        const asked = of(ASKED);
        const again = answer(asked, { ...scope, remembered });
        expect({ seed, round, answer: again }).toEqual({ seed, round, answer: answer(asked, scope) });
      }
    }
  });

  test('a mapping is evaluated part by part: what one part needs makes no other anew', () => {
    const downloads = mapping({ a: mapping({ url: str('{{ one }}/a') }), b: mapping({ url: str('{{ two }}/b') }) });
    const remembered = nothingRemembered();
    const evaluated = (one: string): Value =>
      templateValue(
        str('{{ downloads.b }}'),
        {
          lookup: name => ({ downloads, one: str(one), two: ONE_TEXT })[name],
          remembered,
        },
        newBudget(),
      );
    expect(evaluated('y')).toEqual(evaluated('x'));
    const [first, again] = [
      ['downloads', 'a', 'a.url', 'b', 'b.url'],
      ['downloads', 'a', 'a.url'],
    ];
    expect(remembered.kept).toBe(first.length + again.length);
  });
});

const ONE_TEXT = str('two');
