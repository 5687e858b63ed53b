import { FACT, type Situation, task } from '../situation.ts';
import { modeRow } from './file-rows.ts';
import type { Row, Rows } from './row.ts';

const command = (text: string, more = '') => task(`- name: Do it\n  ansible.builtin.command: ${text}${lines(more)}`);
const shell = (text: string, more = '') => task(`- name: Do it\n  ansible.builtin.shell: ${text}${lines(more)}`);
const lines = (more: string) => (more === '' ? '' : `\n  ${more}`);

/** A row of a control that says nothing about absence. */
const row = (rows: Pick<Row, 'pass' | 'violated' | 'undecided'>): Row => ({
  ...rows,
  absent: { file: 'not-applicable', flags: 'not-applicable' },
});

/** The tasks of a situation count in what the situation itself places, too. */
const placing = (rows: Pick<Row, 'pass' | 'violated' | 'undecided'>): Row => ({
  ...rows,
  absent: { file: 'pass', flags: 'pass' },
});

const copy = (dest: string, more: string): Situation =>
  task(`- ansible.builtin.copy: {content: x, dest: "${dest}"${more === '' ? '' : `, ${more}`}}`);
const OWNED = 'mode: "0600", owner: root, group: root';
const kubeconfig = (more: string) =>
  task(`- copy: {content: x, dest: /etc/kubernetes/admin.conf, ${OWNED}}${lines(more)}`);
const rescued = (rescue: string) =>
  task(
    `- block:\n    - ansible.builtin.copy: {content: x, dest: /etc/kubernetes/a.yaml, ${OWNED}}\n  rescue:\n    ${rescue}`,
  );
const DAEMON_SET =
  '{kind: DaemonSet, spec: {template: {spec: {containers: [{securityContext: {privileged: true}}], volumes: [{hostPath: {path: /etc/kubernetes}}]}}}}';

const RESTART = '- name: restart kubelet\n  systemd: {name: kubelet, state: restarted, daemon_reload: true}\n';
const restarted = (keyword: string, handlers: string, later = ''): Situation => ({
  tasks: `- copy: {content: x, dest: /etc/default/kubelet, ${OWNED}}${lines(keyword)}\n${later}`,
  ...(handlers === '' ? {} : { files: { 'roles/kubelet/handlers/main.yml': handlers } }),
});

/** What the controls over tasks say. */
export const ANSIBLE_TASKS: Rows = {
  'KG-CERT-17': row({
    pass: [command('kubectl certificate approve csr-node-1')],
    violated: [
      shell('kubectl certificate approve $(kubectl get csr -o name)'),
      shell('kubectl get csr -o name | xargs kubectl certificate approve'),
    ],
    undecided: [command(`kubectl certificate approve ${FACT}`)],
  }),
  'KG-CPI-02': row({
    pass: [
      command('kubectl taint nodes {{ inventory_hostname }} dedicated=gpu:NoSchedule'),
      command('kubectl taint nodes node-1 node-role.kubernetes.io/control-plane:NoSchedule'),
      task(
        '- kubernetes.core.k8s_taint: {name: node-1, state: present, taints: [{key: node-role.kubernetes.io/control-plane, effect: NoSchedule}]}',
      ),
    ],
    violated: [
      command('kubectl taint nodes --all node-role.kubernetes.io/control-plane-'),
      command('kubectl taint nodes {{ inventory_hostname }} node-role.kubernetes.io/master:NoSchedule-'),
      command(
        'kubectl --kubeconfig /etc/kubernetes/admin.conf taint node cp1 node-role.kubernetes.io/control-plane-',
        'when: ansible_facts.x',
      ),
      task(
        '- kubernetes.core.k8s_taint: {name: node-1, state: absent, taints: [{key: node-role.kubernetes.io/control-plane}]}',
      ),
    ],
    undecided: [command(`kubectl taint nodes node-1 ${FACT}`)],
  }),
  'KG-HP-06': row({
    pass: [
      task('- ansible.posix.mount: {path: /var, src: /dev/sdb, fstype: xfs, opts: "nodev,nosuid", state: mounted}'),
    ],
    violated: [
      task('- ansible.posix.mount: {path: /var, src: /dev/sdb, fstype: xfs, opts: "nodev,noexec", state: mounted}'),
      task('- mount: {name: /var/lib/kubelet, src: /dev/sdb, fstype: xfs, opts: noexec, state: present}'),
    ],
    undecided: [
      task(`- ansible.posix.mount: {path: /var, src: /dev/sdb, fstype: xfs, opts: "${FACT}", state: mounted}`),
    ],
  }),
  'KG-HP-08': modeRow('/dev/nvidia0', ['0660', '0600'], ['0666', '0664'], { roles: ['gpu'] }),
  'KG-SCOPE-05': row({
    pass: [
      command('kubectl create configmap cluster-info -n kube-public'),
      task('- kubernetes.core.k8s: {name: coredns, kind: ConfigMap, api_version: kubernetes.io/v1}'),
    ],
    violated: [
      command('kubectl -n kube-system patch cm kubelet-config --patch-file p.yaml'),
      command('kubeadm upgrade node phase kubelet-config'),
      task(
        '- kubernetes.core.k8s: {definition: {kind: ConfigMap, metadata: {name: kubelet-config, namespace: kube-system}}}',
      ),
      task(`- kubernetes.core.k8s: {definition: ${DAEMON_SET}}`),
    ],
    undecided: [command(`kubectl -n kube-system patch cm ${FACT}`)],
  }),
  'KG-LC-07': row({
    pass: [
      command(
        'kubeadm init',
        'register: r\n- command: kubectl get node {{ item }}\n  changed_when: false\n  loop: "{{ ansible_facts.x }}"',
      ),
      command('systemctl restart kubelet'),
      command('kubeadm init', 'changed_when: "\'done\' in r.stdout"'),
    ],
    violated: [
      command('systemctl restart kubelet', 'changed_when: false'),
      shell('sed -i s/a/b/ /var/lib/kubelet/config.yaml', 'changed_when: "no"'),
      command('ufw allow 10250/tcp', 'changed_when: false'),
    ],
    undecided: [
      command(`kubectl ${FACT} node`, 'changed_when: false'),
      command(`kubeadm ${FACT}`, 'changed_when: false'),
    ],
  }),
  'KG-LC-08': placing({
    pass: [
      command('kubeadm version', 'changed_when: false\n  failed_when: false'),
      copy('/etc/kubernetes/a.yaml', OWNED),
      copy('/etc/motd', `${OWNED}}\n  ignore_errors: true #`),
      command('kubeadm reset -f', 'ignore_errors: "{{ ansible_check_mode }}"'),
      command('kubeadm init', 'failed_when: r.rc not in [0, 1]'),
      rescued('- ansible.builtin.fail: {msg: no}'),
    ],
    violated: [
      command('kubeadm reset -f', 'ignore_errors: true'),
      command('systemctl restart kubelet', 'failed_when: false'),
      copy('/etc/kubernetes/a.yaml', `${OWNED}}\n  ignore_errors: yes #`),
      rescued('- ansible.builtin.debug: {msg: no}'),
    ],
    undecided: [
      command('kubeadm reset -f', 'ignore_errors: "{{ careless }}"'),
      rescued('- ansible.builtin.include_tasks: other.yml'),
      rescued('- ansible.builtin.fail: {msg: no}\n      when: ansible_facts.x'),
    ],
  }),
  'KG-LC-09': placing({
    pass: [
      copy('/etc/kubernetes/a.yaml', OWNED),
      copy('/etc/motd', ''),
      copy('/etc/kubernetes/a.yaml', `mode: "${FACT}", owner: root, group: root`),
      task('- file: {path: /etc/kubernetes/old.yaml, state: absent}'),
    ],
    violated: [
      copy('/etc/kubernetes/a.yaml', ''),
      copy('/etc/kubernetes/a.yaml', 'mode: "0600"'),
      copy('/etc/cni/net.d/', `${OWNED.replace('mode: "0600", ', '')}`),
      task('- file: {path: /etc/kubernetes, state: directory, mode: "0755", owner: root}'),
    ],
    undecided: [
      copy('/etc/kubernetes/a.yaml', `mode: "{{ ansible_facts.x | default(omit) }}", owner: root, group: root`),
      copy(`/etc/kubernetes/${FACT}`, ''),
    ],
  }),
  'KG-LC-15': row({
    pass: [
      task('- lineinfile: {path: /etc/default/kubelet, state: absent, regexp: x}\n- shell: sed -i s/a/b/ /etc/motd'),
    ],
    violated: [
      task('- lineinfile: {path: /var/lib/kubelet/config.yaml, line: "maxPods: 5"}'),
      task(
        '- ansible.builtin.replace: {path: /etc/systemd/system/kubelet.service.d/10-kubeadm.conf, regexp: a, replace: b}',
      ),
      shell('sed -i s/a/b/ /var/lib/kubelet/config.yaml'),
      shell('echo x >> /etc/default/kubelet'),
    ],
    undecided: [
      shell(`sed -i s/a/b/ /var/lib/${FACT}`),
      task(`- lineinfile: {path: "${FACT}/kubelet.service", line: x}`),
    ],
  }),
  'KG-LC-20': row({
    pass: [kubeconfig('no_log: true'), command('kubeadm join 10.0.0.1:6443 --token a.b', 'no_log: yes')],
    violated: [kubeconfig(''), kubeconfig('no_log: false'), command('kubeadm join 10.0.0.1:6443 --token a.b')],
    undecided: [kubeconfig('no_log: "{{ quiet }}"')],
  }),
  'KG-LC-23': placing({
    pass: [
      command('kubeadm version', 'check_mode: false\n  changed_when: false'),
      command('kubeadm init', 'check_mode: true'),
    ],
    violated: [
      command('kubeadm init', 'check_mode: false'),
      copy('/etc/kubernetes/a.yaml', `${OWNED}}\n  check_mode: no #`),
    ],
    undecided: [command('kubeadm init', 'check_mode: "{{ x }}"')],
  }),
  'KG-LC-24': row({
    pass: [shell('ansible --version | grep kubelet')],
    violated: [
      task('- raw: systemctl restart kubelet'),
      shell('ssh node-2 systemctl restart kubelet'),
      shell('ansible all -m service -a "name=kubelet state=restarted"'),
      command('kubectl debug node/node-1 --image=busybox'),
      shell('nsenter -t 1 -m systemctl restart kubelet'),
    ],
    undecided: [shell(`ansible all ${FACT} kubelet`)],
  }),
  'KG-LC-04': {
    pass: [
      restarted('notify: restart kubelet', RESTART),
      restarted('register: r', '', '- service: {name: kubelet, state: restarted}\n  when: r is changed'),
    ],
    violated: [restarted('', ''), restarted('notify: restart kubelet', '- name: restart kubelet\n  debug: {msg: x}\n')],
    undecided: [
      restarted(`notify: "${FACT}"`, RESTART),
      restarted('', '', '- service: {name: kubelet, state: restarted}\n  when: ansible_facts.x'),
      restarted('notify: restart kubelet', '- name: restart kubelet\n  include_tasks: r.yml\n'),
    ],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-LC-05': row({
    pass: [
      restarted('notify: restart kubelet', RESTART),
      restarted('notify: kubelet', `${RESTART}  listen: kubelet\n`),
    ],
    violated: [restarted('notify: restart the kubelet', RESTART)],
    undecided: [restarted(`notify: "restart ${FACT}"`, RESTART)],
  }),
  'KG-LC-06': row({
    pass: [
      command('kubeadm init', 'args: {creates: /etc/kubernetes/admin.conf}'),
      command('kubeadm version', 'changed_when: false'),
      task(
        '- stat: {path: /etc/kubernetes/admin.conf}\n  register: conf\n- command: kubeadm init\n  when: not conf.stat.exists',
      ),
    ],
    violated: [command('kubeadm init'), shell('systemctl restart kubelet', 'when: ansible_facts.x')],
    undecided: [command('kubeadm init', `args: {creates: "${FACT}"}`)],
  }),
  'KG-LC-10': placing({
    pass: [copy('/etc/kubernetes/a.yaml', 'mode: 0644'), copy('/etc/kubernetes/a.yaml', 'mode: "644"')],
    violated: [copy('/etc/kubernetes/a.yaml', 'mode: 644'), copy('/etc/kubernetes/a.yaml', 'mode: 400')],
    undecided: [copy('/etc/kubernetes/a.yaml', `mode: "${FACT}"`)],
  }),
  'KG-LC-11': placing({
    pass: [task('- template: {src: kubelet.service.j2, dest: /etc/systemd/system/kubelet.service}')],
    violated: [
      task('- copy: {src: no-host-access.conflist, dest: /etc/cni/net.d/}'),
      task('- template: {src: none.j2, dest: /etc/kubernetes/x.yaml}'),
    ],
    undecided: [task(`- copy: {src: "${FACT}", dest: /etc/cni/net.d/x.conflist}`)],
  }),
  'KG-LC-18': row({
    pass: [
      task(
        '- get_url: {url: "https://dl.k8s.io/v1.36.0/bin/linux/amd64/kubelet", dest: /usr/bin/kubelet, checksum: "sha256:00"}',
      ),
      task('- apt: {name: [kubelet=1.36.0-1.1, kubeadm=1.36.0-1.1], state: present}'),
    ],
    violated: [
      task('- get_url: {url: "https://dl.k8s.io/v1.36.0/bin/linux/amd64/kubelet", dest: /usr/bin/kubelet}'),
      task('- apt: {name: [kubelet, kubeadm], state: present}'),
      task('- package: {name: kubelet, state: latest}'),
      task('- unarchive: {src: "https://example.org/kubernetes-node.tgz", dest: /opt, remote_src: true}'),
    ],
    undecided: [task(`- get_url: {url: "https://dl.k8s.io/${FACT}", dest: /usr/bin/kubelet}`)],
  }),
  'KG-NET-04': row({
    pass: [
      task('- community.general.ufw: {rule: allow, port: "10250", proto: tcp, from_ip: 10.0.0.0/24}'),
      command('ufw allow from 10.0.0.1 to any port 10250'),
      task('- community.general.ufw: {rule: deny, port: "10255"}'),
    ],
    violated: [
      task('- community.general.ufw: {rule: allow, port: "10250", proto: tcp}'),
      command('ufw allow 10250/tcp'),
      task('- ansible.posix.firewalld: {port: 10255/tcp, state: enabled, permanent: true}'),
      task('- ansible.builtin.iptables: {chain: INPUT, protocol: tcp, destination_port: "10250", jump: ACCEPT}'),
      shell('iptables -A INPUT -p tcp --dport 10250 -j ACCEPT'),
    ],
    undecided: [task(`- community.general.ufw: {rule: "${FACT}", port: "10250"}`)],
  }),
};
