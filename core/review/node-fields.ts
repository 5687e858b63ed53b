import { createHash } from 'node:crypto';
import { isWhole } from '../ansible/merge-verdicts.ts';
import type { FileKind, NodeFile, NodeGroup, Traced } from '../ansible/types.ts';
import { isImplicit } from '../kubelet/implicit.ts';
import type { EffectiveValue, Json } from '../kubelet/types.ts';
import type { Origin, RenderedText, Unknown } from '../source/rope.ts';
import { UNKNOWN_TOKEN } from '../source/rope.ts';
import type { Shown } from './types.ts';

/**
 * One comparable fact about a node group and where it was written. `below` is the path of the parent whose unknown keys
 * are all that can be said of a kubelet field.
 */
export type NodeField = Readonly<{ shown: Shown; origins: readonly Origin[]; below?: string }>;

/**
 * Everything a review compares on one node group, by path (see FieldChange): the kubelet's effective values, parents
 * whose keys cannot all be known, flags without a configuration field, and the files on the node. Files whose content
 * the kubelet fields already tell (kubelet configuration, drop-ins, kubeadm) are compared by presence, mode and owner
 * alone, all others by content too.
 *
 * @param fieldFlags flags (with dashes) that set a kubelet field: their effect is that field, so they are left out
 *   unless the kubelet refuses them.
 */
export function nodeFields(group: NodeGroup, fieldFlags: ReadonlySet<string>): ReadonlyMap<string, NodeField> {
  const fields = new Map<string, NodeField>();
  for (const [parent, unknown] of group.kubelet?.open ?? []) {
    const origins = group.provenance.get(parent) ?? [];
    fields.set(keysBelow(parent), { shown: shownUnknown(unknown), origins });
  }
  for (const [path, effective] of group.kubelet?.values ?? []) {
    const below = keysBelow(hiddenBelow(group, path));
    const parent = below === null ? undefined : fields.get(below);
    fields.set(
      path,
      parent && below !== null
        ? { ...parent, below }
        : { shown: shownEffective(effective), origins: group.provenance.get(path) ?? [] },
    );
  }
  const refused = refusedFlags(group);
  for (const [name, values] of flagValues(group)) {
    if (!fieldFlags.has(name) || refused.has(name)) fields.set(name, values);
  }
  for (const file of group.files) {
    for (const [path, field] of fileFields(file)) fields.set(path, field);
  }
  return fields;
}

/** Path that stands for the keys of a parent nobody can list: `*` at the root, `authentication.*` below a field. */
function keysBelow(parent: string): string;
function keysBelow(parent: string | null): string | null;
function keysBelow(parent: string | null): string | null {
  if (parent === null) return null;
  return parent === '' ? '*' : `${parent}.*`;
}

/**
 * The outermost parent whose unknown keys may set a field nothing else is known to set: its default then says no more
 * than the parent does. Where ways the unknown conditions can go were not looked at, no field is known. null when
 * something of the field itself is told.
 */
function hiddenBelow({ kubelet, kubeletAlternatives }: NodeGroup, path: string): string | null {
  if (kubelet === null || kubelet.open.size === 0) return null;
  const parents = path.split('.').map((_, index, names) => names.slice(0, index).join('.'));
  const parent = parents.find(name => kubelet.open.has(name));
  if (parent === undefined) return null;
  if (parent === '' && !isWhole(kubelet, kubeletAlternatives)) return parent;
  const verdicts = kubeletAlternatives.length > 0 ? kubeletAlternatives.map(({ verdict }) => verdict) : [kubelet];
  const told = verdicts.map(({ values }) => values.get(path)).some(value => value && !isImplicit(value));
  return told ? null : parent;
}

/** A fact `nodeFields` does not list: a flag that may be on a command line nobody can see is not known to be left out. */
export function unlistedField(group: NodeGroup | null, path: string): NodeField {
  const unseen = path.startsWith('--') ? group?.unseenFlags : undefined;
  return { shown: unseen ? shownUnknown(unseen) : { state: 'absent' }, origins: [] };
}

/**
 * Whether the kubelet has an effective configuration on this group: false when it refuses before one exists, null
 * when the group has no kubelet at all.
 */
export function hasEffectiveConfiguration(group: NodeGroup): boolean | null {
  return group.kubelet === null ? null : group.kubelet.values.size > 0 || group.kubelet.stage === null;
}

export function shownEffective(effective: EffectiveValue): Shown {
  if (!effective.value.known) return shownUnknown(effective.value.unknown);
  return { state: 'value', value: effective.value.json, implicit: isImplicit(effective) };
}

export function shownUnknown(unknown: Unknown): Shown {
  return { state: 'unknown', why: unknown.why, key: unknown.key };
}

function shownTraced(traced: Traced<string>): Shown {
  return traced.value.known ? known(traced.value.json) : shownUnknown(traced.value.unknown);
}

const known = (value: Json): Shown => ({ state: 'value', value, implicit: false });

/** Flags the kubelet does not start with: no field tells what they say. */
function refusedFlags({ kubelet, flags }: NodeGroup): ReadonlySet<string> {
  const spans = (kubelet?.problems ?? []).flatMap(problem =>
    problem.in === 'flags' && problem.effect === 'refuses' && problem.span ? [problem.span] : [],
  );
  return new Set(spans.flatMap(({ start, end }) => flags.slice(start, end).map(({ name }) => name)));
}

/** A flag given several times is one list, in order. */
function flagValues(group: NodeGroup): ReadonlyMap<string, NodeField> {
  const fields = new Map<string, NodeField>();
  for (const { name, value } of group.flags) {
    const shown = shownTraced(value);
    const earlier = fields.get(name);
    fields.set(
      name,
      earlier === undefined
        ? { shown, origins: value.origins }
        : { shown: both(earlier.shown, shown), origins: [...value.origins, ...earlier.origins] },
    );
  }
  return fields;
}

function both(first: Shown, second: Shown): Shown {
  if (first.state === 'unknown') return first;
  if (second.state !== 'value' || first.state !== 'value') return second;
  const list = Array.isArray(first.value) ? (first.value as readonly Json[]) : [first.value];
  return known([...list, second.value]);
}

const SHOWN_BY_FIELDS: ReadonlySet<FileKind> = new Set<FileKind>(['KubeletConfiguration', 'drop-in', 'kubeadm']);

function* fileFields(file: NodeFile): Generator<[string, NodeField]> {
  const dest = file.dest.value.known ? file.dest.value.json : unknownPlace(file, file.dest.value.unknown);
  const task: Origin = { file: file.task.file, line: file.task.line, kind: 'template' };
  const uncertain = (shown: Shown): Shown =>
    file.when === null
      ? shown
      : {
          state: 'unknown',
          why: file.when.why,
          key: `${file.when.key}?${shown.state === 'value' ? JSON.stringify(shown.value) : JSON.stringify(shown)}`,
        };
  if (file.text !== null) {
    const shown = SHOWN_BY_FIELDS.has(file.kind) && !file.truncated ? known(file.kind) : shownContent(file);
    const origins = file.alternatives.flatMap(({ text }) => textOrigins(text));
    yield [dest, { shown: uncertain(shown), origins: [...origins, task] }];
  }
  for (const [name, traced] of [
    ['mode', file.mode],
    ['owner', file.owner],
    ['group', file.group],
  ] as const) {
    if (traced !== null) {
      yield [`${dest}#${name}`, { shown: uncertain(shownTraced(traced)), origins: [...traced.origins, task] }];
    }
  }
}

/** What stands for a path nobody knows: files made from different sources are different files. */
function unknownPlace({ source, task }: NodeFile, { why }: Unknown): string {
  const from = source ?? task.name;
  return `(a file whose path is unknown: ${[...why, ...(from === null ? [] : [`made from ${from}`])].join('; ')})`;
}

/** Distinct origins of a whole text; a file has at most some thousand lines. */
function textOrigins({ segments }: RenderedText): readonly Origin[] {
  const found = new Map<string, Origin>();
  const objects = new Set<Origin>();
  for (const { origins } of segments) for (const origin of origins) objects.add(origin);
  for (const origin of objects) found.set(`${origin.kind}\0${origin.file}\0${origin.line}`, origin);
  return [...found.values()];
}

function shownContent(file: NodeFile): Shown {
  const digest = contentDigest(file);
  if (isCertain(file)) return known(digest);
  const why = file.alternatives.flatMap(({ conditions, text }) => [
    ...conditions.flatMap(({ unknown }) => unknown.why),
    ...[...text.unknowns.values()].flatMap(unknown => unknown.why),
  ]);
  return { state: 'unknown', why: [...new Set(why)].slice(0, 5), key: digest };
}

/** Whether the file has one text, whatever the unknown conditions, with nothing unknown in it. */
export function isCertain({ alternatives, truncated }: NodeFile): boolean {
  const [only] = alternatives;
  return alternatives.length === 1 && !truncated && only?.conditions.length === 0 && only.text.unknowns.size === 0;
}

/**
 * `sha256:<hex>` of everything the file may hold: equal for files that are equal whatever the unknowns are. Of a file
 * with one text it is the digest of that text.
 */
export function contentDigest({ kind, text, alternatives, truncated }: NodeFile): string {
  const [only] = alternatives;
  if (alternatives.length <= 1 && !truncated && (only?.conditions ?? []).length === 0) {
    return text === null ? sha256('') : textDigest(only?.text ?? text, kind);
  }
  const each = alternatives.map(alternative => [
    alternative.conditions.map(({ unknown, holds }) => [unknown.key, holds]),
    textDigest(alternative.text, kind),
  ]);
  return sha256(JSON.stringify([each, truncated]));
}

const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/**
 * Digest of a rendered text in which unknown values stand by their keys, so that texts with equal unknowns are equal.
 * In unit and environment files of the kubelet, comment lines and blank lines do not count.
 */
function textDigest(text: RenderedText, kind: FileKind): string {
  const keyed = text.text.replace(UNKNOWN_TOKEN, (_, id: string) => `\uE000${text.unknowns.get(id)?.key ?? id}\uE001`);
  return sha256(kind === 'kubelet-flags' ? keyed.replace(/^[ \t]*(?:[#;](?!!).*)?\r?\n/gm, '') : keyed);
}
