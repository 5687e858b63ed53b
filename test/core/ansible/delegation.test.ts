import { describe, expect, test } from '@jest/globals';
import { effective, groupNamed, groupsOf, render } from './render.ts';

const HOSTS = '[cp]\nc1\nc2\n[nodes]\nn1 max=1\nn2 max=2\nn3 max=3\n';
const FILE = '/etc/kubernetes/kubelet-config.yaml';
const config = (maxPods: number | string) =>
  `copy: { dest: ${FILE}, content: "apiVersion: kubelet.config.k8s.io/v1beta1\\nkind: KubeletConfiguration\\nmaxPods: ${maxPods}\\n" }`;
const task = (...lines: readonly string[]) => `    - ${lines.join('\n      ')}\n`;
const site = (...plays: readonly string[]) => render({ 'hosts.ini': HOSTS, 'site.yml': plays.join('') });
const onNodes = (tasks: string, keywords = '') => `- hosts: nodes\n${keywords}  tasks:\n${tasks}`;
const onAll = (tasks: string) => `- hosts: all\n  tasks:\n${tasks}`;

/** For each host that gets the file what it sets: `maxPods`, alternatives in order, `?` before what is perhaps not written. */
function gets(rendering: ReturnType<typeof render>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { files, hosts } of groupsOf(rendering)) {
    const file = files.find(({ dest }) => dest.value.known && dest.value.json === FILE);
    if (!file) continue;
    const texts = file.alternatives.map(({ text }) => /maxPods: (.*)/.exec(text.text)?.[1] ?? '');
    for (const host of hosts)
      found[host] = `${file.when ? '? ' : ''}${texts.join(' or ')}${file.truncated ? ' …' : ''}`;
  }
  return found;
}

function problems(rendering: ReturnType<typeof render>): readonly string[] {
  return groupsOf(rendering).flatMap(group =>
    group.problems.map(({ file, line, message }) => `${group.hosts.join()} ${file}:${line} ${message}`),
  );
}

describe('a file delegated to another host', () => {
  test.each([
    [
      'lands there, with the variables of the host the task runs for',
      config('{{ max }}'),
      'when: max == 2',
      { c1: '2' },
    ],
    ['counts once when all hosts put the same there', config(7), 'when: true', { c1: '7' }],
    ['lands there once', config('{{ max }}'), 'run_once: true', { c1: '1' }],
    [
      'is the last one of the hosts that work side by side, and nobody knows which that is',
      config('{{ max }}'),
      'when: max > 1',
      { c1: '3 or 2' },
    ],
    ['is that of the last host when one works at a time', config('{{ max }}'), 'throttle: 1', { c1: '3' }],
  ])('%s', (_, module, keyword, expected) => {
    const rendering = site(onNodes(task(module, keyword, 'delegate_to: c1')));
    expect(gets(rendering)).toEqual(expected);
    expect(problems(rendering)).toEqual([]);
  });

  test('of a block, a loop and a local action', () => {
    const rendering = site(
      onNodes(
        task(
          config('{{ item.size }}'),
          'delegate_to: "{{ item.to }}"',
          'run_once: true',
          'loop: [{ to: n3, size: 30 }, { to: c2, size: 20 }]',
        ) +
          task('delegate_to: c1', 'run_once: true', `block: [{ ${config(5)} }]`) +
          task(`local_action: { module: copy, dest: ${FILE}, content: "maxPods: 1\\n" }`),
      ),
    );
    expect(gets(rendering)).toEqual({ n3: '30', c2: '20', c1: '5' });
  });

  test('with serial is that of the last batch', () => {
    expect(gets(site(onNodes(task(config('{{ max }}'), 'delegate_to: c1'), '  serial: 1\n')))).toEqual({ c1: '3' });
  });

  test.each([
    ['before', [task(config(9), 'delegate_to: n2', 'when: max == 3'), task(config('{{ max }}'))], '2'],
    ['after', [task(config('{{ max }}')), task(config(9), 'delegate_to: n2', 'when: max == 1')], '9'],
  ])('%s the host puts its own there: the later task wins, whichever host runs it', (_, tasks, expected) => {
    expect(gets(site(onNodes(tasks.join(''))))).toEqual({ n1: '1', n2: expected, n3: '3' });
  });

  test('with serial a host of a later batch comes after all tasks of an earlier one', () => {
    const tasks = task(config(9), 'delegate_to: n1', 'when: max == 3') + task(config('{{ max }}'));
    expect(gets(site(onNodes(tasks, '  serial: 1\n')))).toEqual({ n1: '9', n2: '2', n3: '3' });
    const reversed = '  serial: [1, 2]\n  order: reverse_inventory\n';
    expect(gets(site(onNodes(tasks, reversed)))).toEqual({ n1: '1', n2: '2', n3: '3' });
  });

  test('is edited by later tasks of either host, in the order of plays', () => {
    const edit = (line: string) => `lineinfile: { path: ${FILE}, regexp: "^maxPods", line: "maxPods: ${line}" }`;
    const rendering = site(
      onNodes(task(config(7), 'delegate_to: c1', 'run_once: true')),
      `- hosts: cp\n  tasks:\n${task(edit('8'), 'when: inventory_hostname == "c1"')}`,
      onNodes(task(edit('9{{ max }}'), 'delegate_to: c1', 'when: max == 3')),
    );
    expect(gets(rendering)).toEqual({ c1: '93' });
  });

  test('by a handler is perhaps not written', () => {
    const play = `${onNodes(task('command: "true"', 'notify: h', 'run_once: true'))}  handlers:\n${task('name: h', config(3), 'delegate_to: c1')}`;
    expect(gets(site(play))).toEqual({ c1: '? 3' });
  });

  test('of more rivals than are told apart is known not to be known', () => {
    const hosts = Array.from({ length: 12 }, (_, index) => `w${index} max=${index}`).join('\n');
    const rendering = render({
      'hosts.ini': `c1\n[nodes]\n${hosts}\n`,
      'site.yml': onNodes(task(config('{{ max }}'), 'delegate_to: c1')),
    });
    expect(gets(rendering).c1).toMatch(/…$/);
    expect(groupNamed(rendering, 'c1').kubelet?.open.has('')).toBe(true);
  });

  test('is seen when only the host it lands on is asked for', () => {
    const files = { 'hosts.ini': HOSTS, 'site.yml': onNodes(task(config(7), 'delegate_to: c1', 'run_once: true')) };
    expect(gets(render(files, { host: 'c1' }))).toEqual({ c1: '7' });
    expect(gets(render(files, { host: 'n1' }))).toEqual({});
  });
});

describe('a command delegated to another host', () => {
  test('does there what its text tells, and is reported there where it does not', () => {
    const rendering = site(
      onNodes(
        task(
          `shell: "printf 'kind: KubeletConfiguration\\nmaxPods: 4\\n' > ${FILE}"`,
          'delegate_to: c1',
          'run_once: true',
        ) +
          task(`command: sed -i s/4/5/ ${FILE}`, 'delegate_to: c2', 'run_once: true') +
          task('command: kubeadm token create', 'delegate_to: c1', 'run_once: true'),
      ),
    );
    expect(problems(rendering)).toEqual([expect.stringMatching(/^c2 site\.yml:6 This command changes .* on the node/)]);
  });
});

describe('the node is not known', () => {
  test.each([
    ['a fact names it', '"{{ ansible_x }}"', 'which host the task at site.yml:3 is delegated to (fact ansible_x)'],
    ['no host has the name', '10.0.0.9', 'which node 10.0.0.9 is: no host of the inventory has that name'],
  ])('when %s', (_, delegate, why) => {
    const rendering = site(onNodes(task(config(7), `delegate_to: ${delegate}`)));
    expect(gets(rendering)).toEqual({ n1: '? 7', n2: '? 7', n3: '? 7' });
    expect(problems(rendering)).toEqual([
      `n1,n2,n3 site.yml:3 What this task changes lands on a node Git does not name: it is not known ${why}.`,
    ]);
  });

  test('and nothing is said of it when the task changes nothing of a kubelet', () => {
    expect(problems(site(onNodes(task('command: uptime', 'delegate_to: 10.0.0.9'))))).toEqual([]);
  });
});

describe('run_once', () => {
  test.each([
    ['the first host of the play', '', { n1: '1' }],
    ['the first of each batch', '  serial: 2\n', { n1: '1', n3: '3' }],
    ['the first of each batch, sizes in a list and as shares', '  serial: [1, "70%"]\n', { n1: '1', n2: '2' }],
    ['the first in the order of the play', '  order: reverse_sorted\n', { n3: '3' }],
    ['any host of a random order', '  order: shuffle\n', { n1: '? 1', n2: '? 2', n3: '? 3' }],
    ['any host where the size is templated', '  serial: "{{ size }}"\n', { n1: '? 1', n2: '? 2', n3: '? 3' }],
  ])('acts on %s', (_, keywords, expected) => {
    expect(gets(site(onNodes(task(config('{{ max }}'), 'run_once: true'), keywords)))).toEqual(expected);
  });

  test('on all hosts acts on the first of the inventory', () => {
    expect(gets(site(onAll(task(config(7), 'run_once: true'))))).toEqual({ c1: '7' });
  });
});

describe('variables set once for all', () => {
  test.each([
    [
      'those of the first host reach every host, from that task on',
      ['set_fact: { size: "{{ max }}" }\nrun_once: true', config('{{ size }}')],
      '',
      { n1: '1', n2: '1', n3: '1' },
    ],
    [
      'with serial those of the first host of the batch',
      ['set_fact: { size: "{{ max }}" }\nrun_once: true', config('{{ size }}')],
      '  serial: 2\n',
      { n1: '1', n2: '1', n3: '3' },
    ],
    [
      'the condition is asked of the first host alone',
      ['set_fact: { size: 9 }\nrun_once: true\nwhen: max == 2', config('{{ size | default(max) }}')],
      '',
      { n1: '1', n2: '2', n3: '3' },
    ],
    [
      'a result skipped there is skipped for all',
      ['command: x\nregister: r\nrun_once: true\nwhen: max == 2', config('{{ 5 if r is skipped else 6 }}')],
      '',
      { n1: '5', n2: '5', n3: '5' },
    ],
    [
      'delegate_facts sets them on the other host, and not here',
      [
        'set_fact: { size: "{{ max }}" }\ndelegate_to: n3\ndelegate_facts: true\nrun_once: true',
        config('{{ size | default(0) }}'),
      ],
      '',
      { n1: '0', n2: '0', n3: '1' },
    ],
    [
      'without delegate_facts they are set here',
      ['set_fact: { size: "{{ max }}" }\ndelegate_to: n3', config('{{ size }}')],
      '',
      { n1: '1', n2: '2', n3: '3' },
    ],
  ])('%s', (_, tasks, keywords, expected) => {
    const list = tasks.map(one => task(...one.split('\n'))).join('');
    expect(gets(site(onNodes(list, keywords)))).toEqual(expected);
  });

  test.each([
    [
      'a fact of the first host',
      'set_fact: { size: "{{ ansible_x }}" }\nrun_once: true',
      'size as another host has it (fact ansible_x)',
    ],
    [
      'what every host sets on one',
      'set_fact: { size: "{{ max }}" }\ndelegate_to: n3\ndelegate_facts: true',
      'size as another host has it (which host sets it is not known)',
    ],
  ])('%s is not known elsewhere', (_, one, why) => {
    const rendering = site(onNodes(task(...one.split('\n')) + task(config('{{ size | default(max) }}'))));
    expect(effective(groupNamed(rendering, 'n3'), 'maxPods')).toBe(`? ${why}`);
  });
});
