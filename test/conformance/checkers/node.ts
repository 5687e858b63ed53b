import { posix } from 'node:path';
import type { NodeFile, NodeGroup } from '../../../core/ansible/types.ts';
import { evaluateGroup } from '../../../core/baseline/evaluate-baseline.ts';
import { nodePaths, type Setting } from '../../../core/baseline/node-paths.ts';
import { readField } from '../../../core/baseline/read-field.ts';
import { groupSubjects } from '../../../core/baseline/subject.ts';
import type { Baseline, ControlResult } from '../../../core/baseline/types.ts';
import type { KubeletFacts } from '../../../core/kubelet/facts.ts';
import type { EffectiveValue, Json, KubeletVerdict } from '../../../core/kubelet/types.ts';
import { repositoryOf, subjectOf } from '../../core/baseline/situation.ts';
import type { NodeSituation } from './situations.ts';

/** A file as it lands: octal digits of its mode, owner as `user:group`. */
export type PlacedFile = Readonly<{ path: string; text: string; mode: string; owner: string }>;

/** One node as Ansible leaves it: what the checkers are shown, and what the product says of it. */
export type CheckedNode = Readonly<{
  id: string;
  /** Command lines: the kubelet's as the rendered unit starts it, and kube-proxy's. */
  processes: readonly string[];
  files: readonly PlacedFile[];
  /** The file the kubelet's --config names; null without one. */
  config: PlacedFile | null;
  results: readonly ControlResult[];
  kubelet: KubeletVerdict;
  /** What acts, by field path; null where the kubelet refuses to start or the field has no value. */
  effective: (path: string) => Json;
  /** What decided a field: `default`, `flag`, …; undefined where nothing is known of it. */
  from: (path: string) => EffectiveValue['from'] | undefined;
}>;

/**
 * Renders a situation and judges it by a baseline.
 * @throws Error when its node is not known whole: there is nothing to show a checker then
 */
export function checkedNode(id: string, situation: NodeSituation, baseline: Baseline): CheckedNode {
  const subject = subjectOf(repositoryOf(situation), situation.minor);
  const [group, another] = groupSubjects(subject);
  if (!group || another) throw new Error(`${id}: not one node group`);
  const { kubelet } = group.group;
  if (!kubelet) throw new Error(`${id}: no kubelet is known`);
  const files = placedFiles(id, group.group);
  const start = startOf(id, files);
  return {
    id,
    processes: situation.kubeProxy === false ? [start] : [start, KUBE_PROXY],
    files,
    config: files.find(({ path }) => path === lastFlag(start, '--config')) ?? null,
    results: evaluateGroup(baseline, group),
    kubelet,
    effective: path => effective(group.group, kubelet, path, subject.facts),
    from: path => kubelet.values.get(path)?.from,
  };
}

/** The file kube-proxy's --config names. */
export const PROXY_CONFIGURATION = '/var/lib/kube-proxy/config.conf';
const KUBE_PROXY = `/usr/local/bin/kube-proxy --config=${PROXY_CONFIGURATION}`;

function effective(group: NodeGroup, kubelet: KubeletVerdict, path: string, facts: KubeletFacts): Json {
  const field = readField(group, kubelet, path, facts);
  return field.known ? field.json : null;
}

/** What a command line says of a flag last; undefined when it does not name it. */
export function lastFlag(line: string, name: string): string | undefined {
  return line
    .split(' ')
    .findLast(word => word.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}

function startOf(id: string, files: readonly PlacedFile[]): string {
  const unit = files.find(({ path }) => posix.basename(path) === 'kubelet.service');
  const line = /^ExecStart=(.*)$/m.exec(unit?.text ?? '')?.[1];
  if (line === undefined) throw new Error(`${id}: no unit starts the kubelet`);
  return line;
}

function placedFiles(id: string, group: NodeGroup): readonly PlacedFile[] {
  const texts = new Map(group.files.flatMap(file => (file.text ? [[pathOf(id, file), file.text.text] as const] : [])));
  const paths = new Map(nodePaths(group).flatMap(path => (path.directory ? [] : [[path.path, path] as const])));
  const of = (settings: readonly Setting[] | undefined, otherwise: string): string => {
    const value = settings?.at(-1)?.value.value;
    if (value && !value.known) throw new Error(`${id}: a mode or an owner is not known`);
    return value?.json ?? otherwise;
  };
  return [...new Set([...texts.keys(), ...paths.keys()])].map((path): PlacedFile => {
    const set = paths.get(path);
    return {
      path,
      // A file whose text is nobody's concern, such as a certificate.
      text: texts.get(path) ?? '',
      // What Ansible leaves a new file with where a task says nothing, under the usual umask of root.
      mode: of(set?.mode, '0644'),
      owner: `${of(set?.owner, 'root')}:${of(set?.group, 'root')}`,
    };
  });
}

function pathOf(id: string, { dest, text }: NodeFile): string {
  if (!dest.value.known || (text?.unknowns.size ?? 0) > 0) throw new Error(`${id}: a file is not known whole`);
  return dest.value.json;
}
