import { describe, expect, test } from '@jest/globals';
import type { PlayStep } from '../../../core/ansible/types.ts';
import { groupsOf, render } from './render.ts';

/** The steps of each host of a playbook over `n1` (first) and `n2`, both in `nodes`. */
function stepsOf(
  playbook: string,
  files: Readonly<Record<string, string>> = {},
): ReadonlyMap<string, readonly PlayStep[]> {
  const rendering = render(
    { 'hosts.ini': '[nodes]\nn1 rank=1\nn2 rank=2\n[nodes:vars]\nsize=3\n', 'site.yml': playbook, ...files },
    { inventories: ['hosts.ini'], playbooks: ['site.yml'] },
  );
  return new Map(groupsOf(rendering).flatMap(({ hosts, steps }) => hosts.map(host => [host, steps] as const)));
}

/** `name: runs` of the tasks of one host; unknown conditions as `?`. */
function runsOf(playbook: string, files: Readonly<Record<string, string>> = {}, host = 'n1'): readonly string[] {
  const shown = ({ runs }: PlayStep) => (typeof runs === 'boolean' ? String(runs) : '?');
  return (stepsOf(playbook, files).get(host) ?? [])
    .filter(({ task }) => task !== null)
    .map(step => `${step.task}: ${shown(step)}`);
}

const play = (tasks: string, more = '') => `- hosts: nodes\n${more}  tasks:\n${tasks.replace(/^(?=.)/gm, '    ')}`;
const a = (name: string, more = '') => `- { name: ${name}, command: /bin/${name}${more} }\n`;

describe('whether a step runs', () => {
  test.each([
    ['without a condition', a('x'), ['x: true']],
    ['by its condition', a('x', ', when: false') + a('y', ', when: rank == 1'), ['x: false', 'y: true']],
    ['by what nobody knows', a('x', ', when: ansible_os_family == "Debian"'), ['x: ?']],
    ['in a block that does not', `- when: rank > 1\n  block:\n    ${a('x')}`, ['x: false']],
    ['for some item', a('x', ', loop: [1, 2], when: item == 2'), ['x: true']],
    ['for no item', a('x', ', loop: []'), ['x: false']],
    ['for an item nobody knows', a('x', ', loop: [1, 2], when: item == ansible_x'), ['x: ?']],
    ['in a rescue', `- block:\n    ${a('x')}  rescue:\n    ${a('y')}`, ['x: true', 'y: ?']],
  ])('%s', (_, tasks, expected) => {
    expect(runsOf(play(tasks))).toEqual(expected);
  });

  test('a role that is skipped is told as such, and nothing of it', () => {
    const role = { 'roles/r/tasks/main.yml': a('x') };
    const steps = stepsOf('- hosts: nodes\n  roles: [{ role: r, when: rank == 2 }]\n', role);
    const shown = (host: string) => steps.get(host)?.map(({ role: name, task, runs }) => [name, task, runs]);
    expect(shown('n1')).toEqual([['r', null, false]]);
    expect(shown('n2')).toEqual([
      ['r', null, true],
      ['r', 'x', true],
    ]);
  });

  test('the conditions of an imported playbook are those of its tasks', () => {
    const files = { 'inner.yml': play(a('x', ', when: rank == 1')) };
    expect(runsOf('- import_playbook: inner.yml\n  when: false\n', files)).toEqual(['x: false']);
  });
});

describe('tags', () => {
  const tagged = (name: string, tags: string) => a(name, `, tags: ${tags}`);
  const included = {
    'i.yml': a('plain') + tagged('kept', 'always'),
    'roles/r/tasks/main.yml': a('plain') + tagged('kept', 'always'),
  };
  test.each([
    ['never keeps a task from running', tagged('x', 'never'), ['x: false']],
    ['always beats never, wherever it stands', `- tags: always\n  block:\n    ${tagged('x', 'never')}`, ['x: true']],
    [
      'a block hands never on',
      `- tags: never\n  block:\n    ${a('x')}    ${tagged('y', 'always')}`,
      ['x: false', 'y: true'],
    ],
    ['a list is not split at commas', tagged('x', '["never,foo"]'), ['x: true']],
    ['a text is', tagged('x', '"foo, never"'), ['x: false']],
    [
      'a templated one counts',
      `- set_fact: { t: never }\n${tagged('x', '["{{ t }}"]')}`,
      ['set_fact: true', 'x: false'],
    ],
    ['an import hands them on', '- import_tasks: i.yml\n  tags: never\n', ['plain: false', 'kept: true']],
    ['an include does not run', '- include_tasks: i.yml\n  tags: never\n', []],
    [
      'what an include applies counts',
      '- include_tasks: { file: i.yml, apply: { tags: never } }\n',
      ['plain: false', 'kept: true'],
    ],
    ['an imported role has them', '- import_role: { name: r }\n  tags: never\n', ['plain: false', 'kept: true']],
  ])('%s', (_, tasks, expected) => {
    expect(runsOf(play(tasks), included)).toEqual(expected);
  });

  test('of the play, the import and the role are those of the task', () => {
    const files = { ...included, 'inner.yml': '- hosts: nodes\n  tags: p\n  roles: [{ role: r, tags: [q] }]\n' };
    const steps = stepsOf('- import_playbook: inner.yml\n  tags: i\n', files).get('n1');
    expect(steps?.at(-1)?.tags).toEqual(['i', 'p', 'q', 'always']);
  });

  test('of handlers do not count', () => {
    const text = play(a('x', ', notify: h')) + '  handlers: [{ name: h, command: /bin/h, tags: never }]\n';
    expect(runsOf(text)).toEqual(['x: true', 'h: ?']);
  });
});

describe('the end of a play', () => {
  const meta = (action: string, when: string) => `- meta: ${action}\n  when: ${when}\n`;
  const after = (action: string, when: string) => a('x') + meta(action, when) + a('y');
  const then = '- hosts: nodes\n  tasks: [{ name: z, command: /bin/z }]\n';

  test.each([
    ['end_host', 'rank == 1', ['x: true', 'meta: true', 'z: true'], ['x: true', 'meta: false', 'y: true', 'z: true']],
    ['end_play', 'rank == 1', ['x: true', 'meta: true', 'z: true'], ['x: true', 'meta: true', 'z: true']],
    [
      'end_batch',
      'rank == 2',
      ['x: true', 'meta: false', 'y: true', 'z: true'],
      ['x: true', 'meta: false', 'y: true', 'z: true'],
    ],
    ['end_host', 'ansible_x', ['x: true', 'meta: ?', 'y: ?', 'z: true'], ['x: true', 'meta: ?', 'y: ?', 'z: true']],
    ['end_play', 'ansible_x', ['x: true', 'meta: ?', 'y: ?', 'z: true'], ['x: true', 'meta: ?', 'y: ?', 'z: true']],
    [
      'clear_facts',
      'true',
      ['x: true', 'meta: true', 'y: true', 'z: true'],
      ['x: true', 'meta: true', 'y: true', 'z: true'],
    ],
    [
      'refresh_inventory',
      'true',
      ['x: true', 'meta: true', 'y: true', 'z: true'],
      ['x: true', 'meta: true', 'y: true', 'z: true'],
    ],
  ])('%s when %s', (action, when, first, second) => {
    const text = play(after(action, when)) + then;
    expect(runsOf(text, {}, 'n1')).toEqual(first);
    expect(runsOf(text, {}, 'n2')).toEqual(second);
  });

  test('runs no handler that was notified before', () => {
    const text = play(`${a('x', ', notify: h')}- meta: end_host\n`) + '  handlers: [{ name: h, command: /bin/h }]\n';
    expect(runsOf(text)).toEqual(['x: true', 'meta: true']);
  });

  test('of a role leaves the rest of the play', () => {
    const files = { 'roles/r/tasks/main.yml': after('end_role', 'rank == 1') };
    expect(runsOf('- hosts: nodes\n  roles: [r]\n  tasks: [{ name: z, command: /bin/z }]\n', files)).toEqual([
      'x: true',
      'meta: true',
      'y: false',
      'z: true',
    ]);
  });
});

describe('what a step says', () => {
  const only = (tasks: string, more = '', files: Readonly<Record<string, string>> = {}) => {
    const steps = stepsOf(play(tasks, more), files).get('n1') ?? [];
    const [step] = steps;
    if (!step) throw new Error('no step');
    return step;
  };
  const argumentsOf = ({ calls }: PlayStep) =>
    calls.map(call =>
      Object.fromEntries(
        [...call].map(([name, { value }]) => [name, value.known ? value.json : `? ${value.unknown.why}`]),
      ),
    );

  test('its conditions, keywords and what surrounds it', () => {
    const step = only(
      `- when: rank == 1
  ignore_errors: true
  block:
    - name: x
      ansible.builtin.shell: echo
      when: [a is not defined, b | default(true)]
      changed_when: false
      failed_when: [c.rc > 1, c.rc < 0]
      register: c
      no_log: "{{ quiet }}"
      loop: [1]
`,
      '  check_mode: false\n  serial: 1\n  max_fail_percentage: 10\n',
    );
    expect(step).toMatchObject({
      module: 'shell',
      settings: { serial: '1', max_fail_percentage: '10', strategy: null },
      when: ['rank == 1', 'a is not defined', 'b | default(true)'],
      section: 'block',
      ignoreErrors: 'true',
      noLog: '{{ quiet }}',
      checkMode: 'false',
      changedWhen: 'false',
      failedWhen: 'c.rc > 1 and c.rc < 0',
      register: 'c',
      loop: 'loop',
    });
  });

  test.each([
    [
      'a file with its mode in octal digits',
      '- file: { path: "{{ dir | default("/var/lib/kubelet") }}", state: directory, mode: 0750, owner: root }\n'.replaceAll(
        '("/var/lib/kubelet")',
        "('/var/lib/kubelet')",
      ),
      [{ path: '/var/lib/kubelet', state: 'directory', mode: '0750', owner: 'root' }],
    ],
    [
      'a command as it is typed',
      '- command: /bin/x --size {{ size }}\n  args: { creates: /etc/x }\n',
      [{ _raw_params: '/bin/x --size 3', creates: '/etc/x' }],
    ],
    [
      'each item that runs',
      '- community.general.ufw: { rule: allow, port: "{{ item }}", from_ip: "{{ ansible_host_ip }}" }\n  loop: [10250, 10255]\n  when: item != 10255\n',
      [{ rule: 'allow', port: '10250', from_ip: '? fact ansible_host_ip' }],
    ],
    ['no contents', '- copy: { dest: /etc/x, content: secret }\n', [{ dest: '/etc/x' }]],
    ['nothing of what changes no node', '- debug: { msg: x }\n', []],
  ])('%s', (_, tasks, expected) => {
    expect(argumentsOf(only(tasks))).toEqual(expected);
  });

  test('what is another one on each node of a group', () => {
    const steps = stepsOf(play('- command: /bin/x {{ rank }}\n'));
    expect(steps.get('n1')).toBe(steps.get('n2'));
    const [step] = steps.get('n1') ?? [];
    expect(step && argumentsOf(step)).toEqual([{ _raw_params: '? it is another one on each node' }]);
  });

  test('what only some of a group run and changes no node', () => {
    const tasks = `- set_fact: { a: 1 }\n  when: rank == 2\n- include_tasks: more.yml\n  loop: "{{ range(0, rank) | list }}"\n${a('z')}`;
    const of = (host: string) =>
      (stepsOf(play(tasks), { 'more.yml': '- { name: more, set_fact: { b: 1 } }\n' }).get(host) ?? []).map(
        ({ line, runs }) => `${line} ${typeof runs === 'boolean' ? runs : '?'}`,
      );
    expect(of('n1')).toEqual(['3 ?', '1 true', '1 ?', '7 true']);
    expect(of('n2')).toEqual(of('n1'));
  });

  test('the handlers it calls, by name, by topic, or none', () => {
    const handlers = `  handlers:
    - { name: "restart {{ service }}", command: /bin/a, listen: kubelet changed }
    - { name: reload, command: /bin/b }
`;
    const text = `- hosts: nodes
  vars: { service: kubelet }
  tasks:
    - { name: x, command: /bin/x, notify: ["restart {{ service }}", kubelet changed, gone] }
${handlers}`;
    expect(stepsOf(text).get('n1')?.[0]?.handlers).toEqual([
      { name: 'restart kubelet', calls: [{ file: 'site.yml', line: 6 }] },
      { name: 'kubelet changed', calls: [{ file: 'site.yml', line: 6 }] },
      { name: 'gone', calls: [] },
    ]);
  });
});
