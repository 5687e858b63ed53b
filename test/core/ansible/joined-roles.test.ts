import { describe, expect, test } from '@jest/globals';
import { render, textsOf } from './render.ts';
import { ALL, copyTask, each, indented, PLAY, type Row } from './versions.ts';

/** A role with one variable in vars/ and one in defaults/, and a text of these and of what an include gives. */
const ROLE_A = {
  'roles/a/vars/main.yml': 'set: of a\n',
  'roles/a/defaults/main.yml': 'mild: mild\n',
  'roles/a/tasks/main.yml': '- debug: { msg: x }\n',
};
const SEEN = "{{ set | default('-') }} {{ mild | default('-') }} {{ given | default('-') }}";

/** What real Ansible writes, by host and destination. */
const ROWS: readonly Row[] = [
  {
    what: 'a role one host includes as public gives its variables to all hosts from there on, until 2.14 with the vars of the include',
    files: {
      hosts: 'n1\nn2\n',
      'site.yml': `${PLAY}  tasks:\n${indented(
        `${copyTask('early', SEEN)}- include_role: { name: a, public: true }\n  vars: { given: "to {{ inventory_hostname }}" }\n  when: inventory_hostname == 'n2'\n${copyTask('late', SEEN)}`,
      )}- hosts: all\n  gather_facts: false\n  tasks:\n${indented(copyTask('next', SEEN))}`,
      ...ROLE_A,
    },
    expected: {
      '2.14': Object.fromEntries(
        ['n1', 'n2'].flatMap(host => [
          [`${host} early`, '- - -'],
          [`${host} late`, `of a mild to ${host}`],
          [`${host} next`, '- - -'],
        ]),
      ),
      ...each(
        ['2.15', '2.16', '2.19'],
        Object.fromEntries(
          ['n1', 'n2'].flatMap(host => [
            [`${host} early`, '- - -'],
            [`${host} late`, 'of a mild -'],
            [`${host} next`, '- - -'],
          ]),
        ),
      ),
    },
  },
  {
    what: 'what a task file imports that one host includes is seen by the other hosts of its batch',
    files: {
      hosts: 'n1\nn2\nn3\n',
      'site.yml': `- hosts: all\n  gather_facts: false\n  serial: 2\n  tasks:\n${indented(`- include_tasks: more.yml\n  when: inventory_hostname == 'n1'\n${copyTask('seen', SEEN)}`)}`,
      'more.yml': '- import_role: { name: a }\n',
      ...ROLE_A,
    },
    expected: each(ALL, { 'n1 seen': 'of a mild -', 'n2 seen': 'of a mild -', 'n3 seen': '- - -' }),
  },
  {
    what: 'a host that leaves a dependency out has what the others include there, before the role itself runs',
    files: {
      hosts: 'n1\nn2\n',
      'site.yml': `${PLAY}  roles: [outer]\n`,
      'roles/outer/meta/main.yml': 'dependencies: [{ role: inner, when: "inventory_hostname == \'n2\'" }]\n',
      'roles/outer/tasks/main.yml': copyTask('seen', SEEN),
      'roles/inner/tasks/main.yml': '- include_role: { name: a, public: true }\n',
      ...ROLE_A,
    },
    expected: each(ALL, { 'n1 seen': 'of a mild -', 'n2 seen': 'of a mild -' }),
  },
  {
    what: 'of roles that hosts include in one task, that of the last host counts, and a role included again counts again',
    files: {
      hosts: 'n1 which=a\nn2 which=b\nn3 which=a\n',
      'site.yml': `${PLAY}  tasks:\n${indented(
        `- include_role: { name: "{{ which }}", public: true }\n${copyTask('first', SEEN)}- include_role: { name: a, public: true }\n  when: inventory_hostname == 'n3'\n${copyTask('then', SEEN)}`,
      )}`,
      ...ROLE_A,
      'roles/b/vars/main.yml': 'set: of b\n',
      'roles/b/tasks/main.yml': '- debug: { msg: x }\n',
    },
    expected: each(
      ALL,
      Object.fromEntries(
        ['n1', 'n2', 'n3'].flatMap(host => [
          [`${host} first`, 'of b mild -'],
          [`${host} then`, 'of a mild -'],
        ]),
      ),
    ),
  },
  {
    what: 'what one host includes may decide what the next does',
    files: {
      hosts: 'n1\nn2\nn3\n',
      'site.yml': `${PLAY}  tasks:\n${indented(
        `- include_role: { name: a, public: true }\n  when: inventory_hostname == 'n1'\n- include_role: { name: b, public: true }\n  when: inventory_hostname == 'n2' and set is defined\n- include_role: { name: c, public: true }\n  when: inventory_hostname == 'n3' and more is defined\n${copyTask('seen', '{{ set }} {{ more }} {{ most }}')}`,
      )}`,
      ...ROLE_A,
      'roles/b/vars/main.yml': 'more: b\n',
      'roles/b/tasks/main.yml': '- debug: { msg: x }\n',
      'roles/c/vars/main.yml': 'most: c\n',
      'roles/c/tasks/main.yml': '- debug: { msg: x }\n',
    },
    expected: each(ALL, { 'n1 seen': 'of a b c', 'n2 seen': 'of a b c', 'n3 seen': 'of a b c' }),
  },
  {
    what: 'where hosts include different files, nobody says in which of them a task comes first',
    files: {
      hosts: 'n1\nn2\n',
      'site.yml': `${PLAY}  tasks:\n${indented(`- include_tasks: "{{ inventory_hostname }}.yml"\n${copyTask('after', SEEN)}`)}`,
      'n1.yml': '- include_role: { name: a, public: true }\n',
      'n2.yml': copyTask('inside', `x ${SEEN}`),
      ...ROLE_A,
    },
    expected: each(ALL, { 'n1 after': 'of a mild -', 'n2 after': 'of a mild -', 'n2 inside': 'x ? -' }),
  },
  {
    what: 'a role imported in a rescue gives its variables to the play, though it does not run',
    files: {
      hosts: 'n1\n',
      'site.yml': `${PLAY}  tasks:\n${indented(`- block: [{ debug: { msg: x } }]\n  rescue: [{ import_role: { name: a } }]\n${copyTask('seen', SEEN)}`)}`,
      ...ROLE_A,
    },
    expected: each(ALL, { 'n1 seen': 'of a mild -' }),
  },
  {
    what: 'a role one host is not in goes on for it when what another includes there makes its condition true',
    files: {
      hosts: 'n1\nn2\n',
      'site.yml': `${PLAY}  roles:\n    - { role: outer, when: inventory_hostname == 'n2' or set is defined }\n`,
      'roles/outer/tasks/main.yml': `${copyTask('before', SEEN)}- include_role: { name: a, public: true }\n${copyTask('after', SEEN)}`,
      ...ROLE_A,
    },
    expected: each(ALL, { 'n2 before': '- - -', 'n1 after': 'of a mild -', 'n2 after': 'of a mild -' }),
  },
];

describe('a role that joins its play while it runs', () => {
  const cases = ROWS.flatMap(row => ALL.flatMap(version => (row.expected[version] ? [{ ...row, version }] : [])));
  test.each(cases)('$what ($version)', ({ files, version, expected }) => {
    const texts = textsOf(render(files, { ansible: version, inventories: ['hosts'], playbooks: ['site.yml'] }));
    const short = [...texts].map(([place, text]) => [
      place.replace('/etc/kubelet/', '').replace('.conf', ''),
      text.replace(/\uE000.*\uE001/, '?'),
    ]);
    expect(Object.fromEntries(short)).toEqual(expected[version]);
  });
});

describe('a role that is included as public under a condition nobody knows', () => {
  const filesOf = (hosts: string) => ({
    hosts,
    'site.yml': `${PLAY}  tasks:\n${indented(
      `- command: look\n  register: found\n- include_role: { name: a, public: true }\n  when: found.rc == 7 and inventory_hostname == 'n1'\n${copyTask('any', `x ${SEEN}`)}${copyTask('unmet', `x ${SEEN}`).trimEnd()}\n  when: found.rc != 7\n`,
    )}`,
    ...ROLE_A,
    'roles/a/tasks/main.yml': copyTask('inside', `x ${SEEN}`),
  });
  const unknown = /^x \uE000.*\uE001 -$/;

  test('is there inside, and perhaps after it, for every host', () => {
    const texts = textsOf(render(filesOf('n1\nn2\n'), { inventories: ['hosts'] }));
    expect(texts.get('n1 /etc/kubelet/inside.conf')).toBe('x of a mild -');
    for (const place of ['n1 /etc/kubelet/any.conf', 'n2 /etc/kubelet/any.conf', 'n2 /etc/kubelet/unmet.conf'])
      expect(texts.get(place)).toMatch(unknown);
  });

  test('is there for a host alone exactly where the condition holds', () => {
    const texts = textsOf(render(filesOf('n1\n'), { inventories: ['hosts'] }));
    expect(texts.get('n1 /etc/kubelet/inside.conf')).toBe('x of a mild -');
    expect(texts.get('n1 /etc/kubelet/any.conf')).toMatch(unknown);
  });
});

test('a role one host includes that the repository lacks may set any variable for all hosts', () => {
  const files = {
    hosts: 'n1\nn2\n',
    'site.yml': `${PLAY}  tasks:\n${indented(`- include_role: { name: elsewhere, public: true }\n  when: inventory_hostname == 'n1'\n${copyTask('x', 'x {{ x }}')}`)}`,
  };
  const texts = textsOf(render(files, { inventories: ['hosts'] }));
  expect(texts.get('n2 /etc/kubelet/x.conf')).toMatch(/^x \uE000/);
});

test('a host that is alone in its batch has nothing of the others', () => {
  const files = {
    hosts: 'n1\nn2\n',
    'site.yml': `- hosts: all\n  gather_facts: false\n  serial: 1\n  tasks:\n${indented(
      `- command: look\n  register: found\n- include_role: { name: a, public: true }\n  when: found.rc == 7 and inventory_hostname == 'n1'\n${copyTask('x', `x ${SEEN}`)}`,
    )}`,
    ...ROLE_A,
  };
  const texts = textsOf(render(files, { inventories: ['hosts'] }));
  expect(texts.get('n1 /etc/kubelet/x.conf')).toMatch(/^x \uE000/);
  expect(texts.get('n2 /etc/kubelet/x.conf')).toBe('x - - -');
});

test('where nobody knows the batches, what another host includes is perhaps seen', () => {
  const files = {
    hosts: 'n1\nn2\n',
    'site.yml': `- hosts: all\n  gather_facts: false\n  serial: "{{ size }}"\n  tasks:\n${indented(
      `- include_role: { name: a, public: true }\n  when: inventory_hostname == 'n1'\n${copyTask('x', `x ${SEEN}`)}`,
    )}`,
    ...ROLE_A,
  };
  const texts = textsOf(render(files, { inventories: ['hosts'] }));
  expect(texts.get('n1 /etc/kubelet/x.conf')).toBe('x of a mild -');
  expect(texts.get('n2 /etc/kubelet/x.conf')).toMatch(/^x \uE000/);
});

test('hosts that get the same stay one group, however many others include the role', () => {
  const hosts = Array.from({ length: 200 }, (_, index) => `n${index}\n`).join('');
  const files = {
    hosts: `${hosts}[first]\nn0\n`,
    'site.yml': `${PLAY}  tasks:\n${indented(
      `- include_role: { name: a, public: true }\n  when: "'first' in group_names"\n${copyTask('x', `x ${SEEN}`)}`,
    )}`,
    ...ROLE_A,
  };
  const texts = textsOf(render(files, { inventories: ['hosts'] }));
  expect(new Set(texts.values())).toEqual(new Set(['x of a mild -']));
  expect(texts.size).toBe(200);
});
