import { describe, expect, test } from '@jest/globals';
import type { AnsibleVersion } from '../../../core/ansible/types.ts';
import { onlyGroup, render } from './render.ts';
import { indented, PLAY } from './versions.ts';

const FILES = { 'inventory.ini': '[k]\nn1\n', 'vars/v.yml': 'x: 1\n', 'vars/w.yml': 'x: 2\n', 'files/f.txt': 'f' };
const VERSIONS: readonly AnsibleVersion[] = ['2.14', '2.15', '2.16', '2.19'];

/**
 * What each of `VERSIONS` finds; `fails`: the task fails, `?`: cannot be told. 2.14, 2.17 (as 2.16) and 2.19 are what the
 * originals wrote, 2.15 is from its source.
 */
const LOOKUPS: readonly (readonly [lookup: string, ...found: string[]])[] = [
  ["'first_found', 'nope,site.yml'", 'fails', 'fails', 'site.yml', 'site.yml'],
  ["'first_found', ['nope;site.yml']", 'fails', 'fails', 'site.yml', 'site.yml'],
  ["'first_found', ['nope', ['site.yml']]", 'site.yml', 'site.yml', 'site.yml', 'site.yml'],
  ["'first_found', 1", 'fails', 'fails', 'fails', 'fails'],
  ["'first_found', {'files': 'nope , site.yml'}", 'site.yml', 'site.yml', 'site.yml', 'site.yml'],
  ["'first_found', {'files': '\"site.yml\"'}", 'site.yml', 'site.yml', 'site.yml', 'site.yml'],
  ["'first_found', {'files': 'v.yml', 'paths': 'nope, vars'}", 'v.yml', 'v.yml', 'v.yml', 'v.yml'],
  ["'first_found', {'files': ['nope', 'w.yml'], 'paths': ['vars']}", 'w.yml', 'w.yml', 'w.yml', 'w.yml'],
  ["'first_found', {'files': 'nope'}, 'site.yml'", 'site.yml', 'site.yml', 'site.yml', 'site.yml'],
  ["'first_found', 'site.yml', {'files': 'nope'}", 'fails', 'fails', 'site.yml', 'site.yml'],
  ["'first_found', {'files': 'nope', 'paths': 'vars'}, 'v.yml'", 'fails', 'fails', 'v.yml', 'v.yml'],
  ["'first_found', {'files': 'v.yml', 'paths': '/nope:vars'}", '?', '?', '?', '?'],
  ["'first_found', {'files': 'f.txt'}", 'f.txt', 'f.txt', 'f.txt', 'fails'],
  ["'first_found', 'v.yml', paths=['vars']", 'fails', 'fails', '?', 'v.yml'],
  ["'first_found', ['nope'], files='site.yml'", 'site.yml', 'site.yml', '?', 'fails'],
  ["'first_found', files=['v.yml'], paths=['vars']", 'fails', 'v.yml', 'v.yml', 'v.yml'],
  ["'first_found', {'files': 'nope', 'skip': true}", '[]', '[]', '[]', '[]'],
  ["'first_found', {'files': 'nope', 'skip': 'T'}", '[]', '[]', '[]', '[]'],
  ["'first_found', {'files': 'nope', 'skip': true}, 'nope'", 'fails', 'fails', '[]', '[]'],
  ["'first_found', {'files': 'nope', 'skip': ansible_facts.x}", '?', '?', '?', '?'],
  ["'first_found', skip=true", 'fails', '?', 'fails', '[]'],
  ["'first_found', ['nope'], errors='ignore'", '', '', '', ''],
  ["'first_found', ['nope'], errors='strict'", 'fails', 'fails', 'fails', 'fails'],
  ["'first_found', ['nope'], wantlist=true, errors='warn'", '[]', '[]', '[]', '[]'],
  ["'vars', 'nope', errors='ignore'", 'fails', 'fails', 'fails', 'fails'],
  ["'subelements', 'x', 'y', errors='ignore'", '?', '?', '?', '?'],
  ["'vars', nope, errors='ignore'", 'fails', 'fails', 'fails', 'fails'],
  ["'list', [nope], errors='warn'", 'fails', 'fails', 'fails', 'fails'],
  ["'vars', nope, errors='strict'", 'fails', 'fails', 'fails', 'fails'],
  ["'subelements', [{'a': 1}], 'b', {'skip_missing': ' Y '}", '[]', '[]', '[]', '[]'],
  ["'subelements', [{'a': 1}], 'b', {'skip_missing': 2}", 'fails', 'fails', 'fails', 'fails'],
  ["'vars', 'inventory_hostname', default=inventory_hostname | escape", 'n1', 'n1', 'n1', '?'],
];

describe.each(VERSIONS)('lookups with ansible-core %s', version => {
  test.each(LOOKUPS)('lookup(%s)', (lookup, ...found) => {
    const content = `{% set found = lookup(${lookup}) %}{{ found | basename if found is string else found }}`;
    const task = '- template: { src: x.j2, dest: /etc/kubelet/x.conf }\n';
    const files = { ...FILES, 'templates/x.j2': content, 'site.yml': `${PLAY}  tasks:\n${indented(task)}` };
    const [file] = onlyGroup(render(files, { ansible: version })).files;
    const text = file?.text?.text.replace(/\uE000.*\uE001/, '?');
    expect(file?.fails ? 'fails' : text).toBe(found[VERSIONS.indexOf(version)]);
  });
});

test('with_first_found that finds nothing fails, and says so', () => {
  const of = (skip: string) => {
    const task = `- template: { src: "{{ item }}", dest: /etc/kubelet/x.conf }\n  with_first_found: [{ files: [nope.j2]${skip} }]\n`;
    return onlyGroup(render({ ...FILES, 'site.yml': `${PLAY}  tasks:\n${indented(task)}` })).problems;
  };
  expect(of(', skip: true')).toEqual([]);
  expect(of('')).toEqual([
    expect.objectContaining({ file: 'site.yml', line: 4, message: expect.stringContaining('finds none of the files') }),
  ]);
});
