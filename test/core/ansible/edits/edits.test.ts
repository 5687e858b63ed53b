import { describe, expect, test } from '@jest/globals';
import type { NodeGroup } from '../../../../core/ansible/types.ts';
import { readable } from '../../../../core/source/rope.ts';
import { effective, groupNamed, onlyGroup, places, render } from '../render.ts';

const CONFIG = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
readOnlyPort: 10255
maxPods: 110
`;
const WRITE = '    - copy: { src: kubelet.yaml, dest: /etc/kubernetes/kubelet.yaml }\n';

/** The one group of a repository whose one play runs these tasks on one host. */
function play(tasks: string, files: Readonly<Record<string, string>> = {}): NodeGroup {
  const copied = tasks.includes('src: kubelet.yaml') ? { 'files/kubelet.yaml': CONFIG } : {};
  const given = { hosts: '[all]\nn1\n', ...copied, ...files };
  return groupNamed(render({ ...given, 'site.yml': `- hosts: all\n  tasks:\n${tasks}` }), 'n1');
}

const textOf = (group: NodeGroup, dest = '/etc/kubernetes/kubelet.yaml'): readonly string[] =>
  group.files
    .filter(file => file.dest.value.known && file.dest.value.json === dest)
    .flatMap(file => file.alternatives.map(({ text }) => readable(text)));
const flagsOf = (group: NodeGroup): Record<string, string> =>
  Object.fromEntries(
    group.flags.map(({ name, value }) => [name, value.value.known ? value.value.json : `? ${value.value.unknown.why}`]),
  );

const EDIT = (module: string, args: string) => `    - ${module}: { path: /etc/kubernetes/kubelet.yaml, ${args} }\n`;

describe('an edit of a file the play writes is made to its text', () => {
  test.each([
    ['lineinfile', "regexp: '^readOnlyPort:', line: 'readOnlyPort: 0'", 0],
    ['lineinfile', "search_string: 'readOnlyPort:', line: 'readOnlyPort: 0'", 0],
    ['lineinfile', "regexp: '^(read\\w+): .*', line: '\\1: 1', backrefs: true", 1],
    ['lineinfile', "regexp: '^readOnlyPort:', state: absent", 0],
    ['replace', "regexp: '10255', replace: '10250'", 10250],
    ['replace', "regexp: '^(\\w+Port): \\d+$', replace: '\\g<1>: 5'", 5],
    ['replace', "after: 'kind', before: 'maxPods', regexp: '\\d+', replace: '7'", 7],
    ['blockinfile', "block: 'eventBurst: 5'", 10255],
  ])('%s %s', (module, args, port) => {
    const group = play(`${WRITE}${EDIT(module, args)}`);
    expect(effective(group, 'readOnlyPort')).toBe(port);
    expect(effective(group, 'maxPods')).toBe(110);
    expect(group.problems).toEqual([]);
  });

  test('a line that is put there comes from the line of the task and from the variables in it', () => {
    const group = play(
      `${WRITE}    - lineinfile:
        path: /etc/kubernetes/kubelet.yaml
        regexp: '^readOnlyPort:'
        line: 'readOnlyPort: {{ port }}'
    - lineinfile:
        path: /etc/kubernetes/kubelet.yaml
        line: '{{ burst }}'
`,
      { 'group_vars/all.yml': 'port: 10250\nburst: "eventBurst: 7"\n' },
    );
    expect(places(group, 'readOnlyPort')).toEqual(['variable group_vars/all.yml:1', 'template site.yml:7']);
    expect(places(group, 'eventBurst')).toEqual(['variable group_vars/all.yml:2', 'template site.yml:10']);
    expect(places(group, 'maxPods')).toEqual(['template files/kubelet.yaml:4']);
  });

  test('items of a loop are applied one after the other', () => {
    const group = play(`${WRITE}    - lineinfile:
        path: /etc/kubernetes/kubelet.yaml
        regexp: '^{{ item.key }}:'
        line: '{{ item.key }}: {{ item.value }}'
      loop:
        - { key: readOnlyPort, value: 1 }
        - { key: maxPods, value: 20 }
        - { key: readOnlyPort, value: 2 }
        - { key: eventBurst, value: 9 }
`);
    expect(textOf(group)).toEqual([
      'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nreadOnlyPort: 2\nmaxPods: 20\neventBurst: 9\n',
    ]);
  });

  test('under an unknown condition the file is one or the other', () => {
    const group = play(`${WRITE}    - lineinfile:
        path: /etc/kubernetes/kubelet.yaml
        regexp: '^readOnlyPort:'
        line: 'readOnlyPort: 0'
      when: ansible_distribution == 'Debian'
    - lineinfile:
        path: /etc/kubernetes/kubelet.yaml
        line: 'eventBurst: 5'
      when: ansible_distribution == 'Debian'
`);
    expect(effective(group, 'readOnlyPort')).toContain('depends on');
    expect(effective(group, 'maxPods')).toBe(110);
    expect(group.kubeletAlternatives.map(({ verdict }) => verdict.values.get('readOnlyPort')?.value)).toEqual([
      { known: true, json: 0 },
      { known: true, json: 10255 },
    ]);
  });

  test('each text a template may have is edited', () => {
    const group = play(
      `    - template: { src: kubelet.j2, dest: /etc/kubernetes/kubelet.yaml }\n${EDIT('replace', "regexp: 'maxPods: .*', replace: 'maxPods: 9'")}`,
      { 'templates/kubelet.j2': `${CONFIG}{% if ansible_memtotal_mb > 100 %}\neventBurst: 1\n{% endif %}\n` },
    );
    expect(effective(group, 'maxPods')).toBe(9);
    expect(effective(group, 'eventBurst')).toContain('depends on');
  });

  test('an edit made again by another playbook is made to what the first one writes', () => {
    const group = onlyGroup(
      render({
        hosts: '[all]\nn1\n',
        'files/kubelet.yaml': CONFIG,
        'a.yml': `- hosts: all\n  tasks:\n${WRITE}`,
        'b.yml': `- hosts: all\n  tasks:\n${EDIT('replace', "regexp: 'maxPods: .*', replace: 'maxPods: 9'")}`,
      }),
    );
    expect(effective(group, 'readOnlyPort')).toBe(10255);
    expect(effective(group, 'maxPods')).toContain('ran last');
  });
});

describe('where an edit hangs on what is unknown', () => {
  const TEMPLATE = { 'templates/kubelet.j2': `${CONFIG}nodeStatusMaxImages: {{ ansible_processor_vcpus }}\n` };
  const RENDER = '    - template: { src: kubelet.j2, dest: /etc/kubernetes/kubelet.yaml }\n';

  test('an unknown value in another line keeps nothing from being known', () => {
    const group = play(
      `${RENDER}${EDIT('replace', "regexp: '^readOnlyPort: .*$', replace: 'readOnlyPort: 0'")}`,
      TEMPLATE,
    );
    expect(effective(group, 'readOnlyPort')).toBe(0);
    expect(effective(group, 'nodeStatusMaxImages')).toContain('fact ansible_processor_vcpus');
  });

  test('a line whose unknown value does not matter is replaced', () => {
    const line = EDIT('lineinfile', "regexp: '^nodeStatusMaxImages:', line: 'nodeStatusMaxImages: 3'");
    expect(effective(play(`${RENDER}${line}`, TEMPLATE), 'nodeStatusMaxImages')).toBe(3);
    const all = EDIT('replace', "regexp: '^(nodeStatusMaxImages): .*', replace: '\\1: 3'");
    expect(effective(play(`${RENDER}${all}`, TEMPLATE), 'nodeStatusMaxImages')).toBe(3);
  });

  test('a match that hangs on the unknown value leaves that line open, and no other', () => {
    const group = play(`${RENDER}${EDIT('replace', "regexp: '[2-4]$', replace: '9'")}`, TEMPLATE);
    expect(effective(group, 'nodeStatusMaxImages')).toMatch(/^\? .*site\.yml:4/);
    expect(effective(group, 'maxPods')).toBe(110);
    const line = play(`${RENDER}${EDIT('lineinfile', "regexp: 'Images: [1-4]$', line: 'maxPods: 9'")}`, TEMPLATE);
    expect(effective(line, 'readOnlyPort')).toBe(10255);
    expect(effective(line, 'nodeStatusMaxImages')).toMatch(/^\? /);
  });

  test.each([
    ['looks around', "regexp: '(?<=readOnly)Port.*', replace: 'x'"],
    ['refers back', "regexp: '(o).*\\1', replace: 'x'"],
    ['is not known', "regexp: '{{ ansible_hostname }}', replace: 'x'"],
  ])('after a pattern that %s nothing is known, and the task is named', (_, args) => {
    const group = play(`${WRITE}${EDIT('replace', args)}`);
    expect(effective(group, 'readOnlyPort') ?? '? site.yml:4').toBeDefined();
    expect(group.kubelet?.open.get('')?.why.join()).toContain('edited in place by the task at site.yml:4');
    expect(group.kubelet?.accepted).toBeNull();
  });

  test('the line that is put there stays known whatever the pattern', () => {
    const group = play(`${WRITE}${EDIT('lineinfile', "regexp: '(?<=x)a', line: 'maxPods: 5'")}`);
    expect(effective(group, 'maxPods')).toBe(5);
    expect(group.kubelet?.open.has('')).toBe(true);
  });
});

describe('a file that nothing in the repository writes', () => {
  test('of an environment file the flags of the line are known', () => {
    const group = play(`    - lineinfile:
        path: /etc/kubernetes/kubelet.env
        regexp: '^KUBELET_ARGS='
        line: 'KUBELET_ARGS=--read-only-port=0 --node-ip={{ ansible_default_ipv4.address }}'
`);
    expect(flagsOf(group)).toEqual({ '--read-only-port': '0', '--node-ip': '? fact ansible_default_ipv4' });
    expect(effective(group, 'readOnlyPort')).toBe(0);
    expect(effective(group, 'authorization.mode')).toBe('Webhook');
    expect(group.kubelet?.open.has('')).toBe(true);
    expect(group.kubelet?.accepted).toBeNull();
    expect(places(group, 'readOnlyPort')).toEqual(['template site.yml:6']);
    expect(group.problems).toEqual([]);
  });

  test('of the kubelet configuration the key of the line is known and all others are open', () => {
    const group = play(`    - lineinfile:
        path: /var/lib/kubelet/config.yaml
        regexp: '^{{ item }}:'
        line: '{{ item }}: 5'
      loop: [readOnlyPort, maxPods, readOnlyPort]
`);
    expect(effective(group, 'readOnlyPort')).toBe(5);
    expect(effective(group, 'maxPods')).toBe(5);
    expect(group.kubelet?.open.get('')?.why).toContain(
      '/var/lib/kubelet/config.yaml as it is on the node, which no task of this repository writes',
    );
    expect(textOf(group, '/var/lib/kubelet/config.yaml')[0]?.match(/readOnlyPort/g)).toHaveLength(1);
  });

  test.each([
    ['lineinfile', "regexp: '^readOnlyPort:', state: absent"],
    ['lineinfile', "regexp: '^(readOnlyPort):', line: '\\1: 0', backrefs: true"],
    ['replace', "regexp: '^readOnlyPort: .*', replace: 'readOnlyPort: 0'"],
    ['blockinfile', "block: ''"],
  ])('what %s %s may take away or change is not known', (module, args) => {
    const group = play(`    - ${module}: { path: /var/lib/kubelet/config.yaml, ${args} }\n`);
    expect(group.kubelet?.open.get('')?.why.join()).toContain('site.yml:3');
    expect(group.kubelet?.values.get('readOnlyPort')?.from ?? 'default').toBe('default');
  });

  test('of a unit and its drop-ins the option is known', () => {
    const group = play(`    - community.general.ini_file:
        path: /etc/systemd/system/kubelet.service.d/20-args.conf
        section: Service
        option: Environment
        value: '"KUBELET_EXTRA_ARGS=--max-pods=7"'
`);
    expect(flagsOf(group)).toEqual({ '--max-pods': '7' });
  });

  test('a block is known as a whole', () => {
    const group = play(`    - blockinfile:
        path: /var/lib/kubelet/config.yaml
        block: |
          authentication:
            anonymous:
              enabled: false
          readOnlyPort: {{ 5 + 5 }}
`);
    expect(effective(group, 'authentication.anonymous.enabled')).toBe(false);
    expect(effective(group, 'readOnlyPort')).toBe(10);
    expect(places(group, 'readOnlyPort')).toEqual(['template site.yml:9']);
  });

  test('written only under a condition, it is one or the other', () => {
    const group = play(`    - copy: { src: kubelet.yaml, dest: /etc/kubernetes/kubelet.yaml }
      when: ansible_distribution == 'Debian'
${EDIT('lineinfile', "regexp: '^readOnlyPort:', line: 'readOnlyPort: 0'")}`);
    expect(effective(group, 'readOnlyPort')).toBe(0);
    expect(effective(group, 'maxPods')).toContain('? ');
  });

  test('an edit of the file kubeadm writes is made to what it is given, with what it fills in', () => {
    const kubeadm = `${CONFIG}---\napiVersion: kubeadm.k8s.io/v1beta3\nkind: InitConfiguration\n`;
    const group = play(
      `    - copy: { src: kubeadm.yaml, dest: /etc/kubernetes/kubeadm.yaml }
    - replace: { path: /var/lib/kubelet/config.yaml, regexp: 'staticPodPath:.*', replace: 'staticPodPath:' }
    - lineinfile: { path: /var/lib/kubelet/config.yaml, regexp: '^maxPods', line: 'maxPods: 7' }
`,
      { 'files/kubeadm.yaml': kubeadm },
    );
    expect(effective(group, 'maxPods')).toBe(7);
    expect(effective(group, 'readOnlyPort')).toBe(10255);
    expect(effective(group, 'staticPodPath')).toBe('');
    expect(effective(group, 'healthzBindAddress')).toBe('127.0.0.1');
  });
});

describe('assemble', () => {
  const FRAGMENTS = {
    'files/kubelet.d/10-head': 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration',
    'files/kubelet.d/20-port': 'readOnlyPort: 1\n',
    'files/kubelet.d/.hidden': 'maxPods: 3\n',
    'files/kubelet.d/README.txt': 'nothing\n',
  };
  const TASK = (args: string) => `    - assemble: { src: kubelet.d, dest: /etc/kubernetes/kubelet.yaml, ${args} }\n`;

  test('puts the files of a directory together', () => {
    const group = play(TASK("remote_src: false, regexp: '^\\d', delimiter: '# --\\n'"), FRAGMENTS);
    expect(textOf(group)).toEqual([
      'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n# --\n\nreadOnlyPort: 1\n',
    ]);
    expect(places(group, 'readOnlyPort')).toEqual(['template files/kubelet.d/20-port:1']);
  });

  test.each([
    ['from the node', 'ignore_hidden: true', 'not-evaluated'],
    ['from a directory that is not there', 'src: other.d, remote_src: false', 'missing-file'],
    ['chosen by a pattern that is not evaluated', "remote_src: false, regexp: '(?!x)'", 'not-evaluated'],
  ])('%s is said to be unknown', (_, args, code) => {
    const group = play(
      args.startsWith('src') ? `    - assemble: { dest: /etc/kubernetes/kubelet.yaml, ${args} }\n` : TASK(args),
      FRAGMENTS,
    );
    expect(group.problems.map(problem => `${problem.code} ${problem.file}:${problem.line}`)).toEqual([
      `${code} site.yml:3`,
    ]);
  });
});

describe('a task that fails leaves the file alone and is a problem', () => {
  test.each([
    ['lineinfile', "regexp: 'x'"],
    ['lineinfile', "line: 'x', insertafter: a, insertbefore: b"],
    ['lineinfile', "regexp: 'maxPods', line: '\\9', backrefs: true"],
    ['replace', "regexp: 'maxPods', replace: '\\q'"],
    ['blockinfile', 'block: x, state: gone'],
    ['community.general.ini_file', 'section: s, option: o'],
  ])('%s %s', (module, args) => {
    const group = play(`${WRITE}${EDIT(module, args)}`);
    expect(textOf(group)).toEqual([CONFIG]);
    expect(group.problems.map(({ code, file, line }) => `${code} ${file}:${line}`)).toEqual([
      'playbook-invalid site.yml:4',
    ]);
  });
});

test('edits without end over a large file stop at their budget, and what they leave is unknown', () => {
  const many = Array.from(
    { length: 20 },
    () => `    - replace:
        path: /etc/kubernetes/kubelet.yaml
        regexp: '([a-z]+ ?)*{{ item }}$'
        replace: '\\1'
      loop: "{{ range(200) | list }}"
`,
  ).join('');
  const large = `${CONFIG}${'# some words of a comment 12\n'.repeat(30_000)}`;
  const group = play(`${WRITE}${many}`, { 'files/kubelet.yaml': large });
  expect(group.problems.map(({ code, file }) => `${code} ${file}`)).toEqual(['over-limit site.yml']);
  expect(group.kubelet?.open.has('')).toBe(true);
});
