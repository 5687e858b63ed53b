import { type Files, onMinor, type Situation } from '../../core/baseline/situation.ts';

/** What a hardened node's configuration says, key by key: everything CIS 4.2 asks for is written. */
const HARDENED: Readonly<Record<string, string>> = {
  authentication:
    '{anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}}',
  authorization: '{mode: Webhook}',
  readOnlyPort: '0',
  makeIPTablesUtilChains: 'true',
  eventRecordQPS: '50',
  eventBurst: '100',
  rotateCertificates: 'true',
  serverTLSBootstrap: 'true',
  tlsCertFile: '/etc/kubernetes/pki/kubelet.crt',
  tlsPrivateKeyFile: '/etc/kubernetes/pki/kubelet.key',
  tlsCipherSuites: '[TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]',
  podPidsLimit: '4096',
  seccompDefault: 'true',
};

/** The same on the command line. */
const AS_FLAGS = [
  '--anonymous-auth=false',
  '--authentication-token-webhook=true',
  '--client-ca-file=/etc/kubernetes/pki/ca.crt',
  '--authorization-mode=Webhook',
  '--read-only-port=0',
  '--make-iptables-util-chains=true',
  '--event-qps=50',
  '--event-burst=100',
  '--rotate-certificates=true',
  '--rotate-server-certificates=true',
  '--tls-cert-file=/etc/kubernetes/pki/kubelet.crt',
  '--tls-private-key-file=/etc/kubernetes/pki/kubelet.key',
  '--tls-cipher-suites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  '--pod-max-pids=4096',
  '--seccomp-default=true',
];

const ANONYMOUS =
  '{anonymous: {enabled: true}, webhook: {enabled: true}, x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}}';

/** The hardened body with these keys instead; null leaves a key out. */
function body(changes: Readonly<Record<string, string | null>> = {}): string {
  return Object.entries({ ...HARDENED, ...changes })
    .flatMap(([key, value]) => (value === null ? [] : [`${key}: ${value}`]))
    .join('\n');
}

const place = (src: string, dest: string, mode = '"0600"', owner = 'root'): string =>
  `- ansible.builtin.template: {src: ${src}, dest: ${dest}, mode: ${mode}, owner: ${owner}, group: root}`;

const CERTIFICATES = place('ca.crt.j2', '/etc/kubernetes/pki/ca.crt', '"0644"');
const CREDENTIAL = place('kubelet.conf.j2', '/etc/kubernetes/kubelet.conf');
const KUBECONFIG =
  'apiVersion: v1\nkind: Config\nclusters: []\nusers: []\ncontexts: []\ncurrent-context: ""\npreferences: {}\n';

const FILES: Files = {
  'roles/kubelet/templates/ca.crt.j2': 'a certificate\n',
  'roles/kubelet/templates/kubelet.conf.j2': KUBECONFIG,
};

/** A hardened node but for what is given. */
function node(given: Situation = {}): Situation {
  const { config = body(), tasks = CREDENTIAL, files = {} } = given;
  return { ...given, config, tasks: [CERTIFICATES, tasks].join('\n'), files: { ...FILES, ...files } };
}

const written = (changes: Readonly<Record<string, string | null>>): Situation => node({ config: body(changes) });
const flagged = (...args: readonly string[]): Situation => node({ args });

/** A hardened node with one more file of the kubelet's; `tasks` place it. */
function withFile(path: string, text: string, tasks: string, more: Situation = {}): Situation {
  return node({ ...more, tasks: `${CREDENTIAL}\n${tasks}`, files: { [`roles/kubelet/templates/${path}`]: text } });
}

const HEAD = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';

/** A hardened node with a kube-proxy whose file says this. */
const kubeProxy = (text: string): Situation =>
  withFile(
    'kube-proxy.yaml.j2',
    `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n${text}\n`,
    [
      place('kube-proxy.yaml.j2', '/var/lib/kube-proxy/config.conf'),
      place('kubelet.conf.j2', '/etc/kubernetes/proxy.conf'),
    ].join('\n'),
  );

/** A situation, and whether its nodes run a kube-proxy; absent: they do, in a Pod, as on most nodes. */
export type NodeSituation = Situation & Readonly<{ kubeProxy?: false }>;

/** Nodes on which a checker and the kubelet can disagree, by what is special about each; the first has all that is asked. */
export const SITUATIONS: Readonly<Record<string, NodeSituation>> = {
  'all of CIS 4.2 written out': node(),
  'all of CIS 4.2 as flags, no --config': node({ config: null, args: AS_FLAGS }),
  'an empty configuration file': node({ config: '' }),
  'no --config, no flags': node({ config: null }),
  'a flag allows anonymous, the file forbids': flagged('--anonymous-auth=true'),
  'a flag forbids anonymous, the file allows': node({
    config: body({ authentication: ANONYMOUS }),
    args: ['--anonymous-auth=false'],
  }),
  'two flags: anonymous forbidden, then allowed': flagged('--anonymous-auth=false', '--anonymous-auth=true'),
  '--anonymous-auth false with a space': flagged('--anonymous-auth', 'false'),
  'a drop-in allows anonymous and the read-only port': withFile(
    'drop-in.conf.j2',
    `${HEAD}authentication: {anonymous: {enabled: true}}\nreadOnlyPort: 10255\n`,
    place('drop-in.conf.j2', '/etc/kubernetes/kubelet.conf.d/90-debug.conf'),
    { args: ['--config-dir=/etc/kubernetes/kubelet.conf.d'] },
  ),
  '--config names another file than the usual': withFile(
    'other.yaml.j2',
    `${HEAD}${body({ authentication: ANONYMOUS, authorization: '{mode: AlwaysAllow}', readOnlyPort: '10255' })}\n`,
    place('other.yaml.j2', '/opt/kubelet/config.yaml'),
    { args: ['--config=/opt/kubelet/config.yaml'] },
  ),
  'authorization.mode: AlwaysAllow': written({ authorization: '{mode: AlwaysAllow}' }),
  'authorization.mode: webhook (lower case)': written({ authorization: '{mode: webhook}' }),
  'a flag opens the read-only port': flagged('--read-only-port=10255'),
  'streamingConnectionIdleTimeout: 0s': onMinor('1.33', written({ streamingConnectionIdleTimeout: '0s' })),
  '--streaming-connection-idle-timeout=0': onMinor('1.33', flagged('--streaming-connection-idle-timeout=0')),
  'makeIPTablesUtilChains: false': written({ makeIPTablesUtilChains: 'false' }),
  '--hostname-override': flagged('--hostname-override=node-1.example.org'),
  'eventRecordQPS: 0': written({ eventRecordQPS: '0' }),
  'no rotateCertificates': written({ rotateCertificates: null }),
  'neither a serving certificate nor serverTLSBootstrap': written({
    serverTLSBootstrap: null,
    tlsCertFile: null,
    tlsPrivateKeyFile: null,
  }),
  'serverTLSBootstrap, no certificate files': written({ tlsCertFile: null, tlsPrivateKeyFile: null }),
  'serverTLSBootstrap: false, its gate on': node({
    config: body({ serverTLSBootstrap: 'false', tlsCertFile: null, tlsPrivateKeyFile: null }),
    args: ['--feature-gates=RotateKubeletServerCertificate=true'],
  }),
  'the gate of server rotation in a list of gates': flagged(
    '--feature-gates=RotateKubeletServerCertificate=true,MemoryQoS=false',
  ),
  'the gate of server rotation off': node({
    config: body({ serverTLSBootstrap: 'false', featureGates: '{RotateKubeletServerCertificate: false}' }),
  }),
  'a TLS_RSA suite': written({
    tlsCipherSuites: '[TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_AES_256_GCM_SHA384]',
  }),
  'ChaCha20 suites by their canonical names': written({
    tlsCipherSuites: '[TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256]',
  }),
  'strong suites, none that HTTP/2 needs': written({
    tlsCipherSuites: '[TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]',
  }),
  'no tlsCipherSuites': written({ tlsCipherSuites: null }),
  'podPidsLimit: 0': written({ podPidsLimit: '0' }),
  'podPidsLimit: -1': written({ podPidsLimit: '-1' }),
  'seccompDefault: false': written({ seccompDefault: 'false' }),
  'a flag turns seccompDefault off': flagged('--seccomp-default=false'),
  'seccompDefault in the wrong case': written({ seccompDefault: null, seccompdefault: 'true' }),
  'a value with quotes': written({ readOnlyPort: '"0"' }),
  'the configuration has mode 0444': node({ attributes: 'mode: "0444"\nowner: root\ngroup: root' }),
  'the configuration has mode: 644 without quotes': node({ attributes: 'mode: 644\nowner: root\ngroup: root' }),
  'the configuration belongs to another user': node({ attributes: 'mode: "0600"\nowner: kube\ngroup: kube' }),
  'the certificate authority has mode 0600': node({
    tasks: `${CREDENTIAL}\n${place('ca.crt.j2', '/etc/kubernetes/pki/ca.crt')}`,
  }),
  'the credential has mode 0644': node({ tasks: place('kubelet.conf.j2', '/etc/kubernetes/kubelet.conf', '"0644"') }),
  'the node makes its credential itself': node({ tasks: '' }),
  'no kube-proxy on the node': { ...node(), kubeProxy: false },
  'kube-proxy shows its metrics to all': kubeProxy('metricsBindAddress: 0.0.0.0:10249'),
  'kube-proxy shows its metrics to itself': kubeProxy('metricsBindAddress: 127.0.0.1:10249'),
};
