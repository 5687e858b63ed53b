/** A part of the platform people ask about, as reports and docs/baseline.md head it. */
export type Area = Readonly<{
  title: string;
  /** Areas of the baseline's files that belong to it. */
  areas: readonly string[];
  /** What the area asks for, in a sentence or two. */
  asks: string;
}>;

/** The areas of the platform, in the order reports show them. */
export const AREAS: readonly Area[] = [
  {
    title: 'Secured kubelet API',
    areas: ['kubelet-api'],
    asks: 'The kubelet serves one port, with TLS, to callers it knows. The read-only port and debugging handlers are off.',
  },
  {
    title: 'Authentication',
    areas: ['authn'],
    asks: 'Whoever calls the kubelet shows a certificate of the cluster or a token the API server has looked at.',
  },
  {
    title: 'Authorization',
    areas: ['authz'],
    asks: 'The API server decides what a caller may do on a node (Webhook); a node may change only what is its own.',
  },
  { title: 'Anonymous access', areas: ['anonymous'], asks: 'Nobody talks to a kubelet without a name.' },
  {
    title: 'Network access',
    areas: ['network'],
    asks: 'Addresses, ports and packet filters of a node let in what the platform needs and nothing else.',
  },
  {
    title: 'Certificates',
    areas: ['certificates'],
    asks: 'Certificates are the cluster’s own and renewed in time, with strong protocols and ciphers; keys belong to root.',
  },
  {
    title: 'Startup parameters',
    areas: ['startup-parameters'],
    asks: 'Files, flags, units, drop-ins and kernel settings the kubelet starts with say one thing, and only root writes them.',
  },
  {
    title: 'Control-plane isolation',
    areas: ['control-plane-isolation'],
    asks: 'Control-plane nodes run the control plane and no workloads; its manifests and keys belong to root.',
  },
  {
    title: 'hostPath and host access',
    areas: ['hostpath'],
    asks: 'What a pod may reach of its host is known and small.',
  },
  {
    title: 'Cgroups and namespaces',
    areas: ['cgroup-namespace'],
    asks: 'Limits and namespaces keep a pod from starving its node or seeing its neighbours.',
  },
  {
    title: 'kube-proxy and CNI',
    areas: ['kube-proxy', 'cni'],
    asks: 'The network components on a node show nothing to the outside, and only root changes what they do.',
  },
  {
    title: 'Seccomp',
    areas: ['seccomp'],
    asks: 'Containers get a seccomp profile by default, and a profile is on the node before a pod asks for it.',
  },
  {
    title: 'AppArmor',
    areas: ['apparmor'],
    asks: 'AppArmor runs on the node and its profiles are loaded before a pod asks for them.',
  },
  {
    title: 'Scope of responsibility',
    areas: ['scope'],
    asks: 'Node hardening hardens nodes: policies, RBAC and workloads live elsewhere, and nothing inside the cluster changes a kubelet.',
  },
  {
    title: 'Lifecycle',
    areas: ['lifecycle'],
    asks: 'The operating system is hardened first, on every host; changes restart what they concern, fail loudly and repeat safely.',
  },
];

/** The areas with those an operator's own controls are in besides; `used`: areas of the baseline's files. */
export function areasOf(used: readonly string[]): readonly Area[] {
  const known = new Set(AREAS.flatMap(({ areas }) => areas));
  const others = [...new Set(used)].filter(area => !known.has(area)).sort();
  return [...AREAS, ...others.map(area => ({ title: area, areas: [area], asks: 'Controls of the operator’s own.' }))];
}
