import { expect, test } from '@jest/globals';
import { type Files, reviewFiles } from './repositories.ts';

const PROTECTED = 'mode: "0600", owner: root, group: root';
const ROLE: Files = {
  'roles/kubelet/tasks/main.yml': `- template: {src: kubelet.yaml.j2, dest: /var/lib/kubelet/config.yaml, ${PROTECTED}}\n`,
  'roles/kubelet/templates/kubelet.yaml.j2':
    'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nmaxPods: 100\n',
  'roles/apparmor/tasks/main.yml': '- copy: {content: "profile k8s-x {}", dest: /etc/apparmor.d/k8s-x, mode: "0644"}\n',
};
const GROUPS = '[k8s_control]\ncp1\ncp2\n[k8s_worker]\nn1\n[ai_gpu]\ng1\n';
const plays = (kubelet: string, apparmor: string): string =>
  `- hosts: ${kubelet}\n  roles: [kubelet]\n- hosts: ${apparmor}\n  roles: [apparmor]\n`;
const site = (kubelet = 'all', apparmor = 'all', inventory = GROUPS): Files => ({
  ...ROLE,
  'inventory.ini': inventory,
  'site.yml': plays(kubelet, apparmor),
});
const SOME = 'k8s_control:k8s_worker';
const shared = (...hosts: readonly string[]): string => `${GROUPS}[extra_workers]\n${hosts.join('\n')}\n`;

/** What a review says of the control: status, hosts or place. */
function findings(id: string, base: Files, head: Files): readonly string[] {
  return reviewFiles(base, head)
    .findings.filter(({ control }) => control === id)
    .map(({ status, path, hosts }) => `${status} ${hosts.length > 0 ? hosts.join() : path}`);
}

test.each([
  ['a group is taken out of the play', site(), site(SOME), ['introduced group ai_gpu']],
  ['a group is put into the play', site(SOME), site(), ['fixed group ai_gpu']],
  ['lines move', site(SOME), site(SOME, 'all', `# moved\n\n${GROUPS}`), ['existing group ai_gpu']],
  [
    'a group nothing reaches is added',
    site(SOME, 'all', GROUPS.replace('[ai_gpu]\ng1\n', '')),
    site(SOME),
    ['introduced group ai_gpu'],
  ],
  [
    'such a group leaves the inventory: its nodes may be there still',
    site(SOME),
    site(SOME, 'all', GROUPS.replace('[ai_gpu]\ng1\n', '')),
    [],
  ],
])('the kubelet role on every node group: %s', (_, base, head, expected) => {
  expect(findings('KG-LC-03', base, head)).toEqual(expected);
});

test.each([
  [
    'one host more',
    site('all', 'all', shared('cp1')),
    site('all', 'all', shared('cp1', 'cp2')),
    ['existing cp1', 'introduced cp2'],
  ],
  ['lines move', site('all', 'all', shared('cp1')), site('all', 'all', `\n${shared('cp1')}`), ['existing cp1']],
  ['the host leaves one of them', site('all', 'all', shared('cp1')), site(), ['fixed cp1']],
])('hosts of both kinds: %s', (_, base, head, expected) => {
  expect([...findings('KG-CPI-05', base, head)].sort()).toEqual(expected);
});

test.each([
  ['a group is taken out of the play', site(), site('all', 'k8s_worker'), ['introduced g1']],
  ['a group is put into the play', site('all', 'k8s_worker'), site(), ['fixed g1']],
  ['lines move', site('all', 'k8s_worker'), site('all', 'k8s_worker', `\n${GROUPS}`), ['existing g1']],
])('AppArmor profiles on every node group: %s', (_, base, head, expected) => {
  expect(findings('KG-AA-06', base, head)).toEqual(expected);
});

test.each([
  ['KG-LC-03', site(SOME), 'site.yml:1'],
  ['KG-AA-06', site('all', SOME), 'site.yml:3'],
])('%s points to the hosts of the play that no longer names a group', (id, head, place) => {
  const places = reviewFiles(site(), head).findings.flatMap(({ control, at }) => (control === id ? at : []));
  expect(places.map(({ file, line }) => `${file}:${line}`)).toContain(place);
});
