import { describe, expect, test } from '@jest/globals';
import { play, puts } from './play.ts';
import { effective, places } from './render.ts';

const DIRECTORY = '/etc/kubernetes/kubelet.conf.d';
const UNIT = `[Service]\nExecStart=/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml --config-dir=${DIRECTORY}\n`;
const document = (text: string) => `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n${text}`;
const BASE =
  puts('/etc/systemd/system/kubelet.service', UNIT) +
  puts('/var/lib/kubelet/config.yaml', document('maxPods: 1\nreadOnlyPort: 10255\n'));

const FILES = {
  'files/kubelet.d/10-a.conf': document('maxPods: 2\npodPidsLimit: 5\n'),
  'files/kubelet.d/20-b.conf': document('maxPods: 3\n'),
  'files/kubelet.d/nested/30-c.conf': document('maxPods: 4\n'),
  'files/kubelet.d/README.md': 'maxPods: 9\n',
  'templates/drop.conf.j2': document('maxPods: {{ item.pods }}\n'),
};

describe('drop-ins of --config-dir', () => {
  test.each([
    [
      'one task each',
      puts(`${DIRECTORY}/20-b.conf`, document('maxPods: 3\n')) +
        puts(`${DIRECTORY}/10-a.conf`, document('maxPods: 2\n')),
      3,
    ],
    ['copy of the content of a directory', `- copy: { src: kubelet.d/, dest: ${DIRECTORY}/ }\n`, 4],
    ['copy of a directory', '- copy: { src: kubelet.d, dest: /etc/kubernetes/kubelet.conf.d }\n', 4],
    [
      'with_fileglob',
      `- copy: { src: "{{ item }}", dest: ${DIRECTORY}/ }\n  with_fileglob: [ "kubelet.d/*.conf" ]\n`,
      3,
    ],
    [
      'a template in a loop',
      `- template: { src: drop.conf.j2, dest: "${DIRECTORY}/{{ item.name }}.conf" }\n  loop: [{ name: 20-z, pods: 8 }, { name: 10-y, pods: 7 }]\n`,
      8,
    ],
    ['a file that is no .conf is not read', puts(`${DIRECTORY}/20-b.yaml`, document('maxPods: 3\n')), 1],
    ['a file of another directory is not read', puts('/etc/kubelet.conf.d/20-b.conf', document('maxPods: 3\n')), 1],
  ])('%s', (_, tasks, pods) => {
    const group = play(BASE + tasks, FILES);
    expect([effective(group, 'maxPods'), effective(group, 'readOnlyPort')]).toEqual([pods, 10255]);
  });

  test('know the line of the file that wins', () => {
    const group = play(`${BASE}- copy: { src: kubelet.d/, dest: ${DIRECTORY}/ }\n`, FILES);
    expect(places(group, 'maxPods')).toEqual(['template files/kubelet.d/nested/30-c.conf:3']);
    expect(places(group, 'podPidsLimit')).toEqual(['template files/kubelet.d/10-a.conf:4']);
  });

  test('under an unknown condition leave only what they set unknown', () => {
    const group = play(
      `${BASE}${puts(`${DIRECTORY}/10.conf`, document('maxPods: 3\n'))}  when: ansible_memtotal_mb > 9\n`,
    );
    expect(effective(group, 'maxPods')).toMatch(/^\? .*fact ansible_memtotal_mb/);
    expect(effective(group, 'readOnlyPort')).toBe(10255);
  });

  test('without --config-dir are not read', () => {
    const unit = puts(
      '/etc/systemd/system/kubelet.service',
      '[Service]\nExecStart=/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml\n',
    );
    const group = play(`${BASE}${unit}${puts(`${DIRECTORY}/10.conf`, document('maxPods: 3\n'))}`);
    expect(effective(group, 'maxPods')).toBe(1);
  });
});
