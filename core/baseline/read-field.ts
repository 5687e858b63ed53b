import type { NodeGroup } from '../ansible/types.ts';
import { isImplicit } from '../kubelet/implicit.ts';
import type { Json, KubeletVerdict } from '../kubelet/types.ts';
import type { Origin, Unknown } from '../source/rope.ts';

/** One effective field of a node group as a control sees it. */
export type Field =
  | Readonly<{
      known: true;
      json: Json;
      /** Nothing sets it: the kubelet's default acts. */
      implicit: boolean;
      evidence: readonly Origin[];
    }>
  | Readonly<{ known: false; why: string; evidence: readonly Origin[] }>;

/** Reads a field path of the group's effective configuration; map keys nobody sets are null. */
export function readField(group: NodeGroup, verdict: KubeletVerdict, path: string): Field {
  const value = verdict.values.get(path);
  const evidence = group.provenance.get(path) ?? [];
  const implicit = !value || isImplicit(value);
  if (value && !value.value.known) return { known: false, why: `${path} ${because(value.value.unknown)}`, evidence };
  if (implicit) {
    const open = openAbove(verdict, path);
    if (open)
      return { known: false, why: `${path} may be set by a part of the configuration that ${because(open)}`, evidence };
    const whole = verdict.values.get(path.slice(0, path.indexOf('.')));
    if (!value && whole && !whole.value.known)
      return { known: false, why: `${path} ${because(whole.value.unknown)}`, evidence };
  }
  const all = value || !path.startsWith('featureGates.') ? null : gatesAtOnce(verdict);
  if (all) return { known: true, json: all.json, implicit: false, evidence: group.provenance.get(all.path) ?? [] };
  const json = value?.value.known ? value.value.json : null;
  return { known: true, json, implicit, evidence: evidence.length > 0 ? evidence : configurationOrigins(group) };
}

/** `featureGates.AllBeta: false` turns off every beta gate that is not named. */
function gatesAtOnce(verdict: KubeletVerdict): { path: string; json: Json } | null {
  const path = 'featureGates.AllBeta';
  const value = verdict.values.get(path)?.value;
  return value?.known && value.json === false ? { path, json: false } : null;
}

function openAbove(verdict: KubeletVerdict, path: string): Unknown | null {
  for (let parent = path; parent !== ''; ) {
    parent = parent.includes('.') ? parent.slice(0, parent.lastIndexOf('.')) : '';
    const open = verdict.open.get(parent);
    if (open) return open;
  }
  return null;
}

function because(unknown: Unknown): string {
  return `cannot be known from Git: ${unknown.why.join('; ')}`;
}

/** Where a missing key would be written: the kubelet's configuration file, else the task that places it. */
export function configurationOrigins(group: NodeGroup): readonly Origin[] {
  const file =
    group.files.find(({ kind }) => kind === 'KubeletConfiguration') ??
    group.files.find(({ kind }) => kind === 'kubeadm');
  if (!file) return [];
  return [{ file: file.source ?? file.task.file, line: file.source === null ? file.task.line : 1, kind: 'template' }];
}
