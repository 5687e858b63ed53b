import { describe, expect, test } from '@jest/globals';
import { newBudget } from '../../../../core/ansible/budget.ts';
import {
  evaluateCondition,
  renderTemplate,
  type Scope,
  type TemplateRendering,
  templateValue,
} from '../../../../core/ansible/jinja/render.ts';
import { type Dict, field, str, unknownValue, type Value } from '../../../../core/ansible/value.ts';
import { loadYaml } from '../../../../core/ansible/yaml.ts';
import { ProblemError } from '../../../../core/source/problem.ts';
import { originsAt, readable } from '../../../../core/source/rope.ts';

const VARIABLES = `max_pods: 110
labels:
  - zone=a
  - zone=b
extra: "{{ labels | join(',') }}"
script: |
  first {{ max_pods }}
  second
kubelet: {readOnlyPort: 0, clusterDNS: [10.0.0.10]}
secure: true
driver: "{{ 'systemd' if ansible_service_mgr == 'systemd' else 'cgroupfs' }}"
secret: !vault |
  $ANSIBLE_VAULT;1.1;AES256
  6162
broken: "{{ no_such_thing }}"
chicken: "{{ egg }}"
egg: "{{ chicken }}"
`;
const VARIABLES_FILE = 'group_vars/all.yml';

const FILES: Readonly<Record<string, string>> = {
  'part.j2': 'part {{ max_pods }} {{ local | default("none") }}\n',
  'macros.j2': '{% macro flag(name, value) %}--{{ name }}={{ value }}{% endmacro %}\n',
  'base.j2': 'top\n{% block body %}default{% endblock %}\nend\n',
  'bad.j2': 'fine\n{{ missing_in_part }}\n',
};

const scope: Scope = {
  lookup(name) {
    if (name.startsWith('ansible_')) return unknownValue(`fact ${name}`, [`fact ${name}`]);
    const [variables] = loadYaml(VARIABLES_FILE, VARIABLES, newBudget()).documents as [Dict];
    return field(variables, name);
  },
  loadTemplate: name => (FILES[name] === undefined ? null : { file: `templates/${name}`, text: FILES[name] }),
};

function render(text: string): TemplateRendering {
  return renderTemplate('t.j2', text, scope, newBudget());
}

function only(text: string): string {
  const { alternatives } = render(text);
  expect(alternatives).toHaveLength(1);
  return alternatives[0] ? readable(alternatives[0].text) : '';
}

function problemOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  return 'no problem';
}

function linesOf(text: string, piece: string): string[] {
  const [alternative] = render(text).alternatives;
  const rendered = alternative?.text;
  const start = rendered?.text.indexOf(piece) ?? -1;
  expect(start).toBeGreaterThanOrEqual(0);
  return rendered
    ? originsAt(rendered, start, start + piece.length).map(({ kind, file, line }) => `${kind} ${file}:${line}`)
    : [];
}

describe('unknown values', () => {
  test('stand in the text as tokens with their reason', () => {
    expect(only('node-ip={{ ansible_default_ipv4.address }}\n')).toBe('node-ip=⟨unknown: fact ansible_default_ipv4⟩\n');
  });

  test('keep their name through filters, so that equal names mean equal values', () => {
    const keys = (text: string) =>
      [...(render(text).alternatives[0]?.text.unknowns.values() ?? [])].map(({ key }) => key);
    expect(keys('{{ ansible_memtotal_mb | int }}')).toEqual(keys('x {{ ansible_memtotal_mb | int }}'));
    expect(keys('{{ ansible_memtotal_mb | int }}')).not.toEqual(keys('{{ ansible_swaptotal_mb | int }}'));
  });

  test('in a condition open one alternative for each way, each with the condition it takes', () => {
    const { alternatives, truncated } = render('{% if ansible_os_family == "Debian" %}deb{% else %}rpm{% endif %}\n');
    expect(truncated).toBe(false);
    expect(alternatives.map(({ text, conditions }) => [text.text, conditions.map(({ holds }) => holds)])).toEqual([
      ['deb\n', [true]],
      ['rpm\n', [false]],
    ]);
  });

  test('are asked once: the same condition in two places makes two alternatives, not four', () => {
    const text = '{% if ansible_selinux %}a{% endif %}{% if not ansible_selinux %}b{% endif %}';
    expect(render(text).alternatives.map(({ text }) => text.text)).toEqual(['a', 'b']);
  });

  test('do not matter where the other side of and/or settles the condition', () => {
    expect(only('{% if secure or ansible_selinux %}a{% else %}b{% endif %}')).toBe('a');
    expect(only('{% if ansible_selinux or secure %}a{% else %}b{% endif %}')).toBe('a');
    expect(only('{% if ansible_selinux and not secure %}a{% else %}b{% endif %}')).toBe('b');
  });

  test('beyond the limit of paths the rendering says it is truncated', () => {
    const text = Array.from({ length: 10 }, (_, i) => `{% if ansible_${i} %}x{% endif %}`).join('');
    const { alternatives, truncated } = render(text);
    expect(alternatives).toHaveLength(32);
    expect(truncated).toBe(true);
  });

  test('a vaulted value is unknown', () => {
    expect(only('{{ secret }}')).toBe('⟨unknown: vaulted value⟩');
  });

  test.each([
    ['{{ lookup("env", "HOME") }}', 'lookup env is not executed'],
    ['{{ lookup("pipe", "id") }}', 'lookup pipe is not executed'],
    ['{{ lookup("file", "/etc/ca.crt") }}', 'the file /etc/ca.crt is not known from Git'],
    ['{{ lookup("first_found", ["/etc/a.crt"]) }}', 'which file is the first found: one may be outside the repository'],
    ['{{ now() }}', 'the current time'],
    ['{{ max_pods | my_own_filter }}', 'the filter my_own_filter is not evaluated'],
    ['{{ [1, 2] | random }}', 'the filter random is not evaluated'],
    ['{{ "x" | password_hash }}', 'the filter password_hash is not evaluated'],
    ['{{ "a" | regex_replace("(?=a)", "b") }}', 'a regular expression that is not evaluated here'],
    ['{{ "".__class__.__mro__ }}', "Python's __class__ is not evaluated"],
  ])('%s is unknown and never executed', (text, why) => {
    expect(only(text)).toBe(`⟨unknown: ${why}⟩`);
  });

  test.each([
    '{{ dict(ansible_pairs) }}',
    '{{ dict(["a"] | zip(ansible_list), b=1) }}',
    '{{ dict([["a", 1], ansible_pair]) }}',
    '{{ namespace(ansible_pairs).name }}',
    '{{ range(*ansible_bounds) | list }}',
    '{{ cycler(*ansible_list).next() }}',
  ])('%s is made of an unknown and no error', text => {
    expect(render(text).failures).toEqual([]);
    expect(only(text)).toMatch(/^⟨unknown: fact ansible_\w+⟩$/);
  });

  test('a way on which the task would fail is told apart from those that render', () => {
    const { alternatives, failures } = render('{% if ansible_selinux %}\n{{ typo }}\n{% endif %}ok\n');
    expect(alternatives.map(({ text }) => text.text)).toEqual(['ok\n']);
    expect(failures.map(({ problem }) => `${problem.line} ${problem.code}`)).toEqual(['2 template-undefined']);
  });
});

describe('provenance', () => {
  test('a printed variable comes from its definition and from the line that prints it', () => {
    expect(linesOf('a: 1\nmaxPods: {{ max_pods }}\n', '110')).toEqual([
      `variable ${VARIABLES_FILE}:1`,
      'template t.j2:2',
    ]);
  });

  test('a variable made of another names both definitions', () => {
    expect(linesOf('{{ extra }}\n', 'zone=b')).toEqual([
      `variable ${VARIABLES_FILE}:4`,
      `variable ${VARIABLES_FILE}:5`,
      'template t.j2:1',
    ]);
  });

  test('text of a block scalar comes from its own line', () => {
    expect(linesOf('{{ script }}\n', 'second')).toEqual([`variable ${VARIABLES_FILE}:8`, 'template t.j2:1']);
  });

  test('what stands under an if names the condition and what it hangs on', () => {
    expect(linesOf('{% if secure %}\nport: 0\n{% endif %}\n', 'port: 0')).toEqual([
      'template t.j2:2',
      'condition t.j2:1',
      `condition ${VARIABLES_FILE}:10`,
    ]);
  });

  test('a dumped mapping keeps the line of each value', () => {
    expect(linesOf('x: 1\n{{ kubelet | to_nice_yaml }}', '10.0.0.10')).toEqual([
      `variable ${VARIABLES_FILE}:9`,
      'template t.j2:2',
    ]);
  });

  test('an included file names its own lines', () => {
    expect(linesOf('a\n{% include "part.j2" %}', 'part ')).toEqual(['template templates/part.j2:1']);
  });
});

describe('other templates', () => {
  test('an included template sees what the including one has set', () => {
    expect(only('{% set local = "here" %}{% include "part.j2" %}')).toBe('part 110 here');
  });

  test('macros are imported', () => {
    expect(only('{% import "macros.j2" as m %}{{ m.flag("a", 1) }} {{ m.flag("b", max_pods) }}')).toBe('--a=1 --b=110');
    expect(only('{% from "macros.j2" import flag as f %}{{ f("a", 1) }}')).toBe('--a=1');
  });

  test('a child fills the blocks of the template it extends', () => {
    expect(only('{% extends "base.j2" %}{% block body %}mine, not {{ super() }}{% endblock %}')).toBe(
      'top\nmine, not defaultend',
    );
  });

  test('an error in an included template is reported there', () => {
    expect(problemOf(() => render('{% include "bad.j2" %}'))).toMatchObject({ file: 'templates/bad.j2', line: 2 });
  });
});

describe('errors', () => {
  test.each([
    ['one\n{{ missing }}\n', 'template-undefined', 't.j2', 2, "'missing' is undefined"],
    ['{{ broken }}', 'template-undefined', 't.j2', 1, 'needed by the variable broken, group_vars/all.yml:15'],
    ['{{ chicken }}', 'template-invalid', VARIABLES_FILE, 17, 'recursive loop detected'],
    ['{% if secure %}\nx\n{% etndif %}\n', 'template-invalid', 't.j2', 3, "unknown tag 'etndif'"],
    ['a\nb {{ 1 + }}\n', 'template-invalid', 't.j2', 2, 'unexpected'],
    ['a\n{{ "x" + 1 }}\n', 'template-invalid', 't.j2', 2, 'can only concatenate str'],
    ['a\n\n{{ name', 'template-invalid', 't.j2', 3, 'never closed'],
    ['a\n{% for x in [1] %}\n', 'template-invalid', 't.j2', 2, 'Unexpected end of template'],
    ['a \uE000deadbeef\uE001', 'template-invalid', 't.j2', 1, 'reserved'],
  ])('%j is a problem with its line', (text, code, file, line, message) => {
    expect(problemOf(() => render(text))).toMatchObject({
      code,
      file,
      line,
      message: expect.stringContaining(message),
    });
  });

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'])(
    'the host language cannot be reached through %s',
    name => {
      const outcome = problemOf(() => expect(only(`{{ kubelet.${name} }}`)).toMatch(/^⟨unknown/));
      expect(outcome === 'no problem' || (outcome as { code: string }).code === 'template-undefined').toBe(true);
    },
  );
});

describe('module arguments', () => {
  const value = (text: string): Value =>
    templateValue(str(text, [{ file: 'tasks/main.yml', line: 7, kind: 'variable' }]), scope, newBudget());

  test('lists and mappings come through as they are', () => {
    expect(value('{{ labels }}')).toMatchObject({ kind: 'list', items: [{ text: 'zone=a' }, { text: 'zone=b' }] });
  });

  test('a value that hangs on an unknown condition is one unknown named after both ways', () => {
    expect(value('{{ driver }}')).toMatchObject({
      kind: 'unknown',
      why: ['fact ansible_service_mgr'],
      key: 'one of {==(fact ansible_service_mgr, "systemd"): "systemd"; not(==(fact ansible_service_mgr, "systemd")): "cgroupfs"}',
    });
  });

  test('text around an unknown stays text', () => {
    expect(value('/etc/{{ ansible_hostname }}.conf')).toMatchObject({ kind: 'str' });
  });
});

describe('conditions', () => {
  const at = { file: 'tasks/main.yml', line: 3, kind: 'condition' } as const;
  const holds = (text: string) => evaluateCondition(text, scope, newBudget(), at);

  test.each([
    ['secure', true],
    ['not secure', false],
    ['max_pods > 100 and secure', true],
    ['missing is defined', false],
    ['ansible_selinux and not secure', false],
    ['ansible_selinux or secure', true],
    ['ansible_os_family == ansible_os_family', true],
  ])('%s', (text, expected) => {
    expect(holds(text)).toEqual({ holds: expected });
  });

  test('a condition on a fact is unknown, with the fact as the reason', () => {
    expect(holds('ansible_os_family == "Debian"')).toMatchObject({
      holds: null,
      unknown: { why: ['fact ansible_os_family'] },
    });
  });

  test('a condition and its negation are known as each other', () => {
    const [a, b] = [holds('ansible_selinux'), holds('not ansible_selinux')];
    expect(a.holds === null && b.holds === null && b.unknown.key).toBe(a.holds === null ? `not(${a.unknown.key})` : '');
  });

  test('an undefined name is a problem at the task', () => {
    expect(problemOf(() => holds('missing'))).toMatchObject({
      file: 'tasks/main.yml',
      line: 3,
      code: 'template-undefined',
    });
  });
});

/** Answers seen from ansible.utils 2.x with netaddr, and ansible-core 2.15, for the same expressions. */
test.each([
  ['{{ "10.233.0.0/18" | ansible.utils.ipaddr("net") | ipaddr(3) | ipaddr("address") }}', '10.233.0.3'],
  ['{{ "10.0.0.7/24" | ipaddr }} {{ "10.0.0.7" | ipaddr }}', '10.0.0.7/24 10.0.0.7'],
  ['{{ "10.0.0.7/24" | ipaddr("address") }} {{ "10.0.0.4/31" | ipaddr("address") }}', '10.0.0.7 10.0.0.4'],
  ['{{ "10.0.0.0/24" | ipaddr("address") is none }} {{ "10.0.0.7/24" | ipaddr("net") is none }}', 'True True'],
  ['{{ "10.0.0.7/24" | ipaddr("network") }} {{ "10.0.0.7" | ipaddr("subnet") }}', '10.0.0.0 10.0.0.7/32'],
  ['{{ "10.0.0.7/24" | ipaddr("netmask") }} {{ "10.0.0.7/24" | ipaddr("size") }}', '255.255.255.0 256'],
  ['{{ "10.0.0.7/24" | ipaddr("prefix") }} {{ "10.0.0.7/24" | ipaddr("10") }}', '24 10.0.0.10/24'],
  ['{{ "https://u:pw@K8s.example.org:6443/a?x=1#f" | urlsplit("hostname") }}', 'k8s.example.org'],
  ['{{ ("https://K8s.example.org:6443/a" | urlsplit).port }}', '6443'],
  ['{{ "https://k8s.example.org" | urlsplit("port") is none }}', 'True'],
])('%s is %s', (template, expected) => {
  expect(only(template)).toBe(expected);
});

test.each(['"fd00::1" | ipaddr', '"10.0.0.7/24" | ipaddr("public")', '"node-1" | ipaddr', '"10.0.0.7" | ipaddr(3)'])(
  'what %s says is not known',
  expression => {
    expect(only(`{{ ${expression} }}`)).toBe('⟨unknown: the filter ipaddr is not evaluated for this⟩');
  },
);
