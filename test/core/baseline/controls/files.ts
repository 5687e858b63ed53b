import { FACT, type Situation, task } from '../situation.ts';
import { modeRow, ownerRow, placed } from './file-rows.ts';
import type { Row, Rows } from './row.ts';

/** A control on mode and owner (root:root) of a path: octal digits that are good and bad. */
function protectedRow(path: string, good: readonly string[], bad: readonly string[], situation: Situation = {}): Row {
  const set = (mode: string, owner = 'root', group = 'root') =>
    placed(path, `mode: "${mode}", owner: "${owner}", group: "${group}"`, situation);
  const [fine = ''] = good;
  return {
    pass: good.map(mode => set(mode)),
    violated: [...bad.map(mode => set(mode)), set(fine, 'kube'), set(fine, 'root', 'kube'), set(bad[0] ?? '', FACT)],
    undecided: [
      set(FACT),
      set(fine, FACT),
      placed(path, `mode: "${fine}"`, situation),
      placed(path, 'owner: root, group: root', situation),
    ],
    absent: null,
  };
}

const also = (row: Row, more: Partial<Row>): Row => ({
  pass: [...row.pass, ...(more.pass ?? [])],
  violated: [...row.violated, ...(more.violated ?? [])],
  undecided: [...row.undecided, ...(more.undecided ?? [])],
  absent: row.absent,
});

const CONTROL_PLANE: Situation = { roles: ['control-plane'] };
const manifest = (name: string): Row =>
  also(protectedRow(`/etc/kubernetes/manifests/${name}.yaml`, ['0600', '0400'], ['0644', '0640'], CONTROL_PLANE), {
    violated: [
      placed(`/srv/pods/${name}.yaml`, 'mode: "0644"', { ...CONTROL_PLANE, config: 'staticPodPath: /srv/pods' }),
    ],
  });

const SOME_FILES = { 'roles/kubelet/files/profiles/audit.json': '{"defaultAction": "SCMP_ACT_ERRNO"}' };
const copied = (more: string): Situation => ({
  ...task(
    `- ansible.builtin.copy: {src: profiles/, dest: /var/lib/kubelet/seccomp/profiles/, owner: root, group: root, ${more}}`,
  ),
  files: SOME_FILES,
});

const PROVIDER = {
  config: '',
  args: ['--image-credential-provider-config=/etc/ecr.yaml', '--image-credential-provider-bin-dir=/opt/ecr'],
};

const APPARMOR = '/etc/apparmor.d/k8s-nginx';
/** A profile is copied by a task with these keywords, among other tasks and handlers. */
const profile = (
  keywords: string,
  handlers = '',
  later = '',
  attributes = 'mode: "0644", owner: root, group: root',
): Situation => ({
  ...task(
    `- ansible.builtin.copy: {src: k8s-nginx, dest: ${APPARMOR}, ${attributes}}\n${keywords}${later === '' ? '' : `\n${later}`}`,
  ),
  files: {
    'roles/kubelet/files/k8s-nginx': 'profile k8s-nginx {\n}\n',
    ...(handlers === '' ? {} : { 'roles/kubelet/handlers/main.yml': handlers }),
  },
});
const RELOADS = `- name: reload\n  ansible.builtin.command: apparmor_parser -r -W ${APPARMOR}\n`;

export const FILES: Rows = {
  'KG-AUTHN-08': also(protectedRow('/etc/ecr.yaml', ['0600'], ['0644'], PROVIDER), {
    pass: [placed('/opt/ecr/ecr-provider', 'mode: "0755", owner: root, group: root', PROVIDER)],
    violated: [
      placed('/opt/ecr/ecr-provider', 'mode: "0775", owner: root, group: root', PROVIDER),
      placed('/opt/ecr', 'state: directory, mode: "0777", owner: root, group: root', PROVIDER),
    ],
    undecided: [{ config: '', args: [`--image-credential-provider-config=/etc/${FACT}`] }],
  }),
  'KG-CERT-11': also(ownerRow('/etc/kubernetes/pki/etcd/peer.key'), {
    violated: [
      placed('/etc/kubernetes/pki', 'state: directory, recurse: true, owner: kube, group: root'),
      placed('/etc/kubernetes/pki', 'state: directory, recurse: true, owner: kube, group: root', {
        tasks: '- ansible.builtin.copy: {content: a, dest: /etc/kubernetes/pki/ca.key, owner: root, group: root}',
      }),
      task('- ansible.builtin.unarchive: {src: pki.tgz, dest: /etc/kubernetes/pki, owner: kube, group: kube}'),
    ],
  }),
  'KG-CERT-12': modeRow('/etc/kubernetes/pki/apiserver.crt', ['0644', '0600'], ['0664', '0755']),
  'KG-CERT-13': also(modeRow('/etc/kubernetes/pki/ca.key', ['0600', '0400'], ['0640', '0644']), {
    pass: [placed('/srv/kubelet.key', 'mode: "0600"', { config: 'tlsPrivateKeyFile: /srv/kubelet.key' })],
    violated: [
      placed('/srv/kubelet.key', 'mode: "0640"', { config: 'tlsPrivateKeyFile: /srv/kubelet.key' }),
      placed('/etc/kubernetes/pki', 'state: directory, recurse: true, mode: "0755"'),
    ],
    undecided: [{ config: `tlsPrivateKeyFile: ${FACT}` }],
  }),
  'KG-START-22': protectedRow('/etc/default/kubelet', ['0600', '0400'], ['0644', '0660']),
  'KG-START-31': also(protectedRow('/etc/kubernetes/kubeadm-config.yaml', ['0644', '0600'], ['0664', '0755']), {
    pass: [placed('/usr/bin/kubeadm', 'mode: "0755", owner: root, group: root')],
    violated: [placed('/usr/bin/kubeadm', 'mode: "0775", owner: root, group: root')],
  }),
  'KG-KP-08': protectedRow('/var/lib/kube-proxy/config.conf', ['0600'], ['0644']),
  'KG-CNI-01': also(modeRow('/etc/cni/net.d/10-calico.conflist', ['0600'], ['0644', '0640']), {
    pass: [placed('/etc/cni/net.d/multus.d', 'state: directory, mode: "0700"')],
    violated: [placed('/etc/cni/net.d/multus.d', 'state: directory, mode: "0755"')],
  }),
  'KG-CNI-02': ownerRow('/etc/cni/net.d/10-calico.conflist'),
  'KG-CNI-03': protectedRow('/opt/cni/bin', ['0755', '0750'], ['0775', '0777', '1777']),
  'KG-CNI-07': modeRow('/etc/cni/net.d/calico-kubeconfig', ['0600'], ['0644']),
  'KG-SECC-03': also(protectedRow('/var/lib/kubelet/seccomp/audit.json', ['0644', '0600'], ['0664', '0755']), {
    pass: [
      placed('/var/lib/kubelet/seccomp', 'state: directory, mode: "0755", owner: root, group: root'),
      copied('mode: "0644", directory_mode: "0755"'),
      placed('/srv/kubelet/seccomp/a.json', 'mode: "0644", owner: root, group: root', {
        config: '',
        args: ['--root-dir=/srv/kubelet'],
      }),
    ],
    violated: [
      placed('/var/lib/kubelet/seccomp', 'state: directory, mode: "0775", owner: root, group: root'),
      copied('mode: "0666", directory_mode: "0755"'),
      copied('mode: "0644", directory_mode: "0777"'),
      placed('/srv/kubelet/seccomp/a.json', 'mode: "0666", owner: root, group: root', {
        config: '',
        args: ['--root-dir=/srv/kubelet'],
      }),
    ],
    undecided: [copied('mode: "0644"')],
  }),
  'KG-CPI-07': manifest('kube-apiserver'),
  'KG-CPI-08': manifest('kube-controller-manager'),
  'KG-CPI-09': manifest('kube-scheduler'),
  'KG-CPI-10': manifest('etcd'),
  'KG-CPI-11': also(protectedRow('/etc/kubernetes/admin.conf', ['0600'], ['0640', '0644'], CONTROL_PLANE), {
    violated: [
      placed('/etc/kubernetes/super-admin.conf', 'mode: "0600", owner: root, group: root', { roles: ['gpu'] }),
    ],
    undecided: [
      placed('/etc/kubernetes/admin.conf', 'mode: "0600", owner: root, group: root', {
        files: { 'inventory.ini': '[servers]\nnode-1\nnode-2\n' },
      }),
      task(
        '- ansible.builtin.file: {path: /etc/kubernetes/admin.conf, mode: "0600", owner: root, group: root}\n  when: ansible_facts.x',
      ),
    ],
  }),
  'KG-CPI-12': protectedRow('/etc/kubernetes/scheduler.conf', ['0600'], ['0644'], CONTROL_PLANE),
  'KG-CPI-13': {
    pass: [
      placed('/var/lib/etcd', 'state: directory, mode: "0700", owner: etcd, group: etcd', CONTROL_PLANE),
      placed('/var/lib/etcd', 'state: directory, mode: "0700", owner: root, group: root', CONTROL_PLANE),
    ],
    violated: [
      placed('/var/lib/etcd', 'state: directory, mode: "0750", owner: etcd, group: etcd', CONTROL_PLANE),
      placed('/var/lib/etcd', 'state: directory, mode: "0700", owner: etcd, group: root', CONTROL_PLANE),
    ],
    undecided: [
      placed('/var/lib/etcd', 'state: directory, mode: "0700"', CONTROL_PLANE),
      placed('/var/lib/etcd', `state: directory, mode: "0700", owner: "${FACT}", group: etcd`, CONTROL_PLANE),
    ],
    absent: null,
  },
  'KG-HP-02': modeRow('/run/containerd/containerd.sock', ['0660', '0600'], ['0666', '0777']),
  'KG-HP-03': modeRow('/var/lib/kubelet/pods', ['0750', '0700'], ['0755', '0751']),
  'KG-AA-05': {
    pass: [
      profile('  notify: reload', RELOADS),
      profile('  notify: reload', '- name: reload\n  ansible.builtin.service: {name: apparmor, state: reloaded}\n'),
      profile(
        '  notify: other',
        `- name: hand on\n  listen: other\n  ansible.builtin.command: apparmor_parser -rW ${APPARMOR}\n`,
      ),
      profile('', '', `- ansible.builtin.command: /sbin/apparmor_parser --replace ${APPARMOR}`),
      profile(
        '  register: placed',
        '',
        `- ansible.builtin.command: apparmor_parser -r ${APPARMOR}\n  when: placed is changed`,
      ),
    ],
    violated: [
      profile(''),
      profile('  notify: reload', `- name: reload\n  ansible.builtin.command: apparmor_parser -R ${APPARMOR}\n`),
      profile('  notify: reload', '- name: reload\n  ansible.builtin.service: {name: kubelet, state: restarted}\n'),
      profile('  notify: reload', RELOADS, '', 'mode: "0664", owner: root, group: root'),
      profile('  notify: reload', RELOADS, '', 'mode: "0644", owner: kube, group: root'),
    ],
    undecided: [
      profile('  notify: reload', RELOADS, '', 'owner: root, group: root'),
      profile('  notify: reload', `- name: reload\n  ansible.builtin.command: "${FACT}"\n`),
      profile('', '', `- ansible.builtin.command: apparmor_parser -r ${APPARMOR}\n  when: ansible_facts.x`),
      placed(APPARMOR, 'owner: root, group: root'),
    ],
    absent: null,
  },
};
