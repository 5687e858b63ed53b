import { fileValues } from '../ansible/file-values.ts';
import type { InventoryRendering, NodeFile, NodeGroup, Rendering, Traced } from '../ansible/types.ts';
import { effectiveConfiguration } from '../kubelet/effective.ts';
import type { KubeletFacts } from '../kubelet/facts.ts';
import { isImplicit } from '../kubelet/implicit.ts';
import type { Json } from '../kubelet/types.ts';
import { readable } from '../source/rope.ts';

/**
 * The document `kubelet-gate render` prints (contract: keys are fixed, additions are free). With one inventory it is
 * that inventory's document; with several it is `{rev, inventories: [...]}`.
 */
export function renderJson(rendering: Rendering, facts: KubeletFacts): Json {
  const { rev, inventories, problems } = rendering;
  const documents = inventories.map(one => inventoryJson(rev, one, facts));
  const [only] = documents;
  const all = problems.map(problem => ({ ...problem }) as Json);
  if (documents.length === 1 && only !== undefined) return { ...only, problems: [...only.problems, ...all] };
  return { rev, inventories: documents, problems: all };
}

function inventoryJson(rev: string, { inventory, groups, problems }: InventoryRendering, facts: KubeletFacts) {
  return {
    rev,
    inventory,
    groups: groups.map(group => groupJson(group, facts)),
    problems: problems.map(problem => ({ ...problem }) as Json),
  };
}

function groupJson(group: NodeGroup, facts: KubeletFacts): Json {
  return {
    name: group.name,
    hosts: group.hosts,
    roles: group.roles,
    files: group.files.map(fileJson),
    supporting: group.supporting.map(fileJson),
    sysctls: {
      settings: group.sysctls.settings.map(({ name, value, file }) => ({ name, value: plain(value), file })),
      open: group.sysctls.open?.why.join('; ') ?? null,
    },
    flags: group.flags.map(({ name, value }) => ({ name, value: plain(value) })),
    kubelet: kubeletJson(group, facts),
    problems: group.problems.map(problem => ({ ...problem }) as Json),
  };
}

function fileJson(file: NodeFile): Json {
  return {
    dest: plain(file.dest),
    kind: file.kind,
    source: file.source,
    variable: file.variable,
    text: file.text === null ? null : readable(file.text),
    mode: file.mode && plain(file.mode),
    owner: file.owner && plain(file.owner),
    group: file.group && plain(file.group),
    values: fileValues(file),
    task: { file: file.task.file, line: file.task.line, name: file.task.name, role: file.task.role },
  };
}

/** Whether a field may be set by lines nobody can see. */
function isBelow(path: string, open: ReadonlyMap<string, unknown>): boolean {
  return [...open.keys()].some(parent => parent === '' || path.startsWith(`${parent}.`));
}

function kubeletJson({ kubelet, provenance }: NodeGroup, facts: KubeletFacts): Json {
  if (kubelet === null) return null;
  const given = [...kubelet.values].filter(([path, value]) => !(isImplicit(value) && isBelow(path, kubelet.open)));
  const values = given.flatMap(([path, { value }]) => (value.known ? [[path, value.json] as const] : []));
  const hidden = given.flatMap(([path, { value }]) => (value.known ? [] : [[path, value.unknown] as const]));
  const unknown = [...hidden, ...kubelet.open].map(([path, { why }]) => ({ path, reason: why.join('; ') }));
  return {
    accepted: kubelet.accepted,
    effective: unknown.length === 0 ? effectiveConfiguration(kubelet, facts) : null,
    values: Object.fromEntries(values),
    unknown,
    provenance: Object.fromEntries(
      [...provenance].map(([path, origins]) => [
        path,
        origins.map(({ file, line, kind }) => ({ file, line, column: 1, kind })),
      ]),
    ),
  };
}

function plain(traced: Traced<string>): string {
  return traced.value.known ? traced.value.json : `⟨unknown: ${traced.value.unknown.why.join('; ')}⟩`;
}
