import { FACT, type Situation } from '../situation.ts';
import type { Rows } from './row.ts';

const POD = 'roles/kubelet/templates/pod.yaml.j2';

/** A static pod of kube-apiserver with these lines below `spec`. */
const staticPod = (spec: string, name = 'kube-apiserver'): Situation => ({
  roles: ['control-plane'],
  tasks: `- ansible.builtin.template: {src: pod.yaml.j2, dest: /etc/kubernetes/manifests/${name}.yaml}`,
  files: { [POD]: `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec:\n${spec}\n` },
});

/** kube-apiserver as a static pod with these arguments. */
const server = (...args: readonly string[]): Situation =>
  staticPod(
    `  containers:\n  - name: kube-apiserver\n    command:\n    - kube-apiserver\n${args.map(arg => `    - ${arg}\n`).join('')}`,
  );

/** A control plane that kubeadm makes, with more lines in its ClusterConfiguration. */
const kubeadm = (body: string): Situation => ({
  roles: ['control-plane'],
  tasks: '- ansible.builtin.template: {src: kubeadm.yaml.j2, dest: /etc/kubernetes/kubeadm.yaml}',
  files: {
    'roles/kubelet/templates/kubeadm.yaml.j2': `apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n${body}\n`,
  },
});

const extraArgs = (...pairs: readonly (readonly [string, string])[]): Situation =>
  kubeadm(
    `apiServer:\n  extraArgs:\n${pairs.map(([name, value]) => `  - {name: ${name}, value: "${value}"}`).join('\n')}`,
  );

const volumes = (...paths: readonly string[]): Situation =>
  staticPod(`  volumes:\n${paths.map(path => `  - {name: v, hostPath: {path: ${path}}}`).join('\n')}`);

const MAYBE = '\n  when: ansible_facts.x';

/** A task that gives Kubernetes an object; more lines follow the task. */
const applied = (definition: string, more = ''): Situation => ({
  tasks: `- name: apply\n  kubernetes.core.k8s:\n    definition: ${definition}${more}`,
});

/** `kubectl apply` of a file of the repository. */
const kubectl = (text: string): Situation => ({
  tasks: '- ansible.builtin.command: kubectl apply -f {{ role_path }}/files/object.yaml',
  files: { 'roles/kubelet/files/object.yaml': text },
});

/** `kubectl apply` of a file that an earlier task puts on the node. */
const placedThenApplied = (text: string): Situation => ({
  tasks: [
    '- ansible.builtin.template: {src: object.yaml.j2, dest: /tmp/object.yaml}',
    '- ansible.builtin.shell: kubectl --kubeconfig {{ ansible_facts.x }} apply --filename=/tmp/object.yaml',
  ].join('\n'),
  files: { 'roles/kubelet/templates/object.yaml.j2': text },
});

const command = (line: string): Situation => ({ tasks: `- ansible.builtin.command: ${line}` });

const object = (kind: string, more = ''): string => `kind: ${kind}\nmetadata:\n  name: one\n${more}`;

/** A control on kinds that may not be applied: one of them, and one that may be. */
const scope = (kind: string, fine = 'ConfigMap'): Rows[string] => ({
  pass: [
    kubectl(object(fine)),
    applied(`{kind: ${fine}, metadata: {name: "${FACT}"}}`),
    placedThenApplied(`{% if ansible_facts.x %}\n${object(fine)}{% endif %}\n`),
  ],
  violated: [
    kubectl(`${object(fine)}---\n${object(kind)}`),
    placedThenApplied(`${object(kind)}  labels:\n    x: {{ ansible_facts.x }}\n`),
    applied(`{kind: ${kind}, metadata: {name: one}}`),
    applied(`{kind: ${kind}, metadata: {name: "${FACT}"}}`),
    applied(`\n      - {kind: ${fine}}\n      - {kind: ${kind}}`),
    applied(`{apiVersion: v1, kind: List, items: [{kind: ${kind}}]}`),
    { ...kubectl(object(kind)), tasks: '- kubernetes.core.k8s: {src: object.yaml, state: present}' },
    {
      ...kubectl(object(kind)),
      tasks: `- kubernetes.core.k8s:\n    definition: "{{ lookup('template', 'object.yaml') | from_yaml }}"`,
    },
    {
      tasks: `- ansible.builtin.shell: |\n    kubectl apply -f - <<'EOF'\n${object(kind).replace(/^/gm, '    ')}\n    EOF`,
    },
    { tasks: `- kubernetes.core.k8s: {kind: ${kind}, name: one, api_version: v1}` },
  ],
  undecided: [
    applied(`{kind: "${FACT}"}`),
    applied(`{kind: ${kind}}`, MAYBE),
    command('kubectl apply -f https://example.com/all.yaml'),
    command('kubectl apply -k overlays/prod'),
    placedThenApplied(`{% if ansible_facts.x %}\n${object(kind)}{% endif %}\n`),
    kubectl('kind: ['),
  ],
  absent: { file: 'not-applicable', flags: 'not-applicable' },
});

const role = (rule: string): string => `kind: ClusterRole\nmetadata: {name: reader}\nrules: [${rule}]\n---\n`;
const binding = (subject: string, name = 'reader'): string =>
  `kind: ClusterRoleBinding\nmetadata: {name: b}\nroleRef: {kind: ClusterRole, name: ${name}}\nsubjects: [${subject}]\n`;
const ANONYMOUS = '{kind: User, name: "system:anonymous"}';
const PROXY = '{apiGroups: [""], resources: [nodes/proxy], verbs: [get]}';

const daemons = (name: string, toleration: string): string =>
  `kind: DaemonSet\nmetadata: {name: ${name}}\nspec: {template: {spec: {tolerations: [${toleration}]}}}\n`;
const CONTROL_PLANE = '{key: node-role.kubernetes.io/control-plane, operator: Exists, effect: NoSchedule}';

const NOTHING = { file: 'not-applicable', flags: 'not-applicable' } as const;

export const MANIFESTS: Rows = {
  'KG-ANON-03': {
    pass: [
      kubectl(role('{apiGroups: [""], resources: [pods], verbs: [get]}') + binding(ANONYMOUS)),
      kubectl(role(PROXY) + binding('{kind: Group, name: "system:masters"}')),
      kubectl(binding(ANONYMOUS, 'system:public-info-viewer')),
      kubectl(role('{apiGroups: [""], resources: [nodes], verbs: [get]}') + binding(ANONYMOUS)),
      kubectl(role(PROXY) + binding('{kind: ServiceAccount, name: "system:anonymous", namespace: a}')),
    ],
    violated: [
      kubectl(role(PROXY) + binding(ANONYMOUS)),
      kubectl(role('{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}') + binding(ANONYMOUS)),
      kubectl(role('{apiGroups: [""], resources: ["*/log"], verbs: [get]}') + binding(ANONYMOUS)),
      kubectl(binding('{kind: Group, name: "system:unauthenticated"}', 'cluster-admin')),
      command('kubectl create clusterrolebinding open --clusterrole=cluster-admin --user=system:anonymous'),
    ],
    undecided: [
      kubectl(binding(ANONYMOUS, 'from-elsewhere')),
      placedThenApplied(role(PROXY) + binding('{kind: User, name: "{{ ansible_facts.x }}"}')),
      command('kubectl apply -f https://example.com/all.yaml'),
    ],
    absent: NOTHING,
  },
  'KG-AUTHZ-06': {
    pass: [
      server('--authorization-mode=Node,RBAC'),
      server('--authorization-mode', 'RBAC,Node'),
      kubeadm('apiServer: {}'),
      kubeadm('kubernetesVersion: v1.34.0'),
      extraArgs(['authorization-mode', 'Node,RBAC']),
    ],
    violated: [
      server('--authorization-mode=RBAC'),
      server('--authorization-mode=Node,RBAC,AlwaysAllow'),
      server('--secure-port=6443'),
      extraArgs(['authorization-mode', 'RBAC']),
      kubeadm('apiServer: {extraArgs: {authorization-mode: AlwaysAllow}}'),
    ],
    undecided: [
      server(`--authorization-mode=${FACT}`),
      server(FACT),
      server('--authorization-config=/etc/kubernetes/authz.yaml'),
      extraArgs(['authorization-mode', FACT]),
      kubeadm(`apiServer:\n  extraArgs: ${FACT}`),
    ],
    absent: NOTHING,
  },
  'KG-AUTHZ-07': {
    pass: [
      server('--enable-admission-plugins=NodeRestriction,PodSecurity'),
      kubeadm('apiServer: {}'),
      extraArgs(['enable-admission-plugins', 'EventRateLimit,NodeRestriction']),
    ],
    violated: [
      server('--enable-admission-plugins=PodSecurity'),
      server('--authorization-mode=Node,RBAC'),
      extraArgs(['enable-admission-plugins', 'EventRateLimit']),
    ],
    undecided: [server(`--enable-admission-plugins=${FACT}`), extraArgs(['enable-admission-plugins', FACT])],
    absent: NOTHING,
  },
  'KG-CERT-15': {
    pass: [
      server('--kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt'),
      extraArgs(['kubelet-certificate-authority', '/etc/kubernetes/pki/ca.crt']),
    ],
    violated: [
      server('--authorization-mode=Node'),
      server('--kubelet-certificate-authority='),
      kubeadm('apiServer: {}'),
    ],
    undecided: [server(`--kubelet-certificate-authority=${FACT}`), server(FACT)],
    absent: NOTHING,
  },
  'KG-CERT-16': {
    pass: [
      server('--kubelet-client-certificate=/a.crt', '--kubelet-client-key=/a.key'),
      kubeadm('certificatesDir: /etc/ssl/kubernetes'),
    ],
    violated: [
      server('--kubelet-client-certificate=/a.crt'),
      server('--secure-port=6443'),
      extraArgs(['kubelet-client-key', '']),
    ],
    undecided: [server(`--kubelet-client-certificate=${FACT}`, '--kubelet-client-key=/a.key')],
    absent: NOTHING,
  },
  'KG-CPI-03': {
    pass: [
      kubectl(daemons('agent', '{key: nvidia.com/gpu, operator: Exists}')),
      kubectl(daemons('kube-proxy', '{operator: Exists}')),
      kubectl(daemons('agent', '{operator: Exists, effect: NoExecute}')),
      kubectl('kind: Deployment\nmetadata: {name: app}\nspec: {template: {spec: {containers: []}}}\n'),
      kubectl(daemons('agent', '{key: node-role.kubernetes.io/control-plane, value: "no"}')),
    ],
    violated: [
      kubectl(daemons('agent', CONTROL_PLANE)),
      kubectl(daemons('agent', '{operator: Exists}')),
      kubectl(daemons('agent', '{key: node-role.kubernetes.io/master}')),
      applied(`{kind: Pod, metadata: {name: p}, spec: {tolerations: [${CONTROL_PLANE}]}}`),
      applied(
        `{kind: CronJob, metadata: {name: c}, spec: {jobTemplate: {spec: {template: {spec: {tolerations: [${CONTROL_PLANE}]}}}}}}`,
      ),
    ],
    undecided: [
      placedThenApplied(daemons('agent', '{key: "{{ ansible_facts.x }}", operator: Exists}')),
      placedThenApplied(
        `kind: Deployment\nmetadata: {name: app}\nspec:\n  template:\n    spec:\n      a: b\n{% if ansible_facts.x %}\n      tolerations: [{operator: Exists}]\n{% endif %}\n`,
      ),
    ],
    absent: NOTHING,
  },
  'KG-HP-01': {
    pass: [
      volumes('/etc/kubernetes/pki', '/etc/kubernetes/pki/etcd', '/etc/kubernetes/scheduler.conf'),
      volumes('/etc/kubernetes/audit-policy.yaml', '/etc/kubernetes/enc/enc.yaml', '/var/log/kubernetes/audit'),
      kubeadm(
        'apiServer:\n  extraVolumes: [{name: a, hostPath: /etc/kubernetes/audit, mountPath: /etc/kubernetes/audit}]',
      ),
      staticPod('  volumes: [{name: e, emptyDir: {}}]'),
      kubeadm('apiServer: {}'),
    ],
    violated: [
      volumes('/etc/kubernetes/pki', '/var/run'),
      volumes('/'),
      volumes('/etc/kubernetes/pki/../..'),
      volumes('/etc/kubernetes/manifests/a.conf'),
      volumes('/etc/kubernetes/manifests/a.yaml'),
      volumes('/etc/kubernetes'),
      volumes('/var/log'),
      kubeadm('apiServer:\n  extraVolumes: [{name: a, hostPath: /var/log/audit, mountPath: /var/log/audit}]'),
    ],
    undecided: [
      volumes(`"${FACT}"`),
      staticPod(`  volumes: ${FACT}`),
      { ...volumes('/var/run'), tasks: `${volumes('/').tasks}${MAYBE}` },
    ],
    absent: NOTHING,
  },
  'KG-SCOPE-01': scope('NetworkPolicy'),
  'KG-SCOPE-02': scope('ValidatingWebhookConfiguration'),
  'KG-SCOPE-03': scope('ClusterRoleBinding'),
  'KG-SCOPE-04': scope('Deployment'),
};
