import { expect, test } from '@jest/globals';
import { onlyGroup, render } from './render.ts';

test.each([
  ["{{ {'a': 'x ' ~ open} | to_nice_yaml }}", 'a: ?\n'],
  ["{{ {'a': '\"' ~ open, 'b': 0} | to_nice_yaml }}", 'a: ?\nb: 0\n'],
  ['{{ [[open] | to_json] | to_nice_yaml }}', '- ?\n'],
  ["{{ {'a': 'unix:///' ~ open, 'b': 0} | to_nice_yaml }}", 'a: unix:///?\nb: 0\n'],
  ["{{ {'a': inventory_hostname | escape, 'b': 0} | to_nice_yaml }}", '?'],
  ["{{ {'a': 'x ' ~ open, 'b': 'y'} }}", "{'a': ?, 'b': 'y'}"],
  ["{{ ['a ' ~ inventory_hostname] }}", "['a n1']"],
])('%s: a scalar that its unknown part may quote or fold is unknown whole', (template, text) => {
  const files = {
    hosts: 'n1\n',
    'x.j2': template,
    'site.yml': `- hosts: all\n  gather_facts: false\n  tasks:\n    - command: x\n      register: found\n    - template: { src: x.j2, dest: /etc/kubelet/x.conf }\n      vars: { open: "{{ found.stdout }}" }\n`,
  };
  const [file] = onlyGroup(render(files, { inventories: ['hosts'] })).files;
  expect(file?.text?.text.replace(/\uE000[0-9a-f]+\uE001/g, '?')).toBe(text);
});
