import { createHash } from 'node:crypto';
import type { Condition, NodeFile, NodeGroup } from '../ansible/types.ts';
import type { Json } from '../kubelet/types.ts';
import { canonicalJson } from '../source/canonical-json.ts';
import type { Problem } from '../source/problem.ts';
import type { SourceTree } from '../source/tree.ts';
import { procedureText } from './governed-paths.ts';
import { contentDigest } from './node-fields.ts';
import type { GroupPair } from './pair-groups.ts';
import { everyChange, type FieldChange, type Finding, type Shown } from './types.ts';

export type DigestInput = Readonly<{
  minor: string;
  baselineDigest: string;
  changes: readonly FieldChange[];
  findings: readonly Finding[];
  problems: readonly Problem[];
  procedures: readonly string[];
  pairs: readonly GroupPair[];
  head: SourceTree;
}>;

/**
 * `sha256:<hex>` over canonical JSON (RFC 8785): equal for two heads exactly when approving one means approving the
 * other. It covers, with the Kubernetes minor and the baseline:
 *
 * - every change: inventory, path, value before and after (unknowns by their key) and every host it is on;
 * - every finding the change causes (introduced, fixed, undecided), not those that were there before;
 * - every problem it introduces, with the text of the file the problem is in;
 * - files Ansible puts on nodes whose content is different from the base and is not told in full by the fields: all but
 *   the kubelet's own configuration and drop-ins;
 * - the text of every changed file that says what Ansible does (`Verdict.procedures`), comments aside.
 *
 * Left out, because nobody approves or refuses a change for it: commit ids, places and line numbers, names of node
 * groups, comments and layout of variables, templates of the kubelet configuration and tasks, files that take no part,
 * and what the base has apart from the change, so that an approval outlives a rebase that changes nothing in it.
 */
export function verdictDigest(input: DigestInput): string {
  const covered = {
    format: 1,
    minor: input.minor,
    baseline: input.baselineDigest,
    changes: sorted(
      perHosts(
        everyChange(input.changes),
        ({ inventory, path, before, after }) => ({ inventory, path, before: plain(before), after: plain(after) }),
        change => change.hosts,
      ),
    ),
    findings: sorted(
      perHosts(
        input.findings.filter(({ status }) => status !== 'existing'),
        ({ control, status, inventory, path, actual }) => ({ control, status, inventory, path, actual: safe(actual) }),
        finding => finding.hosts,
      ),
    ),
    problems: sorted(
      input.problems.map(({ file, code, message }) => ({
        file: text(file),
        code,
        message: text(message),
        content: text(procedureText(input.head, file) ?? ''),
      })),
    ),
    files: sorted(input.pairs.flatMap(changedFiles)),
    procedures: input.procedures.map(path => ({
      path: text(path),
      text: procedureText(input.head, path) === null ? null : text(procedureText(input.head, path) ?? ''),
    })),
  };
  return `sha256:${createHash('sha256').update(canonicalJson(covered)).digest('hex')}`;
}

/** Entries that are equal but for their hosts become one, so that the split into node groups does not show. */
function perHosts<T>(items: readonly T[], entry: (item: T) => Json, hostsOf: (item: T) => readonly string[]): Json[] {
  const hosts = new Map<string, Set<string>>();
  const entries = new Map<string, Json>();
  for (const item of items) {
    const what = safe(entry(item));
    const key = canonicalJson(what);
    entries.set(key, what);
    const list = hosts.get(key) ?? new Set();
    for (const host of hostsOf(item)) list.add(text(host));
    hosts.set(key, list);
  }
  return [...entries].map(([key, what]) => ({ what, hosts: [...(hosts.get(key) ?? [])].sort() }));
}

function plain(shown: Shown): Json {
  switch (shown.state) {
    case 'value':
      return { value: shown.value, implicit: shown.implicit, ...where(shown.where) };
    case 'absent':
      return shown.where ? { absent: true, ...where(shown.where) } : 'absent';
    case 'unknown':
      return { unknown: shown.key };
  }
}

function where(conditions: readonly Condition[] = []): Readonly<Record<string, Json>> {
  return conditions.length === 0 ? {} : { where: conditions.map(({ unknown, holds }) => [unknown.key, holds]) };
}

/** Per host, so that equal content on equal hosts is equal however the hosts are grouped. */
function changedFiles({ inventory, base, head, hosts }: GroupPair): Json[] {
  const before = contents(base);
  const after = contents(head);
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter(dest => before.get(dest) !== after.get(dest))
    .flatMap(dest =>
      hosts.map(host => ({ inventory: text(inventory), host: text(host), dest, content: after.get(dest) ?? null })),
    );
}

function contents(group: NodeGroup | null): ReadonlyMap<string, string> {
  const files = (group?.files ?? []).filter(({ kind }) => kind !== 'KubeletConfiguration' && kind !== 'drop-in');
  return new Map(files.map(file => [destOf(file), contentOf(file)]));
}

const destOf = ({ dest }: NodeFile): string => text(dest.value.known ? dest.value.json : `?${dest.value.unknown.key}`);

const contentOf = (file: NodeFile): string =>
  text(
    JSON.stringify([
      file.text === null ? null : contentDigest(file),
      ...[file.mode, file.owner, file.group].map(traced => traced?.value ?? null),
      file.when?.key ?? null,
    ]),
  );

function sorted(entries: readonly Json[]): readonly Json[] {
  const keyed = entries.map(entry => ({ entry, key: canonicalJson(entry) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ entry }) => entry);
}

/** A value RFC 8785 can write: lone surrogates (YAML can name them) and numbers that are none become their escapes. */
function safe(value: Json): Json {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : `number:${value}`;
  if (value === null || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(item => safe(item as Json));
  return Object.fromEntries(
    Object.entries(value as Record<string, Json>).map(([key, item]) => [text(key), safe(item)]),
  );
}

const text = (value: string): string => (/\p{Surrogate}/u.test(value) ? JSON.stringify(value) : value);
