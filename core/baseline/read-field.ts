import type { NodeGroup } from '../ansible/types.ts';
import type { KubeletFacts } from '../kubelet/facts.ts';
import { gateSpec } from '../kubelet/feature-gates.ts';
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

/**
 * Reads a field path of the group's effective configuration. Of a map it is the mapping of what is set in it; of a
 * feature gate nobody names what acts in that minor; keys of other maps that nobody sets are null.
 */
export function readField(group: NodeGroup, verdict: KubeletVerdict, path: string, facts: KubeletFacts): Field {
  const value = verdict.values.get(path);
  if (!value && facts.fields[path]?.type === 'map') return readMap(group, verdict, path, facts);
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
  if (!value && path.startsWith('featureGates.')) return readGate(group, verdict, path, facts);
  const json = value?.value.known ? value.value.json : null;
  return { known: true, json, implicit, evidence: evidence.length > 0 ? evidence : configurationOrigins(group) };
}

/** A map has a value per key: unknown when one is, or when there may be keys nobody sees. */
function readMap(group: NodeGroup, verdict: KubeletVerdict, path: string, facts: KubeletFacts): Field {
  const names = [...verdict.values.keys()].filter(name => name.startsWith(`${path}.`));
  const open = verdict.open.get(path) ?? openAbove(verdict, path);
  if (open)
    return {
      known: false,
      why: `${path} may be set by a part of the configuration that ${because(open)}`,
      evidence: [],
    };
  const fields = names.map(name => ({ name, field: readField(group, verdict, name, facts) }));
  const entries: Record<string, Json> = {};
  for (const { name, field } of fields) {
    if (!field.known) return field;
    entries[name.slice(path.length + 1)] = field.json;
  }
  const evidence = fields.flatMap(({ field }) => field.evidence);
  return {
    known: true,
    json: names.length > 0 ? entries : null,
    implicit: fields.every(({ field }) => field.known && field.implicit),
    evidence: evidence.length > 0 ? evidence : configurationOrigins(group),
  };
}

const AT_ONCE: Readonly<Record<string, string>> = { alpha: 'AllAlpha', beta: 'AllBeta' };

/**
 * A gate that is not among the values: what a refused command line says of it, what AllAlpha or AllBeta makes of it,
 * else its default. Null: the minor has no such gate.
 */
function readGate(group: NodeGroup, verdict: KubeletVerdict, path: string, facts: KubeletFacts): Field {
  const refused = gateInFlags(group, path);
  if (refused) return refused;
  const spec = gateSpec(path.slice('featureGates.'.length), facts, verdict.minor);
  const all = spec && !spec.locked ? `featureGates.${AT_ONCE[spec.stage] ?? ''}` : '';
  const atOnce = all === path ? undefined : verdict.values.get(all)?.value;
  const evidence = group.provenance.get(all) ?? [];
  if (atOnce && !atOnce.known)
    return { known: false, why: `${path} follows ${all}, which ${because(atOnce.unknown)}`, evidence };
  if (atOnce?.known) return { known: true, json: atOnce.json, implicit: false, evidence };
  const inFlags = all === path ? null : gateInFlags(group, all);
  return inFlags ?? { known: true, json: spec?.on ?? null, implicit: true, evidence: configurationOrigins(group) };
}

/** What --feature-gates says of a gate: of a command line the kubelet refuses nothing is among the values. */
function gateInFlags({ flags }: NodeGroup, path: string): Field | null {
  const name = path.slice('featureGates.'.length);
  for (const { name: flag, value } of flags.toReversed()) {
    if (flag !== '--feature-gates' || !value.value.known) continue;
    const pair = value.value.json.split(',').findLast(one => one.trim().startsWith(`${name}=`));
    if (pair !== undefined)
      return { known: true, json: /=(?:true|t|1)$/i.test(pair.trim()), implicit: false, evidence: value.origins };
  }
  return null;
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
