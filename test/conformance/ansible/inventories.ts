import type { Random } from '../random.ts';
import { iniValue, POOL, TYPES, type ValueType, valueOf, yamlEntry } from './values.ts';

/** Groups every generated inventory may have; `kube_cluster` and `zone_a` hold other groups. */
export const GROUPS = ['masters', 'workers', 'gpu', 'etcd'] as const;
const PARENTS = ['kube_cluster', 'zone_a'] as const;

export type Reference = (type: ValueType) => string | null;
type Files = Record<string, string>;
type Layout = Readonly<{
  hosts: readonly Readonly<{ pattern: string; names: readonly string[]; group: string | null }>[];
  children: readonly Readonly<{ parent: string; children: readonly string[] }>[];
}>;

/**
 * Writes an inventory, INI or YAML, one file or a folder, with group_vars and host_vars beside it and beside the
 * playbook. `full` gives every variable of the pool a value in the group `all`.
 * @returns the path of the inventory
 */
export function writeInventory(random: Random, files: Files, playbookFolder: string, reference: Reference): string {
  const layout = randomLayout(random);
  const folder = random.of(['inventory', 'inventories/prod', playbookFolder]);
  const join = (name: string) => (folder === '' ? name : `${folder}/${name}`);
  let path: string;
  if (random.chance(20) && folder !== '' && folder !== playbookFolder) {
    path = folder;
    const [first, second] = random.of([
      ['01-hosts', '02-more.yml'],
      ['hosts', 'more.yaml'],
      ['a.yml', 'b'],
      ['hosts.ini', 'zz.yml'],
    ] as const);
    const [half, rest] = halved(layout);
    files[join(first)] = written(random, half, first, reference);
    files[join(second)] = written(random, rest, second, reference);
  } else {
    path = join(
      random.of(['hosts', 'hosts.ini', 'hosts.yml', 'inventory.yaml', 'hosts.yml', 'hosts.ini', 'production']),
    );
    files[path] = written(random, layout, path, reference);
  }
  const beside = folder;
  const everything = random.chance(75) ? beside : playbookFolder;
  writeVars(random, files, everything, 'group_vars', 'all', 100, reference);
  const names = unique(layout.hosts.flatMap(host => host.names));
  for (const where of new Set([beside, playbookFolder])) {
    if (where !== everything && random.chance(40)) writeVars(random, files, where, 'group_vars', 'all', 15, reference);
    for (const group of [...GROUPS, ...PARENTS, 'ungrouped'])
      if (random.chance(22)) writeVars(random, files, where, 'group_vars', group, 12, reference);
    for (const name of names) if (random.chance(12)) writeVars(random, files, where, 'host_vars', name, 10, reference);
  }
  return path;
}

function randomLayout(random: Random): Layout {
  const choices = [
    { pattern: 'node[1:2]', names: ['node1', 'node2'] },
    { pattern: 'node[01:02]', names: ['node01', 'node02'] },
    { pattern: 'cp1', names: ['cp1'] },
    { pattern: 'cp1.example.org', names: ['cp1.example.org'] },
    { pattern: 'gpu-[a:b]', names: ['gpu-a', 'gpu-b'] },
    { pattern: 'w[1:4:2]', names: ['w1', 'w3'] },
    { pattern: 'r[1:2]-[a:a]', names: ['r1-a', 'r2-a'] },
    { pattern: '10.0.0.7', names: ['10.0.0.7'] },
    { pattern: 'edge', names: ['edge'] },
  ];
  const hosts: { pattern: string; names: readonly string[]; group: string | null }[] = [];
  for (const group of GROUPS) {
    const many = group === 'workers' ? 1 + random.below(2) : random.below(2);
    for (let i = 0; i < many; i++) hosts.push({ ...random.of(choices), group });
  }
  if (hosts.length > 0 && random.chance(50)) hosts.push({ ...random.of(hosts), group: random.of(GROUPS) });
  if (random.chance(25)) hosts.push({ ...random.of(choices), group: null });
  return { hosts, children: randomParents(random) };
}

/**
 * Parents one inside the other at most: of two groups at one depth that both hold groups, Ansible walks them in the
 * order of a set, which changes from run to run.
 */
function randomParents(random: Random): Layout['children'] {
  const cluster = {
    parent: 'kube_cluster',
    children: random.of([
      ['masters', 'workers'],
      ['workers', 'gpu', 'masters'],
    ]),
  };
  const kind = random.below(100);
  if (kind < 35) return [];
  if (kind < 70) return [cluster];
  if (kind < 85) return [cluster, { parent: 'zone_a', children: ['kube_cluster', 'etcd'] }];
  return [{ parent: 'zone_a', children: ['gpu', 'etcd'] }];
}

function halved(layout: Layout): readonly [Layout, Layout] {
  const at = layout.hosts.length >> 1;
  return [
    { hosts: layout.hosts.slice(0, at), children: [] },
    { hosts: layout.hosts.slice(at), children: layout.children },
  ];
}

function written(random: Random, layout: Layout, path: string, reference: Reference): string {
  return /\.ya?ml$/.test(path) ? asYaml(random, layout, reference) : asIni(random, layout);
}

/** Variables of one place, each of the pool with a chance. */
function someVars(random: Random, percent: number): readonly (readonly [string, ValueType])[] {
  return TYPES.flatMap(type => POOL[type].map(name => [name, type] as const)).filter(() => random.chance(percent));
}

function asIni(random: Random, { hosts, children }: Layout): string {
  const lines: string[] = [random.of(['# inventory\n', '', '; also a comment\n'])];
  const hostLine = (pattern: string) => {
    const vars = random.chance(45) ? someVars(random, 8).slice(0, 3) : [];
    const address = random.chance(25) ? [`ansible_host=10.1.0.${1 + random.below(200)}`] : [];
    const port = random.chance(8) && !/^\d/.test(pattern) ? ':2222' : '';
    const words = [...address, ...vars.map(([name, type]) => `${name}=${iniValue(random, type, true)}`)];
    return `${pattern}${port}${words.map(word => `${random.of([' ', '  ', '\t'])}${word}`).join('')}${random.chance(10) ? ' # note' : ''}\n`;
  };
  for (const host of hosts.filter(one => one.group === null)) lines.push(hostLine(host.pattern));
  for (const group of new Set(hosts.map(host => host.group))) {
    if (group === null) continue;
    lines.push(`${random.chance(50) ? '\n' : ''}[${group}]${random.chance(8) ? ' # group' : ''}\n`);
    for (const host of hosts.filter(one => one.group === group)) lines.push(hostLine(host.pattern));
  }
  const known = new Set(hosts.flatMap(host => host.group ?? []));
  const declared = new Set(known);
  for (const { parent, children: below } of children) {
    lines.push(`\n[${parent}:children]\n`);
    declared.add(parent);
    for (const child of below) {
      lines.push(`${child}\n`);
      declared.add(child);
    }
    for (const child of below.filter(one => !known.has(one) && !children.some(other => other.parent === one))) {
      lines.push(`[${child}]\n`);
      known.add(child);
    }
  }
  for (const group of [...declared, 'all']) {
    if (!random.chance(35)) continue;
    lines.push(`\n[${group}:vars]\n`);
    if (random.chance(15)) lines.push(`ansible_group_priority=${random.of(['5', '10', '1'])}\n`);
    for (const [name, type] of someVars(random, 10))
      lines.push(`${name}${random.of(['=', ' = ', '= '])}${iniValue(random, type, false)}\n`);
  }
  return lines.join('');
}

function asYaml(random: Random, { hosts, children }: Layout, reference: Reference): string {
  const lines: string[] = [random.of(['---\n', '', '# inventory\n'])];
  const entries = (indent: string, percent: number) =>
    someVars(random, percent)
      .map(([name, type]) => yamlEntry(random, name, valueOf(random, type, reference), indent))
      .join('');
  const hostEntry = (pattern: string, indent: string) => {
    const own = random.chance(35) ? entries(`${indent}  `, 5) : '';
    const address = random.chance(20) ? `${indent}  ansible_host: 10.2.0.${1 + random.below(200)}\n` : '';
    return `${indent}${/[[:]/.test(pattern) ? `"${pattern}"` : pattern}:${own + address === '' ? random.of(['', ' {}']) : ''}\n${address}${own}`;
  };
  const varsEntry = (indent: string, percent: number, priority = false) => {
    const own = `${entries(`${indent}  `, percent)}${priority && random.chance(15) ? `${indent}  ansible_group_priority: ${random.of(['5', '10'])}\n` : ''}`;
    return own === '' ? '' : `${indent}vars:\n${own}`;
  };
  lines.push('all:\n');
  const free = hosts.filter(one => one.group === null);
  if (free.length > 0)
    lines.push('  hosts:\n', ...unique(free.map(one => one.pattern)).map(one => hostEntry(one, '    ')));
  if (random.chance(40)) lines.push(varsEntry('  ', 8));
  const groups = unique([
    ...hosts.flatMap(host => host.group ?? []),
    ...children.flatMap(one => [one.parent, ...one.children]),
  ]);
  if (groups.length > 0) lines.push('  children:\n');
  for (const group of groups) {
    const own = unique(hosts.filter(one => one.group === group).map(one => one.pattern));
    const below = children.find(one => one.parent === group)?.children ?? [];
    const body = [
      ...(own.length > 0 ? ['      hosts:\n', ...own.map(one => hostEntry(one, '        '))] : []),
      ...(random.chance(35) ? [varsEntry('      ', 8, true)] : []),
      ...(below.length > 0
        ? ['      children:\n', ...below.map(child => `        ${child}:${random.of(['', ' {}'])}\n`)]
        : []),
    ].join('');
    lines.push(`    ${group}:\n${body}`);
  }
  return lines.join('');
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

const BASE = 'base_number: 3\nbase_flag: true\nbase_mapping: {cpu: 100m, path: /x}\nkube_version_fixed: v1.29.3\n';

/** A group_vars or host_vars file, or folder of files, below a folder. */
function writeVars(
  random: Random,
  files: Files,
  folder: string,
  kind: 'group_vars' | 'host_vars',
  name: string,
  percent: number,
  reference: Reference,
): void {
  const base = `${folder === '' ? '' : `${folder}/`}${kind}/${name}`;
  const vars = someVars(random, percent);
  const text = (some: typeof vars) =>
    `${random.of(['---\n', '', '# variables\n'])}${percent === 100 ? BASE : ''}${some.map(([key, type]) => yamlEntry(random, key, valueOf(random, type, reference))).join('')}`;
  if (vars.length === 0) return;
  if (!random.chance(30)) {
    files[`${base}${random.of(['.yml', '.yaml', ''])}`] = text(vars);
    return;
  }
  const at = vars.length >> 1;
  const [first, second] = random.of([
    ['main.yml', 'extra.yml'],
    ['10-base.yaml', '20-more.yml'],
    ['a', 'sub/b.yml'],
    ['vars.yml', '.hidden.yml'],
    ['vars.yml', 'notes.txt'],
  ] as const);
  const keepAll = percent === 100 && /hidden|txt/.test(second);
  files[`${base}/${first}`] = text(keepAll ? vars : [...vars.slice(0, at), ...vars.slice(at, at + 2)]);
  files[`${base}/${second}`] = text(vars.slice(at));
}
