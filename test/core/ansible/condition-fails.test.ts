import { expect, test } from '@jest/globals';
import { onlyGroup, render } from './render.ts';

const PLAY = '- hosts: all\n  gather_facts: false\n';

test('no condition is asked behind one that Ansible fails on', () => {
  const files = {
    hosts: 'n1 text=abc\n',
    'site.yml': `${PLAY}  tasks:\n    - copy: { dest: /etc/kubelet/x.conf, content: x }\n      when: [1 < text, false]\n    - copy: { dest: /etc/kubelet/y.conf, content: y }\n      when: [false, 1 < text]\n`,
  };
  const { steps } = onlyGroup(render(files, { inventories: ['hosts'], ansible: '2.14' }));
  const runs = steps.map(step => (typeof step.runs === 'boolean' ? step.runs : step.runs.why));
  expect(runs).toEqual([[expect.stringContaining('condition 1 < text cannot be evaluated')], false]);
});

test('a function of Jinja stays one in a template that needs something undefined', () => {
  const files = {
    hosts: 'n1\n',
    'x.j2': '{% for n in range(2) %}{{ n }}{% endfor %} {{ missing }}',
    'site.yml': `${PLAY}  tasks:\n    - template: { src: x.j2, dest: /etc/kubelet/x.conf }\n`,
  };
  const [file] = onlyGroup(render(files, { inventories: ['hosts'] })).files;
  expect(file?.alternatives.map(({ text }) => text.text)).toEqual([
    expect.stringMatching(/^01 \uE000[0-9a-f]+\uE001$/),
  ]);
  expect(file?.fails?.message).toBe("'missing' is undefined");
});

test('bytes that are no text are unknown, and do not fail', () => {
  const files = {
    hosts: 'n1\n',
    'site.yml': `${PLAY}  tasks:\n    - copy: { dest: /etc/kubelet/x.conf, content: "x {{ 'cluster.local' | b64decode }}" }\n`,
  };
  const [file] = onlyGroup(render(files, { inventories: ['hosts'] })).files;
  expect(file?.text?.text).toMatch(/^x \uE000[0-9a-f]+\uE001$/);
  expect(file?.fails).toBeNull();
});

test.each(['2.14', '2.16', '2.19'] as const)(
  'what a lookup gives is not taken for the plain text it is made of, on %s',
  ansible => {
    const files = {
      hosts: 'n1\nn2\n',
      'group_vars/all.yml': 'zone: "{{ inventory_hostname }}"\n',
      'late.yml': `zone: "{{ lookup('vars', 'inventory_hostname') }}"\n`,
      'x.j2': '{{ zone.upper() }}',
      'site.yml': `${PLAY}  tasks:\n    - template: { src: x.j2, dest: /etc/kubelet/x.conf }\n${PLAY}  vars_files: [late.yml]\n  tasks:\n    - template: { src: x.j2, dest: /etc/kubelet/y.conf }\n`,
    };
    const { groups } = render(files, { inventories: ['hosts'], ansible }).inventories[0] ?? { groups: [] };
    const texts = groups.map(({ hosts, files: made }) => [...hosts, ...made.map(({ text }) => text?.text)]);
    expect(texts).toEqual([
      ['n1', 'N1', 'N1'],
      ['n2', 'N2', 'N2'],
    ]);
  },
);
