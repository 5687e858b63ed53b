/** A format that sets kubelets up without Ansible's result being looked at: what it is, and what a person can do. */
export type DeclinedFormat = Readonly<{ name: string; does: string; advice: string }>;

/** How a format announces itself. `all` have to be found. */
type Rule = DeclinedFormat & Readonly<{ all: readonly RegExp[]; path?: RegExp }>;

const BOOT = 'sets nodes up at their first boot, before Ansible';
const OPERATOR = 'is carried out by a controller in the cluster, not by Ansible';
const PROVISIONER = 'is carried out by a program of its own, not by Ansible';
const BY_HAND = 'Have somebody who knows it review it by hand';
const MOVE = `${BY_HAND}, or move the kubelet's settings to files Ansible writes`;

/** Actions of Go's text/template that no Jinja expression looks like; `{{ '{{.Name}}' }}` is Jinja. */
const GO_ACTION =
  /(?<!['"])\{\{-?\s*(?:\.\w|\$\w+\s*:?=|(?:range|with|if|define|template|include)\s|end\s*-?\}\}|\/\*)/;
const NODE_SETTINGS = /KubeletConfiguration|kubeletExtraArgs|nodeRegistration|KUBELET_\w*ARGS|ExecStart=.*kubelet/;

const RULES: readonly Rule[] = [
  {
    name: 'a Go template',
    does: 'is no Jinja and is filled in by a program of its own, not by Ansible',
    advice: BY_HAND,
    all: [GO_ACTION, NODE_SETTINGS, /^(?![^]*\{%)/],
  },
  { name: 'cloud-init user data', does: BOOT, advice: MOVE, all: [/^(?:##[^\n]*\n)*#cloud-(?:config|boothook)\b/m] },
  {
    name: 'a Butane configuration',
    does: BOOT,
    advice: MOVE,
    all: [/^variant:[ \t]*(?:flatcar|fcos|openshift|r4e|fiot)\b/m],
  },
  { name: 'an Ignition configuration', does: BOOT, advice: MOVE, all: [/"ignition"\s*:\s*\{[^{}]*"version"/] },
  {
    name: 'an OpenShift machine configuration',
    does: OPERATOR,
    advice: BY_HAND,
    all: [
      /machineconfiguration\.openshift\.io\//,
      /^[ \t-]*kind:[ \t]*["']?(?:MachineConfig|KubeletConfig|ContainerRuntimeConfig|MachineConfigPool)\b/m,
    ],
  },
  {
    name: 'a Talos machine configuration',
    does: PROVISIONER,
    advice: BY_HAND,
    all: [/^machine:[ \t]*$/m, /^[ \t]+kubelet:/m],
  },
  {
    name: 'a kOps cluster specification',
    does: PROVISIONER,
    advice: BY_HAND,
    all: [/^[ \t-]*apiVersion:[ \t]*["']?kops(?:\.k8s\.io)?\/v1alpha/m],
  },
  {
    name: 'a Cluster API resource',
    does: OPERATOR,
    advice: BY_HAND,
    all: [/^[ \t-]*apiVersion:[ \t]*["']?(?:bootstrap|controlplane|infrastructure)?\.?cluster\.x-k8s\.io\//m],
  },
  { name: 'an EKS NodeConfig', does: BOOT, advice: MOVE, all: [/^[ \t-]*apiVersion:[ \t]*["']?node\.eks\.aws\//m] },
  {
    name: 'an eksctl cluster file',
    does: PROVISIONER,
    advice: BY_HAND,
    all: [/^[ \t-]*apiVersion:[ \t]*["']?eksctl\.io\//m],
  },
  { name: 'Bottlerocket settings', does: BOOT, advice: MOVE, all: [/^\[settings\.kubernetes(?:\.|\])/m] },
  {
    name: 'a Karpenter node class or pool',
    does: OPERATOR,
    advice: BY_HAND,
    all: [/^[ \t-]*apiVersion:[ \t]*["']?karpenter(?:\.k8s\.aws|\.sh|\.azure\.com)\//m],
  },
  { name: 'a GKE node system configuration', does: PROVISIONER, advice: BY_HAND, all: [/^kubeletConfig:[ \t]*$/m] },
  {
    name: 'an AKS custom kubelet configuration',
    does: PROVISIONER,
    advice: BY_HAND,
    all: [/^\s*\{/, /"podMaxPids"\s*:/],
  },
  {
    name: 'a k0s configuration',
    does: PROVISIONER,
    advice: BY_HAND,
    all: [/^[ \t-]*apiVersion:[ \t]*["']?k0s(?:ctl)?\.k0sproject\.io\//m],
  },
  {
    name: 'an RKE cluster file',
    does: PROVISIONER,
    advice: BY_HAND,
    all: [/^services:[ \t]*$/m, /^[ \t]+kubelet:[ \t]*$/m, /^[ \t]+extra_args:/m],
  },
  {
    name: 'a Rancher cluster resource',
    does: OPERATOR,
    advice: BY_HAND,
    all: [/^[ \t-]*apiVersion:[ \t]*["']?(?:provisioning|rke-machine-config)\.cattle\.io\//m],
  },
  {
    name: 'a kind cluster file',
    does: PROVISIONER,
    advice: BY_HAND,
    all: [/^[ \t-]*apiVersion:[ \t]*["']?kind\.x-k8s\.io\//m],
  },
  {
    name: 'a KubeKey cluster file',
    does: PROVISIONER,
    advice: BY_HAND,
    all: [/^[ \t-]*apiVersion:[ \t]*["']?(?:kubekey\.kubesphere|installer\.kubesphere)\.io\//m],
  },
  {
    name: 'a sealos cluster file',
    does: PROVISIONER,
    advice: BY_HAND,
    all: [/^[ \t-]*apiVersion:[ \t]*["']?apps\.sealos\.io\//m],
  },
  {
    name: 'a Gardener shoot',
    does: OPERATOR,
    advice: BY_HAND,
    all: [/^[ \t-]*apiVersion:[ \t]*["']?core\.gardener\.cloud\//m],
  },
  {
    name: 'a Konvoy cluster file',
    does: PROVISIONER,
    advice: BY_HAND,
    all: [/^[ \t-]*apiVersion:[ \t]*["']?konvoy\.mesosphere\.io\//m],
  },
  {
    name: 'Terraform configuration',
    does: PROVISIONER,
    advice: BY_HAND,
    path: /\.tf(?:\.json)?$/,
    all: [/kubelet[_-](?:config|extra[_-]args|disk)|KubeletConfiguration|--kubelet-extra-args|kubelet-arg/],
  },
  {
    name: 'a node bootstrap script',
    does: BOOT,
    advice: MOVE,
    path: /\.(?:sh|bash|tpl|tftpl|ps1|cmd)$/,
    all: [/--kubelet-extra-args|--use-max-pods|bootstrap-kubeconfig=|KubeletConfiguration/],
  },
];

/** What in a text says that it is about the kubelet. */
const SETTINGS = /kubelet|nodeRegistration|\[settings\.kubernetes|max-?pods|podMaxPids/i;

/**
 * The format of a file the gate does not evaluate, with the line of its first kubelet setting; null when it is none or
 * says nothing of kubelets.
 */
export function declinedFormat(path: string, text: string): (DeclinedFormat & Readonly<{ line: number }>) | null {
  const setting = SETTINGS.exec(text);
  if (!setting) return null;
  const rule = RULES.find(({ all, path: named }) => (named?.test(path) ?? true) && all.every(one => one.test(text)));
  return rule ? { name: rule.name, does: rule.does, advice: rule.advice, line: lineAt(text, setting.index) } : null;
}

/** What a person is told of such a file. */
export function declinedSentence({ name, does, advice }: DeclinedFormat): string {
  return `This is ${name}, which ${does}: the gate reads only what Ansible puts on nodes and says nothing of the kubelet settings here. ${advice}.`;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
