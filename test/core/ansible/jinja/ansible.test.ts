import { describe, expect, test } from '@jest/globals';
import { newBudget } from '../../../../core/ansible/budget.ts';
import { evaluateCondition, renderTemplate, type Scope, templateValue } from '../../../../core/ansible/jinja/render.ts';
import { type Dict, field, type Value } from '../../../../core/ansible/value.ts';
import { loadYaml } from '../../../../core/ansible/yaml.ts';
import { CONDITIONS, TEMPLATES, VALUES, VARIABLES } from './cases.ts';
import { type Answer, askAnsible, findAnsible } from './real-ansible.ts';

const reference = findAnsible();
if ('missing' in reference) console.log(`not compared with real Ansible: ${reference.missing}`);

function scope(): Scope {
  const [variables] = loadYaml('group_vars/all.yml', VARIABLES, newBudget()).documents as [Dict];
  return { lookup: name => field(variables, name), names: () => [] };
}

function ours(work: () => unknown): Answer {
  try {
    return { ok: true, result: work() };
  } catch (error) {
    return { ok: false, error: String(error) };
  }
}

function plain(value: Value): unknown {
  switch (value.kind) {
    case 'tuple':
      return { tuple: value.items.map(plain) };
    case 'list':
      return value.items.map(plain);
    case 'dict':
      return Object.fromEntries([...value.entries.values()].map(([key, item]) => [pythonKey(key), plain(item)]));
    case 'none':
      return null;
    case 'str':
      return value.text;
    case 'bool':
    case 'int':
    case 'float':
      return value.value;
    default:
      return `<${value.kind}>`;
  }
}

function pythonKey(key: Value): string {
  return key.kind === 'str' ? key.text : String(plain(key));
}

function renderText(text: string): string {
  const { alternatives, failures } = renderTemplate('t.j2', text, scope(), newBudget());
  expect(failures).toEqual([]);
  expect(alternatives).toHaveLength(1);
  return alternatives[0]?.text.text ?? '';
}

const compared = 'missing' in reference ? describe.skip : describe;

compared('against real ansible-core 2.14', () => {
  const input = { variables: VARIABLES, templates: TEMPLATES, values: VALUES, conditions: CONDITIONS };
  const answers = 'missing' in reference ? null : askAnsible(reference.python, input);

  test.each(TEMPLATES.map((text, i) => ({ text, i })))('the template $text', ({ text, i }) => {
    const expected = answers?.templates[i] as Answer;
    const got = ours(() => renderText(text));
    expect(got.ok ? got.result : got).toEqual(expected.ok ? expected.result : expect.objectContaining({ ok: false }));
  });

  test.each(VALUES.map((text, i) => ({ text, i })))('the value $text', ({ text, i }) => {
    const expected = answers?.values[i] as Answer;
    const got = ours(() => {
      const [document] = loadYaml('v.yml', `v: ${text}`, newBudget()).documents as [Dict];
      return plain(templateValue(field(document, 'v') as Value, scope(), newBudget()));
    });
    expect(got.ok ? got.result : got).toEqual(expected.ok ? expected.result : expect.objectContaining({ ok: false }));
  });

  test.each(CONDITIONS.map((text, i) => ({ text, i })))('the condition $text', ({ text, i }) => {
    const expected = answers?.conditions[i] as Answer;
    const got = ours(
      () => evaluateCondition(text, scope(), newBudget(), { file: 'p.yml', line: 1, kind: 'condition' }).holds,
    );
    expect(got.ok ? got.result : got).toEqual(expected.ok ? expected.result : expect.objectContaining({ ok: false }));
  });
});
