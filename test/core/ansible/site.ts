/** A small repository of three node groups: OS hardening before the kubelet role, values set at every usual place. */
export const SITE: Readonly<Record<string, string>> = {
  'inventory/hosts.ini': `[control_plane]
cp[1:3]
[workers]
node[01:40]
[gpu_workers]
gpu[1:4]
[cluster:children]
control_plane
workers
gpu_workers
`,
  'inventory/group_vars/all.yml': `kubelet_read_only_port: 0
cluster_domain: cluster.local
`,
  'inventory/group_vars/gpu_workers.yml': `kubelet_max_pods: 250
`,
  'inventory/host_vars/node07.yml': `# debugging
kubelet_read_only_port: 10255
`,
  'site.yml': `- name: nodes
  hosts: cluster
  gather_facts: true
  vars:
    kubelet_event_record_qps: 5
  roles:
    - os_hardening
    - role: kubelet
`,
  'roles/os_hardening/tasks/main.yml': `- name: protect kernel defaults
  copy:
    content: "vm.overcommit_memory=1\\n"
    dest: /etc/sysctl.d/90-kubelet.conf
    mode: '0644'
`,
  'roles/kubelet/defaults/main.yml': `kubelet_config_dir: /etc/kubernetes
kubelet_max_pods: 110
kubelet_authorization_webhook: true
kubelet_swap: false
`,
  'roles/kubelet/handlers/main.yml': `- name: restart kubelet
  service: { name: kubelet, state: restarted }
`,
  'roles/kubelet/tasks/main.yml': `- name: write the kubelet's configuration
  template:
    src: kubelet-config.yaml.j2
    dest: "{{ kubelet_config_dir }}/kubelet-config.yaml"
    owner: root
    mode: 0640
  notify: restart kubelet
- name: swap settings
  template:
    src: kubelet-swap.conf.j2
    dest: /etc/kubernetes/kubelet-swap.conf
  when: kubelet_swap
`,
  'roles/kubelet/templates/kubelet-swap.conf.j2': 'swap\n',
  'roles/kubelet/templates/kubelet-config.yaml.j2': `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: {{ ansible_default_ipv4.address }}
authorization:
{% if kubelet_authorization_webhook %}
  mode: Webhook
{% else %}
  mode: AlwaysAllow
{% endif %}
clusterDomain: {{ cluster_domain }}
eventRecordQPS: {{ kubelet_event_record_qps }}
maxPods: {{ kubelet_max_pods }}
readOnlyPort: {{ kubelet_read_only_port }}
`,
};

/** The site with some files changed; null removes one. */
export function siteWith(changes: Readonly<Record<string, string | null>>): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [path, text] of Object.entries({ ...SITE, ...changes })) if (text !== null) files[path] = text;
  return files;
}

/** A file of the site with one text replaced; fails when it is not there. */
export function edited(path: string, from: string, to: string): Record<string, string> {
  const text = SITE[path];
  if (!text?.includes(from)) throw new Error(`${path} has no ${from}`);
  return { [path]: text.replace(from, to) };
}
