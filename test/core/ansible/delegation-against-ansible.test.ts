import { describe, expect, test } from '@jest/globals';
import type { NodeFile } from '../../../core/ansible/types.ts';
import { random } from '../../conformance/random.ts';
import { ansibleVersion } from './real-ansible.ts';
import { nodesForReal } from './real-nodes.ts';
import { groupsOf, render } from './render.ts';

const NODES = ['c1', 'c2', 'n1', 'n2', 'n3'];
const HOSTS = '[cp]\nc1 size=10\nc2 size=20\n[nodes]\nn1 size=1\nn2 size=2\nn3 size=3\n[all:vars]\nroot=/\n';
const indent = (text: string, by: string) => text.replace(/^(?=.)/gm, by);

type Files = Readonly<Record<string, string>>;

/** Where what we say of a node is not what real Ansible leaves there, and how many of its files we know for certain. */
function compared(files: Files): { wrong: readonly string[]; certain: number; files: number } {
  const rendering = render({ ...files, hosts: HOSTS }, { inventories: ['hosts'], playbooks: ['site.yml'] });
  const real = nodesForReal({ ...files, hosts: HOSTS }, NODES);
  const wrong: string[] = [];
  const counts = { certain: 0, files: 0 };
  for (const node of NODES) {
    const ours = groupsOf(rendering).find(group => group.hosts.includes(node))?.files ?? [];
    const known = new Map(
      ours.flatMap(file => (file.dest.value.known ? [[file.dest.value.json.slice(1), file] as const] : [])),
    );
    const there = real.get(node) ?? new Map<string, string>();
    for (const path of new Set([...known.keys(), ...there.keys()])) {
      const answer = agrees(known.get(path), there.get(path));
      if (answer === 'wrong')
        wrong.push(`${node} ${path}: ${texts(known.get(path))}, not ${there.get(path) ?? 'there'}`);
      counts.certain += answer === 'certain' ? 1 : 0;
      counts.files += 1;
    }
  }
  return { wrong, ...counts };
}

function agrees(ours: NodeFile | undefined, real: string | undefined): 'certain' | 'possible' | 'wrong' {
  if (!ours) return real === undefined ? 'certain' : 'wrong';
  if (real === undefined) return ours.when ? 'possible' : 'wrong';
  const [only, ...others] = ours.alternatives;
  if (!ours.when && only && others.length === 0 && only.text.unknowns.size === 0)
    return only.text.text === real ? 'certain' : 'wrong';
  return ours.alternatives.some(({ text }) => text.unknowns.size > 0 || text.text === real) ? 'possible' : 'wrong';
}

function texts(file: NodeFile | undefined): string {
  return file
    ? `${file.when ? '? ' : ''}${file.alternatives.map(({ text }) => JSON.stringify(text.text)).join(' or ')}`
    : 'nothing';
}

const put = (name: string, text: string) =>
  `copy: { dest: "{{ root }}etc/kubelet-${name}.env", content: 'KUBELET_EXTRA_ARGS=${text}' }`;
const play = (hosts: string, tasks: readonly string[], keywords = '', handlers: readonly string[] = []) =>
  `- hosts: ${hosts}\n  gather_facts: false\n${keywords}  tasks:\n${list(tasks)}${handlers.length > 0 ? `  handlers:\n${list(handlers)}` : ''}`;
const list = (tasks: readonly string[]) =>
  tasks.map(task => indent(`- ${indent(task, '  ').trimStart()}\n`, '    ')).join('');

const SITES: Readonly<Record<string, Files>> = {
  'delegated, once, in turns': {
    'site.yml':
      play('nodes', [
        `${put('a', '{{ size }}')}\ndelegate_to: c1\nthrottle: 1`,
        `${put('b', '{{ inventory_hostname }} {{ item }}')}\ndelegate_to: "{{ item }}"\nrun_once: true\nloop: "{{ groups.cp }}"`,
        `${put('c', 'own {{ size }}')}`,
        `${put('c', 'from {{ inventory_hostname }}')}\ndelegate_to: n2\nwhen: size == 3`,
        `local_action: { module: command, cmd: "true" }`,
        `block:\n  - ${put('d', '{{ size }}')}\ndelegate_to: c2\nwhen: inventory_hostname == 'n2'`,
      ]) + play('all', [`${put('c', 'again {{ size }}')}\nrun_once: true`]),
  },
  batches: {
    'site.yml':
      play(
        'nodes',
        [
          `${put('a', '{{ play_hosts | join(",") }} {{ ansible_play_hosts | join(",") }}')}\nrun_once: true`,
          `${put('b', '{{ size }}')}\ndelegate_to: c1`,
          `${put('c', '{{ size }}')}\ndelegate_to: n1`,
          put('c', 'own {{ size }}'),
        ],
        '  serial: [1, "70%"]\n  order: reverse_inventory\n',
      ) + play('all', [`${put('d', '{{ size }}')}\nrun_once: true`], '  serial: 2\n'),
  },
  'facts of the first host for all, and of one host for another': {
    'site.yml':
      play('nodes', [
        'set_fact: { first: "{{ inventory_hostname }} {{ size }}" }\nrun_once: true',
        'set_fact: { skipped: "yes!" }\nrun_once: true\nwhen: size == 2',
        'set_fact: { there: "{{ inventory_hostname }}" }\ndelegate_to: c1\ndelegate_facts: true\nrun_once: true',
        'set_fact: { own: "{{ inventory_hostname }}" }\ndelegate_to: c1',
        'set_fact: { many: "{{ item }}" }\ndelegate_to: "{{ item }}"\ndelegate_facts: true\nrun_once: true\nloop: [c2, n3]',
        'include_vars: vars.yml\nrun_once: true',
        'command: "true"\nregister: done\nrun_once: true\nwhen: size == 2',
        put(
          'a',
          '{{ first }} {{ skipped | default(0) }} {{ own }} {{ included }} {{ done is skipped }} {{ many | default(0) }}',
        ),
      ]) +
      play('cp', [
        put('a', '{{ there | default(0) }} {{ first | default(0) }} {{ own | default(0) }} {{ many | default(0) }}'),
      ]) +
      play(
        'all',
        ['set_fact: { first: "{{ inventory_hostname }}" }\nrun_once: true', put('b', '{{ first }}')],
        '  serial: 2\n',
      ),
    'vars.yml': 'included: "{{ size }} of {{ inventory_hostname }}"\n',
  },
  'once where only some hosts come': {
    'site.yml': play('nodes', [
      'include_tasks: some.yml\nwhen: size > 1',
      put('b', '{{ said | default("nothing") }}'),
      'include_tasks: some.yml',
      put('c', '{{ said }}'),
    ]),
    'some.yml': `- set_fact: { said: "{{ inventory_hostname }}" }\n  run_once: true\n- ${put('a', '{{ said }}')}\n  run_once: true\n`,
  },
  handlers: {
    'site.yml': play(
      'nodes',
      [
        `${put('a', '{{ size }}')}\nnotify: [one, topic]\nwhen: size < 3`,
        `${put('b', 'x')}\nnotify: "r : own"\ndelegate_to: c1\nrun_once: true`,
        'meta: flush_handlers',
        `${put('b', 'y')}\nnotify: one`,
        'import_role: { name: r }',
      ],
      '',
      [
        `name: last\nlisten: topic\n${put('h', 'topic {{ size }}')}`,
        `name: one\n${put('h', 'one {{ size }}')}\nnotify: last`,
      ],
    ),
    'roles/r/tasks/main.yml': `- ${put('r', '{{ size }}')}\n  notify: own\n  when: size == 2\n`,
    'roles/r/handlers/main.yml': `- name: own\n  ${put('r', 'handled {{ size }}')}\n  delegate_to: n3\n`,
  },
  'blocks that fail': {
    'site.yml': play('nodes', [
      `block:\n  - ${put('a', 'block')}\n  - command: "false"\n    when: size == 2\nrescue:\n  - ${put('a', 'rescue')}\n    delegate_to: c1\nalways:\n  - ${put('b', '{{ size }}')}`,
    ]),
  },
};

/** A play of tasks that put and edit files on one another. */
function randomSite(seed: number): Files {
  const { below, of, chance } = random(seed);
  const delegate = () =>
    chance(60)
      ? `\ndelegate_to: ${of(['c1', 'c2', 'n2', '"{{ groups.cp[0] }}"', '"{{ inventory_hostname }}"', '"{{ groups.nodes | last }}"'])}`
      : '';
  const once = () => (chance(40) ? '\nrun_once: true' : chance(40) ? `\nwhen: size ${of(['>', '<', '=='])} 2` : '');
  const text = () =>
    of(['{{ size }}', 'x', '{{ inventory_hostname }}', '{{ said | default(0) }}', '{{ told | default(0) }}']);
  const task = (): string => {
    const turn = '\nthrottle: 1';
    switch (below(5)) {
      case 0:
        return `set_fact: { ${of(['said', 'told'])}: "${text()}" }${once()}`;
      case 1:
        return `set_fact: { told: "${text()}" }\ndelegate_to: ${of(['c1', 'n3'])}\ndelegate_facts: true\nrun_once: true`;
      case 2:
        return `block:\n  - ${indent(task(), '    ').trimStart()}\n  - ${indent(task(), '    ').trimStart()}${once()}`;
      case 3:
        return `lineinfile: { path: "{{ root }}etc/kubelet-${of(['a', 'b'])}.env", create: true, regexp: "^${of(['A', 'B'])}=", line: "${of(['A', 'B'])}=${text()}" }${delegate()}${once()}${turn}`;
      default:
        return `${put(of(['a', 'b']), text())}${delegate()}${once()}${turn}`;
    }
  };
  const tasks = () => Array.from({ length: 2 + below(3) }, task);
  const keywords = () => of(['', '', '  serial: 1\n', '  serial: 2\n', '  order: reverse_sorted\n']);
  return { 'site.yml': play('nodes', tasks(), keywords()) + play('all', tasks(), keywords()) };
}

const version = ansibleVersion();
const told = version === null ? describe.skip : describe;

told(`what nodes get, against ${version ?? 'real Ansible, which is not installed here'}`, () => {
  test.each(Object.entries(SITES))('%s', (_, files) => {
    const { wrong, certain } = compared(files);
    expect(wrong).toEqual([]);
    expect(certain).toBeGreaterThan(0);
  });

  test('random plays', () => {
    const found = Array.from({ length: 3 }, (_, index) => compared(randomSite(index + 1)));
    expect(found.flatMap(({ wrong }, index) => wrong.map(text => `seed ${index + 1}: ${text}`))).toEqual([]);
    const sum = (key: 'certain' | 'files') => found.reduce((all, one) => all + one[key], 0);
    console.info(`random plays: ${sum('certain')} of ${sum('files')} files known for certain`);
    expect(sum('certain')).toBeGreaterThan(0);
  });
});
