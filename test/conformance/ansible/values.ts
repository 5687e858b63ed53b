import type { Random } from '../random.ts';

/** What a variable of the pool holds; an expression asks for variables by it. */
export type ValueType = 'text' | 'number' | 'flag' | 'texts' | 'numbers' | 'records' | 'mapping' | 'tree';

/** Variables every generated repository may set and read, by what they hold. */
export const POOL: Readonly<Record<ValueType, readonly string[]>> = {
  text: ['kubelet_root_dir', 'cluster_domain', 'node_zone', 'kube_version', 'cgroup_driver', 'registry_host', 'banner'],
  number: ['max_pods', 'kubelet_port', 'image_gc_high', 'log_level'],
  flag: ['read_only_enabled', 'protect_kernel_defaults', 'fail_swap_on', 'rotate_certificates'],
  texts: ['dns_servers', 'allowed_sysctls', 'node_labels'],
  numbers: ['ports', 'weights'],
  records: ['extra_mounts', 'taints'],
  mapping: ['eviction_hard', 'feature_gates', 'kube_reserved'],
  tree: ['kubelet_extra', 'settings'],
};

export const TYPES = Object.keys(POOL) as ValueType[];

/** A value as written in YAML: the source of a scalar, or a collection of them. */
export type Written = string | readonly Written[] | Readonly<{ [key: string]: Written }>;

const TEXTS: readonly string[] = [
  'plain',
  '/var/lib/kubelet',
  'cluster.local',
  'eu-west-1a',
  'v1.29.3',
  'v1.30.0',
  '1.28.10',
  'systemd',
  'cgroupfs',
  '"registry.example.org:5000"',
  "'it''s'",
  '"two words"',
  '"# no comment"',
  '"a: b"',
  "'yes'",
  '"0644"',
  "'None'",
  '"null"',
  "'1e3'",
  '"1.10"',
  '" padded "',
  "'[not, a list]'",
  '"{brace"',
  "'a,b,,c'",
  '"grüße"',
  '"back\\\\slash"',
  '"line one\\nline two\\n"',
  '"tab\\there"',
  "''",
  '"True"',
  "'*star'",
  "'%percent'",
  '"a=b"',
  'a/b-c_d.e',
  '"☃ snow"',
  '\'"double"\'',
  '"100Mi"',
  "'10.233.0.0/18'",
  '"fd00::1"',
  "'10.0.0.7'",
  '"UPPER Case"',
  "'trailing\\'",
  '"&anchor"',
];
const NUMBERS: readonly string[] = [
  '0',
  '1',
  '2',
  '7',
  '10',
  '110',
  '250',
  '10250',
  '-1',
  '0x1F',
  '0o17',
  '0755',
  '1_000',
  '85',
];
const FLAGS: readonly string[] = ['true', 'false', 'yes', 'no', 'True', 'FALSE', 'on', 'off', 'Yes'];
const ODD: readonly string[] = [
  '~',
  'null',
  '1.5',
  '2.0',
  '1e3',
  '1.0e+3',
  '.5',
  '1:30',
  '12345678901234567890',
  '1.',
  '-0',
  '+5',
];
const KEYS: readonly string[] = [
  'cpu',
  'memory',
  'path',
  'name',
  'mode',
  'level',
  'memory.available',
  'nodefs-free',
  'RotateCerts',
  'Other',
];

/** A value of a type. Texts may be templates of other variables, as `reference` writes them. */
export function valueOf(random: Random, type: ValueType, reference: (type: ValueType) => string | null): Written {
  const templated = random.chance(14) ? reference(type) : null;
  if (templated !== null) return quoted(templated, random);
  const some = (most: number) => Array.from({ length: random.below(most + 1) });
  switch (type) {
    case 'text':
      return random.of(TEXTS);
    case 'number':
      return random.chance(6) ? `"${random.of(['5', '250', '12'])}"` : random.of(NUMBERS);
    case 'flag':
      return random.chance(6) ? random.of(['"yes"', '"false"', '"True"']) : random.of(FLAGS);
    case 'texts':
      return some(4).map(() => scalarText(random, reference));
    case 'numbers':
      return some(4).map(() => random.of(NUMBERS));
    case 'records':
      return some(3).map((_, at) => ({
        name: random.of(['alpha', 'beta', 'gamma', '"de lta"']),
        path: random.of(['/a', '/b', `/c/${at}`]),
        weight: random.of(NUMBERS),
        ...(random.chance(60) ? { enabled: random.of(FLAGS) } : {}),
        ...(random.chance(25) ? { tags: some(2).map(() => random.of(TEXTS)) } : {}),
      }));
    case 'mapping':
      return Object.fromEntries(some(4).map(() => [random.of(KEYS), scalar(random, reference)]));
    case 'tree':
      return Object.fromEntries(some(3).map(() => [random.of(KEYS), node(random, 2, reference)]));
  }
}

function node(random: Random, depth: number, reference: (type: ValueType) => string | null): Written {
  if (depth === 0 || random.chance(50)) return scalar(random, reference);
  const size = Array.from({ length: random.below(4) });
  if (random.chance(40)) return size.map(() => node(random, depth - 1, reference));
  return Object.fromEntries(size.map(() => [random.of(KEYS), node(random, depth - 1, reference)]));
}

function scalarText(random: Random, reference: (type: ValueType) => string | null): string {
  const templated = random.chance(10) ? reference('text') : null;
  return templated === null ? random.of(TEXTS) : quoted(templated, random);
}

function scalar(random: Random, reference: (type: ValueType) => string | null): string {
  if (random.chance(45)) return scalarText(random, reference);
  return random.of(random.chance(25) ? ODD : random.chance(50) ? NUMBERS : FLAGS);
}

/** A text as a YAML scalar in double or single quotes. */
export function quoted(text: string, random: Random): string {
  if (text.includes('\n') || random.chance(50)) return JSON.stringify(text);
  return `'${text.replaceAll("'", "''")}'`;
}

/** YAML lines of `key: value`, block style mostly. */
export function yamlEntry(random: Random, key: string, value: Written, indent = ''): string {
  if (typeof value === 'string') return `${indent}${yamlKey(key)}: ${value}\n`;
  if (random.chance(25) || isEmpty(value)) return `${indent}${yamlKey(key)}: ${flow(value)}\n`;
  return `${indent}${yamlKey(key)}:\n${block(random, value, Array.isArray(value) && random.chance(50) ? indent : `${indent}  `)}`;
}

function block(random: Random, value: Exclude<Written, string>, indent: string): string {
  if (!isList(value)) {
    return Object.entries(value)
      .map(([key, item]) => yamlEntry(random, key, item, indent))
      .join('');
  }
  return value
    .map(item => {
      if (typeof item === 'string') return `${indent}- ${item}\n`;
      if (isEmpty(item) || random.chance(30)) return `${indent}- ${flow(item)}\n`;
      return `${indent}- ${block(random, item, `${indent}  `).trimStart()}`;
    })
    .join('');
}

function flow(value: Written): string {
  if (typeof value === 'string') return /^[^"'].*[,[\]{}]/.test(value) ? JSON.stringify(value) : value;
  if (isList(value)) return `[${value.map(flow).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${yamlKey(key)}: ${flow(item)}`)
    .join(', ')}}`;
}

function isList(value: Written): value is readonly Written[] {
  return Array.isArray(value);
}

function isEmpty(value: Exclude<Written, string>): boolean {
  return Object.keys(value).length === 0;
}

function yamlKey(key: string): string {
  return /^[\w.-]+$/.test(key) ? key : JSON.stringify(key);
}

const INI_VALUES: Readonly<Record<ValueType, readonly string[]>> = {
  text: [
    'plain',
    '/var/lib/kubelet',
    "'single quoted'",
    '"double quoted"',
    'a#b',
    'v1.29.3',
    '1.28.10',
    'None',
    'true',
    'yes',
    '"[1, 2]"',
    '0644',
    '1e3',
    'a=b=c',
    "'it is'",
    'x,y',
    '"#hash"',
    "'a: b'",
    'grüße',
    '1_000',
    "''",
    '""',
    'a\\b',
    '{{ inventory_hostname }}',
    '5 # no',
  ],
  number: ['1', '110', '10250', '-1', '0x1F', '007', '1.5', '0o17', "'12'", '1_0', '+3'],
  flag: ['true', 'false', 'True', 'False', 'yes', 'no', '"True"'],
  texts: ["['a', 'b']", '["x"]', '[]', "['10.0.0.1', '10.0.0.2']", "('a', 'b')", "['a', ]"],
  numbers: ['[1, 2, 3]', '[]', '[80]', '[1,2.5]', '(1, 2)'],
  records: ["[{'name': 'alpha', 'path': '/a', 'weight': 1}]", '[]'],
  mapping: ["{'cpu': '100m', 'memory': '1Gi'}", '{}', '{"RotateCerts": True}', "{'a': None}"],
  tree: ["{'path': {'cpu': [1, {'name': 'x'}]}}", '{}'],
};

/** A value as an INI inventory has it; on a host line it must hold no blank outside quotes. */
export function iniValue(random: Random, type: ValueType, onHostLine: boolean): string {
  const value = random.of(INI_VALUES[type]);
  if (!onHostLine) return value;
  if (type === 'text' || type === 'number' || type === 'flag')
    return /\{\{/.test(value) ? `"${value}"` : value.replace(/ # no$/, '');
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}
