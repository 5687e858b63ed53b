import { expect, test } from '@jest/globals';
import { random as randomSource } from '../../../conformance/random.ts';
import { ansibleVersion, applyForReal } from '../real-ansible.ts';
import { render, textsOf } from '../render.ts';
import { randomCall } from './random-edits.ts';
import { hasModule } from './real-modules.ts';

const MODULES = ['lineinfile', 'replace', 'blockinfile', 'community.general.ini_file'];
/** Tasks of the playbook: each costs real Ansible a third of a second. */
const EDITS = 24;

/** A playbook that copies files, edits each several times, in loops and under conditions, and assembles one. */
function repository(seed: number): Record<string, string> {
  const random = randomSource(seed);
  const files: Record<string, string> = {
    hosts: 'n1 target=/target\n',
    'files/kubelet.d/20-b': 'b=1',
    'files/kubelet.d/10-a': 'a=1\n',
    'files/kubelet.d/.hidden': 'h=1\n',
    'files/kubelet.d/C.txt': 'c=1\n',
    'group_vars/all.yml': 'word: a=7\nitems_to_set: [{ k: a, v: 1 }, { k: b, v: 2 }, { k: a, v: 3 }]\n',
  };
  const tasks: unknown[] = [];
  for (let index = 0; index < EDITS / 2; index++) {
    const path = `{{ target }}/kubelet-${index}.conf`;
    const calls = [0, 1].map(() => ({ name: random.of(MODULES), made: random.below(1e6) }));
    files[`files/kubelet-${index}`] = randomCall('replace', random).text;
    tasks.push({ copy: { src: `kubelet-${index}`, dest: path } });
    for (const { name, made } of calls) {
      const { args } = randomCall(name.replace('community.general.', ''), randomSource(made));
      tasks.push({ [name]: { ...args, path }, ignore_errors: true });
    }
  }
  const path = '{{ target }}/kubelet-0.conf';
  tasks.push(
    { lineinfile: { path, regexp: '^{{ item.k }}=', line: '{{ item.k }}={{ item.v }}' }, loop: '{{ items_to_set }}' },
    { lineinfile: { path, line: '{{ word }}' }, when: "word == 'a=7'" },
    { lineinfile: { path, line: 'never=1' }, when: "word != 'a=7'" },
    { assemble: { src: 'kubelet.d', dest: '{{ target }}/kubelet-all', remote_src: false, delimiter: '# next\\n' } },
    {
      assemble: {
        src: 'kubelet.d',
        dest: '{{ target }}/kubelet-some',
        remote_src: false,
        regexp: '^\\d',
        delimiter: '--',
      },
    },
    { assemble: { src: 'kubelet.d', dest: '{{ target }}/kubelet-shown', remote_src: 'no', ignore_hidden: true } },
  );
  const head = ['- hosts: all', '  gather_facts: false', '  tasks:'];
  return { ...files, 'site.yml': [...head, ...tasks.map(task => `    - ${JSON.stringify(task)}`), ''].join('\n') };
}

if (ansibleVersion() !== null && hasModule('ini_file')) {
  test.each([1, 2])('random edits one after the other leave what ansible-playbook leaves (seed %d)', seed => {
    const files = repository(seed);
    const ours = [...textsOf(render(files, { inventories: ['hosts'], playbooks: ['site.yml'] }))]
      .map(([key, text]) => [key.replace(/^.* \/target\//, ''), text] as const)
      .filter(([, text]) => !text.includes('\uE000'));
    const real = applyForReal(files, 'hosts', 'site.yml');
    expect(ours.length).toBeGreaterThan(EDITS / 4);
    for (const [path, text] of ours) expect([path, text]).toEqual([path, real.get(path)]);
  });
} else {
  test('nothing was compared', () => expect(ansibleVersion()).toBeNull());
}
