import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import type { NodeFile, NodeGroup, NodeRole, Traced } from '../../../core/ansible/types.ts';
import { readArguments } from '../../../core/kubelet/flags.ts';
import { loadKubelet } from '../../../core/kubelet/load-kubelet.ts';
import type { KubeletFlag } from '../../../core/kubelet/types.ts';
import { type Origin, type Unknown, unknownToken, verbatim } from '../../../core/source/rope.ts';

export const UNKNOWN: Unknown = { key: 'fact:x', why: ['fact ansible_x'] };
export const TOKEN = unknownToken('0000002a');
const UNKNOWNS = new Map([['0000002a', UNKNOWN]]);
const HEAD = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';
const TASK: NodeFile['task'] = {
  file: 'roles/kubelet/tasks/main.yml',
  line: 7,
  name: 'place',
  role: 'kubelet',
  handlers: [],
};

const facts = readKubeletFacts();

export function traced<T>(json: T, line = 12): Traced<T> {
  return { value: { known: true, json }, origins: [{ file: 'roles/kubelet/tasks/main.yml', line, kind: 'template' }] };
}

export const UNTRACED: Traced<never> = { value: { known: false, unknown: UNKNOWN }, origins: [] };

/** What Ansible places: a path with mode and owner as it sets them, or a text of some kind. */
export function file(dest: string, more: Partial<NodeFile> = {}): NodeFile {
  return {
    dest: traced(dest),
    kind: 'other',
    source: null,
    variable: null,
    task: TASK,
    text: null,
    alternatives: [],
    truncated: false,
    mode: null,
    owner: null,
    group: null,
    when: null,
    fails: null,
    ...more,
  };
}

/** A KubeProxyConfiguration file; several bodies are what it may be under conditions nobody knows. */
export function kubeProxy(...bodies: readonly string[]): NodeFile {
  const head = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n';
  const alternatives = bodies.map((body, index) => ({
    conditions: bodies.length > 1 ? [{ unknown: UNKNOWN, holds: index === 0 }] : [],
    text: { ...verbatim('kube-proxy.yaml.j2', head + body), unknowns: UNKNOWNS },
  }));
  const text = alternatives[0]?.text ?? null;
  return file('/var/lib/kube-proxy/config.conf', { kind: 'KubeProxyConfiguration', text, alternatives });
}

export type Situation = Readonly<{
  /** Body of the --config file; null: flags only. Absent: no kubelet is known at all. */
  config?: string | null;
  args?: readonly string[];
  unknownFlags?: readonly string[];
  files?: readonly NodeFile[];
  roles?: readonly NodeRole[];
}>;

/** A node group whose kubelet is what loadKubelet really answers for the situation. */
export function nodeGroup({
  config,
  args = [],
  unknownFlags = [],
  files = [],
  roles = ['worker'],
}: Situation): NodeGroup {
  const flags: KubeletFlag[] = [...readArguments(args, facts), ...unknownFlags.map(name => ({ name, value: UNKNOWN }))];
  const text = HEAD + (config ?? '');
  const kubelet =
    config === undefined
      ? null
      : loadKubelet(
          {
            minor: '1.36',
            ...(config === null ? {} : { config: { name: '/var/lib/kubelet/config.yaml', text, unknowns: UNKNOWNS } }),
            dropIns: [],
            flags,
          },
          facts,
        );
  const provenance = new Map<string, readonly Origin[]>();
  for (const [path, { at }] of kubelet?.values ?? []) {
    if (at?.in !== 'config') continue;
    const line = text.slice(0, at.span.start).split('\n').length;
    provenance.set(path, [{ file: 'kubelet.yaml.j2', line, kind: 'template' }]);
  }
  return {
    name: 'workers',
    hosts: ['node-1', 'node-2'],
    roles,
    files,
    flags: flags.map(({ name, value }) => ({ name, value: typeof value === 'string' ? traced(value) : UNTRACED })),
    kubelet,
    supporting: [],
    sysctls: { settings: [], open: null },
    kubeletAlternatives: kubelet ? [{ conditions: [], verdict: kubelet }] : [],
    provenance,
    steps: [],
    problems: [],
  };
}
