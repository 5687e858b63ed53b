import { config, FACT, flagged, flagsOnly, onMinor, type Situation } from '../situation.ts';
import { modeRow, ownerRow } from './file-rows.ts';
import type { Rows } from './row.ts';

/** A configuration file with this text in place of a well-formed one. */
const withText = (text: string): Situation => ({
  config: '',
  files: { 'roles/kubelet/templates/kubelet.yaml.j2': text },
});

export const STARTUP_PARAMETERS: Rows = {
  'KG-START-01': {
    pass: [flagged('--node-ip=10.0.0.1', '--container-runtime-endpoint=unix:///run/crio.sock', '--v=2')],
    violated: [
      flagged('--read-only-port=0'),
      flagged('--feature-gates=GracefulNodeShutdown=true'),
      flagged(`--max-pods=${FACT}`),
      flagged('--seccomp-default'),
    ],
    undecided: [flagged(FACT), flagsOnly(FACT)],
    absent: { file: 'pass', flags: 'not-applicable' },
  },
  'KG-START-02': {
    pass: [flagged('--node-ip=10.0.0.1')],
    violated: [
      {
        config: null,
        args: ['--config=/opt/kubelet.yaml'],
      },
      flagsOnly('--node-ip=10.0.0.1'),
    ],
    undecided: [flagsOnly(`--config=/etc/${FACT}.yaml`)],
    absent: { file: 'pass', flags: 'violated' },
  },
  'KG-START-03': {
    pass: [
      {
        config: '',
        args: ['--config-dir=/etc/kubernetes/kubelet.conf.d/'],
        tasks: '- ansible.builtin.file: {path: /etc/kubernetes/kubelet.conf.d, state: directory, mode: "0700"}',
      },
      {
        config: '',
        args: ['--config-dir=/etc/kubernetes/kubelet.conf.d'],
        tasks: '- ansible.builtin.copy: {dest: /etc/kubernetes/kubelet.conf.d/10-x.conf, content: "{}"}',
      },
    ],
    violated: [flagged('--config-dir=/opt/kubelet.d')],
    undecided: [flagged(`--config-dir=/etc/${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-START-04': {
    pass: [flagged('--node-ip=10.0.0.1')],
    violated: [flagged('--hostname-override=node-1')],
    undecided: [flagged(`--hostname-override=${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-START-05': {
    pass: [
      config('protectKernelDefaults: true'),
      config('protectKernelDefaults: yes'),
      flagged('--protect-kernel-defaults'),
    ],
    violated: [config('protectKernelDefaults: false'), config('protectKernelDefaults: null')],
    undecided: [config(`protectKernelDefaults: ${FACT}`)],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-START-07': {
    pass: [config('eventRecordQPS: 5\neventBurst: 10'), config('eventRecordQPS: 50')],
    violated: [config('eventRecordQPS: 0'), config('eventRecordQPS: 51'), config('eventBurst: 101')],
    undecided: [config(`eventRecordQPS: ${FACT}`), config(`eventBurst: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-START-08': {
    pass: [
      config('staticPodPath: ""'),
      { config: 'staticPodPath: /etc/kubernetes/manifests', roles: ['control-plane'] },
      { config: 'staticPodPath: /etc/kubernetes/manifests', roles: ['control-plane', 'worker'] },
      { config: '', roles: ['control-plane'] },
    ],
    violated: [
      config('staticPodPath: /etc/kubernetes/manifests'),
      { config: 'staticPodPath: /tmp/pods', roles: ['control-plane'] },
      { config: 'staticPodPath: /etc/kubernetes/manifests', roles: ['gpu'] },
      flagged('--pod-manifest-path=/etc/kubernetes/manifests'),
    ],
    undecided: [config(`staticPodPath: ${FACT}`), { config: `staticPodPath: /etc/${FACT}`, roles: ['control-plane'] }],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-START-09': {
    pass: [config('staticPodURL: ""'), config('staticPodURLHeader: {}')],
    violated: [
      config('staticPodURL: http://pods.example'),
      config('staticPodURLHeader: {Authorization: [token]}'),
      flagged('--manifest-url=http://pods.example'),
    ],
    undecided: [config(`staticPodURL: ${FACT}`), config(`staticPodURLHeader:\n  ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-START-10': {
    pass: [config('featureGates: {AllAlpha: false, AllBeta: false}')],
    violated: [
      config('featureGates: {AllAlpha: true}'),
      config('featureGates: {AllBeta: true}'),
      { config: 'featureGates: {AllBeta: false}', args: ['--feature-gates=AllAlpha=true'] },
    ],
    undecided: [config(`featureGates: {AllAlpha: ${FACT}}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-START-11': {
    pass: [
      config('featureGates: {GracefulNodeShutdown: true}'),
      onMinor('1.32', config('featureGates: {AppArmor: true}')),
    ],
    violated: [
      config('featureGates: {DynamicKubeletConfig: false}'),
      config('featureGates: {SeccompDefault: true}'),
      onMinor('1.32', config('featureGates: {AppArmor: false}')),
      flagged('--feature-gates=NoSuchGate=true'),
    ],
    undecided: [
      config(`featureGates:\n  ${FACT}`),
      config('{% if ansible_facts.x %}\nfeatureGates: {NoSuchGate: true}\n{% endif %}'),
      config('maxPods: "110"'),
    ],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-START-12': {
    pass: [config('featureGates: {KubeletInUserNamespace: false}')],
    violated: [config('featureGates: {KubeletInUserNamespace: true}'), config('featureGates: {AllAlpha: true}')],
    undecided: [config(`featureGates: {KubeletInUserNamespace: ${FACT}}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-START-13': {
    pass: [config('readOnlyPort: 0'), onMinor('1.33', config('userNamespaces: {idsPerPod: 65536}'))],
    violated: [
      config('TLSCipherSuites: []'),
      config('authentication: {anonymous: {enable: false}}'),
      onMinor('1.32', config('mergeDefaultEvictionSettings: true')),
    ],
    undecided: [
      config(FACT),
      config('{% if ansible_facts.x %}\nreadonlyPort: 0\n{% endif %}'),
      config('maxPods: "110"'),
    ],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-START-14': {
    pass: [config('readOnlyPort: 0')],
    violated: [
      withText('apiVersion: kubelet.config.k8s.io/v1beta2\nkind: KubeletConfiguration\n'),
      withText('apiVersion: kubelet.config.k8s.io/v1beta1\nkind: kubeletConfiguration\n'),
      withText('apiVersion: kubelet.config.k8s.io/v1beta1\n'),
    ],
    undecided: [withText(`apiVersion: kubelet.config.k8s.io/${FACT}\nkind: KubeletConfiguration\n`)],
    absent: { file: 'pass', flags: 'not-applicable' },
  },
  'KG-START-15': {
    pass: [config('authentication: {anonymous: {enabled: false}, webhook: {enabled: true}}')],
    violated: [
      config('readOnlyPort: 0\nreadOnlyPort: 10255'),
      config('authentication: {anonymous: {enabled: false, enabled: true}}'),
    ],
    undecided: [config(FACT), config('readOnlyPort: 0\n{% if ansible_facts.x %}\nreadOnlyPort: 1\n{% endif %}')],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-START-16': modeRow(
    '/etc/kubernetes/kubelet-config.yaml',
    ['0600', '0400', 'u=rw,g=,o='],
    ['0644', '0640', '1204', 'u=rw,go=r'],
  ),
  'KG-START-17': ownerRow('/etc/kubernetes/kubelet-config.yaml'),
  'KG-START-18': modeRow('/etc/systemd/system/kubelet.service.d/10-kubeadm.conf', ['0600'], ['0644']),
  'KG-START-19': ownerRow('/etc/systemd/system/kubelet.service.d/10-kubeadm.conf'),
  'KG-START-20': modeRow('/etc/kubernetes/kubelet.conf', ['0600'], ['0644']),
  'KG-START-21': ownerRow('/etc/kubernetes/bootstrap-kubelet.conf'),
  'KG-START-23': {
    pass: [
      config('containerRuntimeEndpoint: unix:///run/crio/crio.sock'),
      flagged('--container-runtime-endpoint=/run/crio/crio.sock'),
      config('imageServiceEndpoint: ""'),
    ],
    violated: [
      config('containerRuntimeEndpoint: tcp://127.0.0.1:3735'),
      config('imageServiceEndpoint: tcp://10.0.0.9:3735'),
      flagged('--container-runtime-endpoint=tcp://0.0.0.0:3735'),
    ],
    undecided: [config(`containerRuntimeEndpoint: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-START-24': {
    pass: [config('runOnce: false')],
    violated: [config('runOnce: true'), flagged('--runonce')],
    undecided: [config(`runOnce: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-START-25': {
    pass: [config('logging: {verbosity: 5}'), flagged('--v=2')],
    violated: [config('logging: {verbosity: 6}'), flagged('--v=10')],
    undecided: [config(`logging: {verbosity: ${FACT}}`), flagged(`--v=${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-START-26': {
    pass: [config('containerLogMaxSize: 100Mi\ncontainerLogMaxFiles: 2'), config('containerLogMaxSize: ""')],
    violated: [
      config('containerLogMaxSize: 1Gi'),
      config('containerLogMaxSize: 512Ki'),
      config('containerLogMaxFiles: 21'),
      flagged('--container-log-max-size=200Mi'),
    ],
    undecided: [config(`containerLogMaxSize: ${FACT}`), config(`containerLogMaxFiles: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-START-27': {
    pass: [config('imageMaximumGCAge: 336h')],
    violated: [config('imageMaximumGCAge: 0s')],
    undecided: [config(`imageMaximumGCAge: ${FACT}`)],
    absent: { file: 'violated', flags: 'violated' },
  },
  'KG-START-28': {
    pass: [
      config('volumePluginDir: ""'),
      flagged('--volume-plugin-dir=/usr/libexec/kubernetes/kubelet-plugins/volume/exec'),
    ],
    violated: [config('volumePluginDir: /opt/plugins'), flagged('--volume-plugin-dir=/tmp')],
    undecided: [config(`volumePluginDir: /opt/${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-START-29': {
    pass: [config('registryPullQPS: 1'), flagged('--registry-qps=5')],
    violated: [config('registryPullQPS: 0'), flagged('--registry-qps=0')],
    undecided: [config(`registryPullQPS: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
  'KG-START-30': {
    pass: [config('podLogsDir: /var/log/kube-pods'), config('podLogsDir: ""')],
    violated: [config('podLogsDir: /srv/logs'), config('podLogsDir: /var/logs')],
    undecided: [config(`podLogsDir: ${FACT}`)],
    absent: { file: 'pass', flags: 'pass' },
  },
};
