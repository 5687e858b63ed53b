/** A repository to measure on: text by path. */
export type BenchSite = Readonly<Record<string, string>>;

export type SiteOptions = Readonly<{
  hosts: number;
  /**
   * Whether what a host gets holds its own name and address. Without it the hosts of a group get the same bytes, as the
   * templates of many clusters make them: they ask only whether the host is in some group.
   */
  addresses: boolean;
}>;

export const GROUPS = 20;
/** Hosts above which addresses stand in the inventory's lines: a file each would be more files than a tree may have. */
const MOST_HOST_FILES = 10_000;

/**
 * Hosts in 20 groups with 20 distinct configurations, one role with one large template and one small one. The values
 * come from everywhere a real repository has them: role defaults, role vars, group_vars of all and of the groups,
 * host_vars, other hosts.
 */
export function benchSite({ hosts, addresses }: SiteOptions): BenchSite {
  const files: Record<string, string> = {
    ...ROLE,
    '.kubelet-gate.yaml': 'governed:\n  inventories: [inventory]\n  playbooks: [site.yml]\n',
    'site.yml': PLAYBOOK,
    'inventory/group_vars/all.yml': ALL,
  };
  const perGroup = Math.ceil(hosts / GROUPS);
  for (let group = 0; group < GROUPS; group++) {
    const name = groupName(group);
    const count = Math.min(perGroup, hosts - group * perGroup);
    const names = Array.from({ length: count }, (_, index) => `${name.replace('_', '-')}-${pad(index + 1, 5)}`);
    const line = (host: string, index: number) =>
      addresses && hosts > MOST_HOST_FILES ? `${host} node_ip=${address(group, index)}` : host;
    files[`inventory/${pad(group, 2)}-${name}`] = `[${name}]\n${names.map(line).join('\n')}\n`;
    files[`inventory/group_vars/${name}.yml`] = groupVars(group);
    if (addresses && hosts <= MOST_HOST_FILES) {
      for (const [index, host] of names.entries())
        files[`inventory/host_vars/${host}.yml`] = `---\nnode_ip: ${address(group, index)}\n`;
    }
  }
  const members = Array.from({ length: GROUPS - 1 }, (_, group) => groupName(group + 1)).join('\n');
  files['inventory/99-clusters'] =
    `[kube_control_plane:children]\n${groupName(0)}\n\n[kube_node:children]\n${members}\n\n` +
    '[k8s_cluster:children]\nkube_control_plane\nkube_node\n';
  if (addresses) {
    files['roles/kubelet/vars/main.yml'] = 'kubelet_bind_address: "{{ node_ip | default(\'0.0.0.0\') }}"\n';
    files['roles/kubelet/templates/kubelet.env.j2'] = ENVIRONMENT + OWN_ADDRESS;
  }
  return files;
}

/** The one-variable change that is measured: a default of the role, which all groups but some inherit. */
export function changedSite(site: BenchSite): BenchSite {
  const path = 'roles/kubelet/defaults/main.yml';
  return { ...site, [path]: (site[path] ?? '').replace('kubelet_pods_per_core: 0', 'kubelet_pods_per_core: 10') };
}

function groupName(group: number): string {
  return group === 0 ? 'masters_00' : `pool_${pad(group, 2)}`;
}

function address(group: number, index: number): string {
  return `10.${group}.${index >> 8}.${index & 255}`;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

function groupVars(group: number): string {
  return `---
kubelet_max_pods: ${60 + 5 * group}
kubelet_system_reserved:
  cpu: ${100 + 10 * group}m
  memory: ${512 + 64 * group}Mi
  ephemeral-storage: 1Gi
node_labels:
  pool: ${groupName(group)}
  tier: ${group % 3 === 0 ? 'dedicated' : 'shared'}
${group % 4 === 0 ? 'kubelet_cpu_manager_policy: static\n' : ''}${group % 5 === 0 ? 'kubelet_pods_per_core: 4\n' : ''}`;
}

const PLAYBOOK = `---
- name: Kubernetes nodes
  hosts: k8s_cluster
  gather_facts: false
  connection: local
  roles:
    - kubelet
`;

const ALL = `---
cluster_name: bench.example.org
dns_domain: "{{ cluster_name }}"
cluster_dns:
  - 10.96.0.10
  - 10.96.0.11
kubelet_event_record_qps: 50
kubelet_feature_gates:
  RotateKubeletServerCertificate: true
  CPUManagerPolicyAlphaOptions: false
`;

const TASKS = `---
- name: Write the kubelet's configuration
  ansible.builtin.template:
    src: kubelet-config.yaml.j2
    dest: "{{ kubelet_config_dir }}/kubelet-config.yaml"
    owner: "{{ kubelet_owner | default(omit) }}"
    mode: "0600"
  when: kubelet_managed | bool

- name: Write the kubelet's environment
  ansible.builtin.template:
    src: kubelet.env.j2
    dest: "{{ kubelet_config_dir }}/kubelet.env"
    mode: "0600"
`;

const DEFAULTS = `---
kubelet_managed: true
kubelet_config_dir: /etc/kubernetes
kubelet_cert_dir: "{{ kubelet_config_dir }}/pki"
kubelet_bind_address: 0.0.0.0
kubelet_port: 10250
kubelet_read_only_port: 0
kubelet_healthz_port: 10248
kubelet_authorization_mode: Webhook
kubelet_anonymous_auth: false
kubelet_webhook_cache: 2m0s
kubelet_client_ca: "{{ kubelet_cert_dir }}/ca.crt"
kubelet_tls_min_version: VersionTLS12
kubelet_tls_cipher_suites:
  - TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
  - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
  - TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
  - TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
kubelet_rotate_certificates: true
kubelet_server_tls_bootstrap: true
kubelet_cgroup_driver: systemd
kubelet_max_pods: 110
kubelet_pods_per_core: 0
kubelet_pod_pids_limit: 4096
kubelet_protect_kernel_defaults: true
kubelet_seccomp_default: true
kubelet_streaming_idle: 5m
kubelet_fail_swap_on: true
kubelet_cpu_manager_policy: none
kubelet_topology_manager_policy: none
kubelet_system_reserved: {}
kubelet_kube_reserved:
  cpu: 200m
  memory: 1Gi
  pid: 1000
kubelet_eviction_hard:
  memory.available: 200Mi
  nodefs.available: 10%
  nodefs.inodesFree: 5%
  imagefs.available: 15%
kubelet_eviction_soft: {}
kubelet_image_gc_high: 85
kubelet_image_gc_low: 80
kubelet_log_max_size: 50Mi
kubelet_log_max_files: 5
kubelet_registry_qps: 5
kubelet_registry_burst: 10
kubelet_event_record_qps: 5
kubelet_event_burst: 10
kubelet_sysctls: []
kubelet_feature_gates: {}
kubelet_shutdown_grace: 60
kubelet_shutdown_grace_critical: 20
kubelet_extra_config: {}
kubelet_log_level: 2
kubelet_reserved_cpus: ""
node_labels: {}
node_taints: []
`;

const CONFIG = `#jinja2: lstrip_blocks: True
{# The configuration every node gets; what differs comes from the groups. #}
{% set is_control_plane = inventory_hostname in groups['kube_control_plane'] %}
{% set reserved = kubelet_kube_reserved | combine(kubelet_system_reserved) %}
{% macro resources(name, values) %}
{% if values %}
{{ name }}:
{% for resource, amount in values | dictsort %}
  {{ resource }}: {{ amount | string | to_json }}
{% endfor %}
{% endif %}
{% endmacro %}
# {{ ansible_managed }}
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: {{ kubelet_bind_address }}
port: {{ kubelet_port }}
readOnlyPort: {{ kubelet_read_only_port }}
healthzBindAddress: 127.0.0.1
healthzPort: {{ kubelet_healthz_port }}
authentication:
  anonymous:
    enabled: {{ kubelet_anonymous_auth | bool | lower }}
  webhook:
    enabled: {{ (kubelet_authorization_mode == 'Webhook') | lower }}
    cacheTTL: {{ kubelet_webhook_cache }}
  x509:
    clientCAFile: {{ kubelet_client_ca }}
authorization:
  mode: {{ kubelet_authorization_mode }}
{% if kubelet_authorization_mode == 'Webhook' %}
  webhook:
    cacheAuthorizedTTL: 5m0s
    cacheUnauthorizedTTL: 30s
{% endif %}
rotateCertificates: {{ kubelet_rotate_certificates | bool | lower }}
serverTLSBootstrap: {{ kubelet_server_tls_bootstrap | bool | lower }}
{% if not kubelet_server_tls_bootstrap %}
tlsCertFile: {{ kubelet_cert_dir }}/kubelet.crt
tlsPrivateKeyFile: {{ kubelet_cert_dir }}/kubelet.key
{% endif %}
{% if kubelet_tls_min_version is defined and kubelet_tls_min_version %}
tlsMinVersion: {{ kubelet_tls_min_version }}
{% endif %}
{% if kubelet_tls_cipher_suites | length > 0 %}
tlsCipherSuites:
{% for suite in kubelet_tls_cipher_suites | unique %}
  - {{ suite }}
{% endfor %}
{% endif %}
cgroupDriver: {{ kubelet_cgroup_driver }}
cgroupsPerQOS: true
clusterDomain: {{ dns_domain | default('cluster.local', true) }}
clusterDNS:
{% for server in cluster_dns | default([]) %}
  - {{ server | quote if server is search(' ') else server }}
{% endfor %}
maxPods: {{ kubelet_max_pods | int }}
podsPerCore: {{ kubelet_pods_per_core | int }}
podPidsLimit: {{ kubelet_pod_pids_limit }}
protectKernelDefaults: {{ kubelet_protect_kernel_defaults | bool | lower }}
seccompDefault: {{ kubelet_seccomp_default | bool | lower }}
makeIPTablesUtilChains: true
streamingConnectionIdleTimeout: {{ kubelet_streaming_idle }}
failSwapOn: {{ kubelet_fail_swap_on | bool | lower }}
{% if kubelet_cpu_manager_policy != 'none' %}
cpuManagerPolicy: {{ kubelet_cpu_manager_policy }}
cpuManagerReconcilePeriod: 10s
topologyManagerPolicy: {{ kubelet_topology_manager_policy }}
{% if kubelet_reserved_cpus | trim %}
reservedSystemCPUs: "{{ kubelet_reserved_cpus }}"
{% endif %}
{% endif %}
{{ resources('systemReserved', kubelet_system_reserved) }}
{{ resources('kubeReserved', reserved) }}
{% if is_control_plane %}
nodeStatusUpdateFrequency: 5s
{% else %}
nodeStatusUpdateFrequency: 10s
{% endif %}
nodeLeaseDurationSeconds: 40
evictionHard:
  {{ kubelet_eviction_hard | to_nice_yaml(indent=2) | indent(2) | trim }}
{% if kubelet_eviction_soft %}
evictionSoft:
  {{ kubelet_eviction_soft | to_nice_yaml(indent=2) | indent(2) | trim }}
{% endif %}
imageGCHighThresholdPercent: {{ kubelet_image_gc_high }}
imageGCLowThresholdPercent: {{ [kubelet_image_gc_low, kubelet_image_gc_high] | min }}
containerLogMaxSize: {{ kubelet_log_max_size }}
containerLogMaxFiles: {{ kubelet_log_max_files }}
registryPullQPS: {{ kubelet_registry_qps }}
registryBurst: {{ [kubelet_registry_burst, kubelet_registry_qps] | max }}
eventRecordQPS: {{ kubelet_event_record_qps }}
eventBurst: {{ kubelet_event_burst }}
{% if kubelet_sysctls %}
allowedUnsafeSysctls: {{ kubelet_sysctls | to_json }}
{% endif %}
{% if kubelet_feature_gates %}
featureGates:
{% for gate in kubelet_feature_gates | dict2items | sort(attribute='key') %}
{% if gate.key is match('^[A-Z]') and gate.value is sameas true %}
  {{ gate.key }}: {{ gate.value | lower }}
{% endif %}
{% endfor %}
{% endif %}
{% if kubelet_shutdown_grace | int > 0 %}
shutdownGracePeriod: {{ kubelet_shutdown_grace }}s
shutdownGracePeriodCriticalPods: {{ [kubelet_shutdown_grace_critical | int, kubelet_shutdown_grace | int] | min }}s
{% endif %}
{% for taint in node_taints %}
{% if loop.first %}
registerWithTaints:
{% endif %}
  - key: {{ taint.key }}
    value: {{ taint.value | default('', true) | to_json }}
    effect: {{ taint.effect | default('NoSchedule') }}
{% endfor %}
logging:
  format: text
  verbosity: {{ kubelet_log_level | int }}
volumePluginDir: /var/lib/kubelet/volume-plugins
{% if kubelet_extra_config %}
{{ kubelet_extra_config | to_nice_yaml(indent=2) }}
{% endif %}
`;

const ENVIRONMENT = `# {{ ansible_managed }}
KUBELET_LOG_LEVEL="--v={{ kubelet_log_level }}"
{% set labels = [] %}
{% for key, value in node_labels | dictsort %}
{% set _ = labels.append(key ~ '=' ~ value) %}
{% endfor %}
KUBELET_ARGS="--config={{ kubelet_config_dir }}/kubelet-config.yaml \\
{% if labels %}
--node-labels={{ labels | join(',') }} \\
{% endif %}
--kubeconfig={{ kubelet_config_dir }}/kubelet.conf"
`;

const OWN_ADDRESS = `KUBELET_ADDRESS="--node-ip={{ node_ip }}"
KUBELET_HOSTNAME="--hostname-override={{ kube_override_hostname | default(inventory_hostname) }}"
`;

const ROLE: BenchSite = {
  'roles/kubelet/defaults/main.yml': DEFAULTS,
  'roles/kubelet/tasks/main.yml': TASKS,
  'roles/kubelet/templates/kubelet-config.yaml.j2': CONFIG,
  'roles/kubelet/templates/kubelet.env.j2': ENVIRONMENT,
};
