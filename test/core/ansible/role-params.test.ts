import { expect, test } from '@jest/globals';
import { render, textsOf } from './render.ts';

test.each(['2.14', '2.16', '2.19'] as const)(
  'params of the role an include stands in beat its vars, not those of an include below, on %s',
  ansible => {
    const files = {
      hosts: 'n1\n',
      'site.yml': '- hosts: all\n  gather_facts: false\n  roles: [{ role: outer, said: param, low: param }]\n',
      'roles/outer/tasks/main.yml': '- include_role: { name: inner }\n  vars: { said: vars }\n',
      'roles/inner/tasks/main.yml':
        '- copy: { dest: /etc/kubelet/a.conf, content: "{{ said }}" }\n- include_role: { name: last }\n  vars: { low: vars }\n',
      'roles/last/tasks/main.yml': '- copy: { dest: /etc/kubelet/b.conf, content: "{{ said }} {{ low }}" }\n',
    };
    const texts = textsOf(render(files, { inventories: ['hosts'], ansible }));
    expect(texts.get('n1 /etc/kubelet/a.conf')).toBe('param');
    expect(texts.get('n1 /etc/kubelet/b.conf')).toBe('param vars');
  },
);
