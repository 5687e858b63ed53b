import type { ProblemCode } from '../../../core/source/problem.ts';

/** A repository made to overwhelm whoever evaluates it, and what the gate has to say of it. */
export type Hostile = Readonly<{
  name: string;
  files: Readonly<Record<string, string>>;
  problem: Readonly<{ file: string; line: number; code: ProblemCode }>;
}>;

const TEMPLATE = 'roles/kubelet/templates/kubelet-config.yaml.j2';
const TASKS = 'roles/kubelet/tasks/main.yml';
const DEFAULTS = 'roles/kubelet/defaults/main.yml';
const WRITE = '- template: {src: kubelet-config.yaml.j2, dest: /etc/kubernetes/kubelet-config.yaml}\n';

/** What they are changes of: a small repository nothing is wrong with. */
export const PLAIN: Readonly<Record<string, string>> = {
  'inventory/hosts.ini': '[workers]\nnode1 ip=10.0.0.1\nnode2 ip=10.0.0.2\n',
  'site.yml': '- hosts: workers\n  gather_facts: false\n  roles:\n    - kubelet\n',
  [DEFAULTS]: 'long: "{{ \'x\' * 100000 }}"\n',
  [TASKS]: WRITE,
  [TEMPLATE]: 'kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\n',
};

type Place = Readonly<{ file: string; line: number; code?: ProblemCode }>;

function hostile(
  name: string,
  files: Readonly<Record<string, string>>,
  { file, line, code = 'over-limit' }: Place,
): Hostile {
  return { name, files: { ...PLAIN, ...files }, problem: { file, line, code } };
}

/** A template whose third line is the attack. */
const template = (name: string, text: string, code: ProblemCode = 'over-limit'): Hostile =>
  hostile(name, { [TEMPLATE]: `${PLAIN[TEMPLATE]}${text}\n` }, { file: TEMPLATE, line: 3, code });

/** Expressions that cost more than they may, in a template. */
const EXPRESSIONS: readonly (readonly [name: string, expression: string])[] = [
  ['a text repeated a billion times', "'a' * 10**9"],
  ['a list repeated a billion times', '[1] * 10**9'],
  ['a power of a power', '9 ** (9 ** 9)'],
  ['a wide number', "'%1000000000d' % 1"],
  ['a wide number by argument', "'%*d' % (10**9, 1)"],
  ['a wide field', "'{:>1000000000}'.format(1)"],
  ['ljust', "'x'.ljust(10**9)"],
  ['rjust', "'x'.rjust(10**9)"],
  ['zfill', "'x'.zfill(10**9)"],
  ['center', "'x' | center(10**9)"],
  ['expandtabs', "('\\t' * 1000).expandtabs(10**7)"],
  ['a deep indent', "('a\\n' * 50000) | indent(10**9)"],
  ['an indent of many lines', "('a\\n' * 50000) | indent(1000)"],
  ['a text replaced by a longer one', "long | replace('x', 'y' * 1000)"],
  ['a text replaced where nothing is', "long | replace('', 'y' * 1000)"],
  ['a pattern replaced by a longer text', "long | regex_replace('x', 'y' * 1000)"],
  ['a pattern that repeats repetitions', "long | regex_search('((x{1000}){1000}){1000}')"],
  ['a range in a filter', 'range(10**9) | list'],
  ['a range summed', 'range(10**9) | sum'],
  ['a range joined', "range(10**9) | join(',')"],
  ['a long text joined many times', "range(90000) | map('string') | join(long)"],
  ['a product', 'range(50000) | product(range(50000)) | list'],
  ['a product of zips', 'range(90000) | zip(range(90000)) | product(range(90000)) | list'],
  ['batches filled up', "range(90000) | batch(10**9, 'x') | list"],
  ['a hundred million slices', 'range(90000) | slice(10**8) | list'],
  ['a hundred thousand filters', `1${' | string'.repeat(100_000)}`],
  ['a hundred thousand nots', `${'not '.repeat(100_000)}1`],
  ['seventy thousand conditions', `${'1 if 1 else '.repeat(70_000)}1`],
];

const share = (use: string) =>
  `{% set n = namespace(a={'k': 1}) %}{% for i in range(60) %}{% set n.a = {'a': n.a, 'b': n.a} %}{% endfor %}{{ ${use} }}`;

const STATEMENTS: readonly (readonly [name: string, text: string])[] = [
  ['a loop over a billion numbers', '{% for i in range(10**9) %}{% endfor %}'],
  [
    'loops in loops in loops',
    '{% for i in range(9999) %}{% for j in range(9999) %}{% for k in range(9999) %}{% endfor %}{% endfor %}{% endfor %}',
  ],
  [
    'a text that doubles',
    '{% set n = namespace(a="x") %}{% for i in range(99) %}{% set n.a = n.a ~ n.a %}{% endfor %}',
  ],
  [
    'a text of its own that doubles',
    '{% set n = namespace(a=inventory_hostname) %}{% for i in range(99) %}{% set n.a = n.a ~ n.a %}{% endfor %}',
  ],
  [
    'a list that doubles',
    '{% set n = namespace(a=[1]) %}{% for i in range(99) %}{% set n.a = n.a + n.a %}{% endfor %}',
  ],
  ['a list that extends itself', '{% set a = [1] %}{% for i in range(99) %}{% set _ = a.extend(a) %}{% endfor %}'],
  ['a macro that calls itself', '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}'],
  [
    'macros that call each other twice',
    '{% macro a() %}{{ b() }}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{{ a() }}{% endmacro %}{{ a() }}',
  ],
  ['a caller that calls', '{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}{{ m() }}'],
  ['a loop that calls itself', '{% for a in [[1]] recursive %}{{ loop([a]) }}{% endfor %}'],
  ['forty thousand blocks', `${'{% if 1 %}'.repeat(40_000)}${'{% endif %}'.repeat(40_000)}`],
  ['sixty thousand statements', '{% set a = 1 %}'.repeat(60_000)],
  ['mappings that share mappings, as JSON', share('n.a | to_json')],
  ['mappings that share mappings, as text', share('n.a | string')],
  [
    'mappings that share mappings, combined',
    share('n.a | combine(n.b, recursive=true) | to_yaml')
      .replace("namespace(a={'k': 1})", "namespace(a={'k': 1}, b={'j': 1})")
      .replace('{% endfor %}', "{% set n.b = {'a': n.b, 'b': n.b} %}{% endfor %}"),
  ],
  [
    'mappings that share mappings, flattened',
    '{% set n = namespace(a=[1]) %}{% for i in range(60) %}{% set n.a = [n.a, n.a] %}{% endfor %}{{ n.a | flatten }}',
  ],
  [
    'a question for every number',
    '{% for i in range(90000) %}{% if inventory_hostname | regex_replace("e", i) == ip %}{% endif %}{% endfor %}',
  ],
  [
    'a cycler asked forever',
    '{% set c = cycler(1, 2) %}{% for i in range(99999) %}{{ c.next() }}{% for j in range(99) %}{{ c.next() }}{% endfor %}{% endfor %}',
  ],
];

const yamlBomb = [
  'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
  ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(10)}]`),
].join('\n');
const inventory = (text: string): Readonly<Record<string, string>> => ({ 'inventory/hosts.ini': text });
const HOSTS = 'inventory/hosts.ini';
const USES = (name: string) => `${PLAIN[TEMPLATE]}clusterDomain: {{ ${name} }}\n`;
const many = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('');

const REPOSITORIES: readonly Hostile[] = [
  template('a hundred thousand brackets', `{{ ${'['.repeat(100_000)}${']'.repeat(100_000)} }}`, 'template-invalid'),
  template('a hundred thousand parentheses', `{{ ${'('.repeat(100_000)}1${')'.repeat(100_000)} }}`, 'template-invalid'),
  hostile('ten million hosts in a range', inventory('[workers]\nnode[1:10000000]\n'), { file: HOSTS, line: 2 }),
  hostile('ranges of ranges', inventory('[workers]\nr[1:999]-n[1:999]-[a:z]\n'), { file: HOSTS, line: 2 }),
  hostile('many ranges that add up', inventory(`[workers]\n${many(9, i => `n${i}-[1:99999]\n`)}`), {
    file: HOSTS,
    line: 4,
  }),
  hostile(
    'a range in a YAML inventory',
    { 'inventory/hosts.yml': 'workers:\n  hosts:\n    node[1:10000000]: {}\n' },
    { file: 'inventory/hosts.yml', line: 3 },
  ),
  hostile('groups in a circle', inventory('[workers]\nnode1\n[a:children]\nb\n[b:children]\na\n'), {
    file: HOSTS,
    line: 6,
    code: 'inventory-invalid',
  }),
  hostile(
    'groups in groups without end',
    {
      'inventory/hosts.yml': `all:\n${many(40, i => `${'  '.repeat(2 * i + 1)}children:\n${'  '.repeat(2 * i + 2)}g${i}:\n`)}`,
    },
    { file: 'inventory/hosts.yml', line: 65 },
  ),
  hostile(
    'a YAML alias bomb in variables',
    { 'inventory/group_vars/all.yml': `${yamlBomb}\n` },
    {
      file: 'inventory/group_vars/all.yml',
      line: 6,
    },
  ),
  hostile('a YAML alias bomb in tasks', { [TASKS]: `${yamlBomb}\n` }, { file: TASKS, line: 6 }),
  hostile(
    'a deeply nested YAML file',
    { [DEFAULTS]: `a: ${'['.repeat(50_000)}${']'.repeat(50_000)}\n` },
    {
      file: DEFAULTS,
      line: 1,
    },
  ),
  hostile('a gigantic line', { [DEFAULTS]: `a: [${'[],'.repeat(300_000)}]\n` }, { file: DEFAULTS, line: 1 }),
  hostile(
    'a variable that needs itself',
    { [DEFAULTS]: 'a: "{{ a }}"\n', [TEMPLATE]: USES('a') },
    {
      file: DEFAULTS,
      line: 1,
      code: 'template-invalid',
    },
  ),
  hostile(
    'variables that need each other',
    { [DEFAULTS]: 'a: "{{ b }}"\nb: "{{ a }}"\n', [TEMPLATE]: USES('a') },
    {
      file: DEFAULTS,
      line: 2,
      code: 'template-invalid',
    },
  ),
  hostile(
    'variables that double each other',
    { [DEFAULTS]: many(40, i => `d${i}: "{{ d${i + 1} }}{{ d${i + 1} }}"\n`) + 'd40: xxxx\n', [TEMPLATE]: USES('d0') },
    { file: DEFAULTS, line: 22 },
  ),
  hostile(
    'facts that double each other',
    { [TASKS]: `- set_fact: {a: x}\n${many(99, () => '- set_fact: {a: "{{ a ~ a }}"}\n')}${WRITE}` },
    {
      file: TASKS,
      line: 22,
    },
  ),
  hostile(
    'a fact that grows in a loop',
    { [TASKS]: `- set_fact: {a: [x]}\n- set_fact: {a: "{{ a + a }}"}\n  loop: "{{ range(900) | list }}"\n${WRITE}` },
    { file: TASKS, line: 2 },
  ),
  hostile(
    'a loop over a billion numbers in a task',
    { [TASKS]: `- set_fact: {a: 1}\n  loop: "{{ range(10**9) | list }}"\n${WRITE}` },
    {
      file: TASKS,
      line: 2,
    },
  ),
  hostile(
    'a loop over a product',
    { [TASKS]: `- set_fact: {a: 1}\n  loop: "{{ range(9999) | product(range(9999)) | list }}"\n${WRITE}` },
    {
      file: TASKS,
      line: 2,
    },
  ),
  hostile(
    'a condition without end',
    { [TASKS]: `- set_fact: {a: 1}\n  when: range(10**9) | list | length > 1\n${WRITE}` },
    {
      file: TASKS,
      line: 2,
    },
  ),
  hostile(
    'tasks that include themselves',
    { [TASKS]: '- include_tasks: main.yml\n- include_tasks: main.yml\n' },
    { file: TASKS, line: 1 },
  ),
  hostile('tasks that import themselves', { [TASKS]: '- import_tasks: main.yml\n' }, { file: TASKS, line: 1 }),
  hostile(
    'includes in a loop in a loop',
    { [TASKS]: '- include_tasks: main.yml\n  loop: "{{ range(900) | list }}"\n' },
    { file: TASKS, line: 1 },
  ),
  hostile('a role that includes itself', { [TASKS]: '- include_role: {name: kubelet}\n' }, { file: TASKS, line: 1 }),
  hostile(
    'a role that depends on itself',
    { 'roles/kubelet/meta/main.yml': 'dependencies:\n  - {role: kubelet, x: "{{ x }}1"}\n' },
    {
      file: 'roles/kubelet/meta/main.yml',
      line: 2,
    },
  ),
  hostile(
    'roles that depend on each other',
    {
      'roles/kubelet/meta/main.yml': 'dependencies:\n  - role: other\n    n: 1\n  - role: other\n    n: 2\n',
      'roles/other/meta/main.yml': 'dependencies:\n  - role: kubelet\n    n: 1\n  - role: kubelet\n    n: 2\n',
    },
    { file: 'roles/other/meta/main.yml', line: 2 },
  ),
  hostile(
    'twenty thousand tasks',
    { [TASKS]: many(20_000, i => `- debug: {msg: ${i}}\n`) },
    { file: TASKS, line: 5_001 },
  ),
  hostile(
    'blocks in blocks without end',
    { [TASKS]: many(60, i => `${'    '.repeat(i)}- block:\n`) + `${'    '.repeat(60)}- debug: {}\n` },
    {
      file: TASKS,
      line: 33,
    },
  ),
  hostile(
    'a template that includes itself',
    { [TEMPLATE]: `{% include "kubelet-config.yaml.j2" %}\n` },
    { file: TEMPLATE, line: 1 },
  ),
  hostile(
    'a template that imports itself',
    { [TEMPLATE]: `{% import "kubelet-config.yaml.j2" as t %}\n` },
    { file: TEMPLATE, line: 1 },
  ),
  hostile(
    'a template that extends itself',
    { [TEMPLATE]: `{% extends "kubelet-config.yaml.j2" %}\n` },
    {
      file: TEMPLATE,
      line: 1,
      code: 'template-invalid',
    },
  ),
  hostile(
    'a template that looks itself up',
    { [TEMPLATE]: `{{ lookup("template", "kubelet-config.yaml.j2") }}\n` },
    { file: TEMPLATE, line: 1 },
  ),
  hostile(
    'playbooks that import each other',
    {
      'site.yml': '- import_playbook: a.yml\n',
      'a.yml': '- import_playbook: b.yml\n- import_playbook: b.yml\n',
      'b.yml': '- import_playbook: a.yml\n- import_playbook: a.yml\n',
    },
    { file: 'b.yml', line: 1 },
  ),
  hostile(
    'roles that depend on each other and are asked for variables before they run',
    {
      'site.yml': `- hosts: workers\n  gather_facts: false\n  pre_tasks:\n    ${WRITE}  roles: [kubelet]\n`,
      'templates/kubelet-config.yaml.j2': `${PLAIN[TEMPLATE]}clusterDomain: {{ nowhere }}\n`,
      'roles/kubelet/meta/main.yml': 'dependencies: [{role: other, n: 1}, {role: other, n: 2}]\n',
      'roles/other/meta/main.yml': 'dependencies: [{role: kubelet, n: 1}, {role: kubelet, n: 2}]\n',
    },
    { file: 'templates/kubelet-config.yaml.j2', line: 3, code: 'template-undefined' },
  ),
  hostile(
    'tasks that import themselves many times over, in a role that is imported',
    { [TASKS]: `${'- import_tasks: main.yml\n'.repeat(9)}- import_role: {name: kubelet}\n` },
    { file: TASKS, line: 1 },
  ),
  hostile(
    'a text of the wrong kind',
    { [TEMPLATE]: '\uE000deadbeef\uE001\n' },
    { file: TEMPLATE, line: 1, code: 'template-invalid' },
  ),
];

/** Every way we know to make an evaluator of Ansible repositories work forever or run out of memory. */
export const HOSTILE: readonly Hostile[] = [
  ...EXPRESSIONS.map(([name, expression]) => template(name, `{{ ${expression} }}`)),
  ...STATEMENTS.map(([name, text]) => template(name, text)),
  ...REPOSITORIES,
];
