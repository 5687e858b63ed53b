import { expect, test } from '@jest/globals';
import { onlyGroup, render } from './render.ts';
import { indented, PLAY } from './versions.ts';

/**
 * Until ansible-core 2.18 text that looks like a list is read back as one, unless a filter such as `string` or `to_json`
 * made it; what works on such text gives plain text again. Each answer is the original's (2.14 and 2.17).
 */
test.each([
  ['text', true],
  ["text | regex_replace('zz', 'y')", false],
  ["text | replace('zz', 'y')", false],
  ['text | trim', false],
  ['text | center(1)', false],
  ['text | safe', false],
  ['text | string | truncate(100)', true],
  ["text | default('z')", true],
  ['[text] | join', false],
  ['[text] | first', true],
  ["''.join([text])", false],
  ["text.replace('zz', '')", false],
  ['text.zfill(1)', false],
  ['text.ljust(1)', false],
  ['text[:]', false],
  ['text % ()', true],
  ["text ~ ''", false],
  ["lookup('vars', 'text')", true],
  ["[text] | map('replace', 'zz', '') | first", false],
])('a variable of {{ %s }}: text %s', (expression, isText) => {
  const files = {
    hosts: 'n1\n',
    'group_vars/all.yml': `text: "{{ [{'x': 1}] | string }}"\nmade: ${JSON.stringify(`{{ ${expression} }}`)}\n`,
    'x.j2': '{{ made is string }}',
    'site.yml': `${PLAY}  tasks:\n${indented('- template: { src: x.j2, dest: /etc/kubelet/x.conf }\n')}`,
  };
  const [file] = onlyGroup(render(files, { inventories: ['hosts'], ansible: '2.16' })).files;
  expect(file?.text?.text).toBe(isText ? 'True' : 'False');
});

test.each([
  "{{ 'a/b' | realpath }}",
  "{{ 'a' | relpath('b') }}",
  "{{ [1] | to_yaml(encoding='x') }}",
  "{{ '1.0' is version('1.0', 'eq', version_type='pep440') }}",
])('%s is not known, and no failure', template => {
  const files = {
    hosts: 'n1\n',
    'x.j2': template,
    'site.yml': `${PLAY}  tasks:\n${indented('- template: { src: x.j2, dest: /etc/kubelet/x.conf }\n')}`,
  };
  const [file] = onlyGroup(render(files, { inventories: ['hosts'] })).files;
  expect(file?.fails).toBeNull();
  expect(file?.text?.text).toMatch(/^\uE000/);
});
