import type { Random } from '../random.ts';
import { expression, type Grammar } from './expressions.ts';
import type { Reference } from './inventories.ts';
import { template, withName } from './templates.ts';
import { POOL, quoted, TYPES, type ValueType, valueOf, yamlEntry } from './values.ts';

/** What the tasks of one repository share while they are written. */
export type Workshop = Readonly<{
  random: Random;
  files: Record<string, string>;
  grammar: Grammar;
  reference: Reference;
  roles: readonly string[];
  /** The playbook's folder. */
  folder: string;
  /** Counts what needs a name of its own. */
  count: { next: number };
}>;

/** Where a task is written: its folder's templates, files and task files. */
type Place = Readonly<{ folder: string; role: string | null; depth: number }>;

export function writeRoles(shop: Workshop): void {
  const { random, files, roles } = shop;
  for (const [at, role] of roles.entries()) {
    const folder = join(shop.folder, `roles/${role}`);
    const vars = (percent: number) => variables(shop, percent);
    if (random.chance(75)) files[`${folder}/defaults/main.yml`] = vars(15) || '---\n';
    if (random.chance(20)) files[`${folder}/defaults/main.yml`] = vars(100);
    if (random.chance(40)) files[`${folder}/vars/main.yml`] = vars(6) || '---\n';
    if (at > 0 && random.chance(30))
      files[`${folder}/meta/main.yml`] = `dependencies:\n${dependency(shop, roles[at - 1] ?? '')}`;
    const place = { folder, role, depth: 0 };
    files[`${folder}/tasks/main.yml`] = tasks(shop, place, 1 + random.below(4)).join('') || '---\n';
  }
}

function dependency(shop: Workshop, role: string): string {
  const { random } = shop;
  return random.of([
    `  - ${role}\n`,
    `  - role: ${role}\n    vars:\n${variables(shop, 5, '      ') || '      unused: 1\n'}`,
    `  - { role: ${role}, when: ${flowText(condition(shop))} }\n`,
    `  - role: ${role}\n    log_level: ${random.of(['1', '"{{ max_pods }}"', '9'])}\n`,
  ]);
}

export function writePlaybook(shop: Workshop, path: string): void {
  const { random, files, folder } = shop;
  const place: Place = { folder, role: null, depth: 0 };
  const plays = Array.from({ length: 1 + random.below(2) }, () => {
    const lines = [`- hosts: ${random.of(PATTERNS)}\n`, '  gather_facts: false\n'];
    if (random.chance(60)) lines.push(section('vars', variables(shop, 8, '    ')));
    if (random.chance(25)) lines.push(varsFiles(shop, folder));
    if (random.chance(70))
      lines.push(section('roles', Array.from({ length: 1 + random.below(2) }, () => roleEntry(shop)).join('')));
    for (const name of ['pre_tasks', 'tasks', 'post_tasks']) {
      if (random.chance(name === 'tasks' ? 90 : 25))
        lines.push(
          section(
            name,
            tasks(shop, place, 1 + random.below(4))
              .map(one => indented(one, '    '))
              .join(''),
          ),
        );
    }
    return lines.join('');
  });
  files[path] = `${random.of(['---\n', ''])}${plays.join('\n')}`;
}

const PATTERNS = [
  'all',
  'all',
  'all',
  'workers',
  'masters:workers',
  'kube_cluster',
  '"all:!gpu"',
  '"workers:&zone_a"',
  '[workers, gpu]',
  '"*"',
  'node*',
  '"~(node|cp).*"',
  'all,!masters',
  '"workers[0]"',
  '"all[0:1]"',
];

function section(name: string, body: string): string {
  return body === '' ? '' : `  ${name}:\n${body}`;
}

function varsFiles(shop: Workshop, folder: string): string {
  const name = `vars/extra${shop.count.next++}.yml`;
  shop.files[folder === '' ? name : `${folder}/${name}`] = variables(shop, 10) || '---\n';
  return shop.random.of([
    `  vars_files:\n    - ${name}\n`,
    `  vars_files:\n    - [vars/missing.yml, ${name}]\n`,
    `  vars_files: ${name}\n`,
  ]);
}

function roleEntry(shop: Workshop): string {
  const { random, roles } = shop;
  const role = random.of(roles);
  return random.of([
    `    - ${role}\n`,
    `    - role: ${role}\n`,
    `    - { role: ${role}, log_level: ${random.of(['4', '"{{ kubelet_port }}"'])} }\n`,
    `    - role: ${role}\n      vars:\n${variables(shop, 6, '        ') || '        unused: 1\n'}`,
    `    - role: ${role}\n      when: ${quoted(condition(shop), random)}\n`,
  ]);
}

/** `name: value` lines for some variables of the pool. */
function variables(shop: Workshop, percent: number, indent = ''): string {
  const { random } = shop;
  return TYPES.flatMap(type => POOL[type].map(name => [name, type] as const))
    .filter(() => random.chance(percent))
    .map(([name, type]) => yamlEntry(random, name, valueOf(random, type, shop.reference), indent))
    .join('');
}

function condition(shop: Workshop): string {
  const { random } = shop;
  return random.chance(25)
    ? random.of(['true', 'false', 'not_there is not defined', 'inventory_hostname in groups.all'])
    : expression(shop.grammar, 'flag', 2);
}

function flowText(text: string): string {
  return JSON.stringify(text);
}

function indented(text: string, indent: string): string {
  return text.replace(/^(?=.)/gm, indent);
}

function tasks(shop: Workshop, place: Place, count: number): string[] {
  return Array.from({ length: count }, () => task(shop, place));
}

function task(shop: Workshop, place: Place): string {
  const { random } = shop;
  const kind = random.of(place.depth >= 2 ? PLAIN_KINDS : KINDS);
  const lines = WRITERS[kind](shop, place);
  const extra: string[] = [];
  if (random.chance(35) && !/^ {2}when:/m.test(lines)) extra.push(whenLine(shop));
  if (!/^(?: {2}|- )vars:/m.test(lines) && random.chance(18)) {
    const vars = variables(shop, 4, '    ');
    if (vars !== '') extra.push(`  vars:\n${vars}`);
  }
  return `${lines}${extra.join('')}`;
}

function whenLine(shop: Workshop): string {
  const { random } = shop;
  if (random.chance(25))
    return `  when:\n    - ${quoted(condition(shop), random)}\n    - ${quoted(condition(shop), random)}\n`;
  return `  when: ${quoted(condition(shop), random)}\n`;
}

type Kind =
  | 'template'
  | 'content'
  | 'file'
  | 'fact'
  | 'loop'
  | 'debug'
  | 'command'
  | 'includeVars'
  | 'block'
  | 'include'
  | 'import'
  | 'role'
  | 'found';
const PLAIN_KINDS: readonly Kind[] = [
  'template',
  'template',
  'template',
  'content',
  'content',
  'fact',
  'fact',
  'loop',
  'loop',
  'debug',
];
const KINDS: readonly Kind[] = [
  ...PLAIN_KINDS,
  ...PLAIN_KINDS,
  'file',
  'command',
  'includeVars',
  'block',
  'block',
  'include',
  'include',
  'import',
  'role',
  'role',
  'found',
];

const WRITERS: Readonly<Record<Kind, (shop: Workshop, place: Place) => string>> = {
  template: (shop, place) => {
    const name = writeTemplate(shop, place, shop.grammar);
    const mode = shop.random.of(['', '', "    mode: '0644'\n", '    mode: 0600\n']);
    return `- name: write ${name}\n  template:\n    src: ${name}\n    dest: ${destination(shop)}\n${mode}`;
  },
  content: shop => {
    const content = contentText(shop, shop.grammar);
    return `- ${shop.random.of(['copy', 'ansible.builtin.copy'])}:\n    content: ${content}\n    dest: ${destination(shop)}\n`;
  },
  file: (shop, place) => {
    const name = `plain${shop.count.next++}.conf`;
    shop.files[join(place.folder, `files/${name}`)] = 'kept {{ as it is }}\n';
    return `- copy: { src: ${name}, dest: ${destination(shop)} }\n`;
  },
  fact: shop => {
    const { random } = shop;
    const type = random.of(TYPES);
    const name = random.chance(80) ? random.of(POOL[type]) : `new_${type}`;
    return `- set_fact:\n    ${name}: ${quoted(`{{ ${expression(shop.grammar, type, 2)} }}`, random)}\n${random.chance(20) ? `    other_fact: ${quoted(`x-{{ ${expression(shop.grammar, 'text', 1)} }}`, random)}\n` : ''}`;
  },
  loop: loopTask,
  debug: shop =>
    `- debug:\n    msg: ${quoted(`{{ ${expression(shop.grammar, 'text', 1)} | default('') }}`, shop.random)}\n`,
  command: shop => {
    const name = `out_${shop.count.next++}`;
    return shop.random.of([
      `- command: systemctl is-active kubelet\n  register: ${name}\n`,
      `- command: cat /etc/x\n  register: ${name}\n- copy:\n    content: "now {{ ${name}.stdout }} {{ max_pods }}"\n    dest: ${destination(shop)}\n`,
      `- command: cat /etc/x\n  register: ${name}\n- copy:\n    content: "said {{ log_level }}"\n    dest: ${destination(shop)}\n  when: ${name}.rc == 0\n`,
      `- command: cat /etc/x\n  register: ${name}\n- set_fact:\n    banner: "{{ ${name}.stdout | upper }}"\n`,
    ]);
  },
  includeVars: (shop, place) => {
    const name = `included${shop.count.next++}.yml`;
    shop.files[join(place.folder, `vars/${name}`)] = variables(shop, 8) || '---\n';
    return shop.random.of([
      `- include_vars: ${name}\n`,
      `- include_vars: { file: ${name} }\n`,
      `- include_vars:\n    file: ${name}\n    name: settings\n`,
    ]);
  },
  block: (shop, place) => {
    const { random } = shop;
    const inner = tasks(shop, { ...place, depth: place.depth + 1 }, 1 + random.below(2));
    const vars = random.chance(50) ? variables(shop, 5, '    ') : '';
    return `- ${vars === '' ? '' : `vars:\n${vars}  `}block:\n${inner.map(one => indented(one, '    ')).join('')}`;
  },
  include: (shop, place) => taskFile(shop, place, 'include_tasks'),
  import: (shop, place) => taskFile(shop, place, 'import_tasks'),
  role: (shop, place) => {
    const { random, roles } = shop;
    const allowed = place.role === null ? roles : roles.slice(0, roles.indexOf(place.role));
    if (allowed.length === 0) return WRITERS.template(shop, place);
    const module = random.of(['include_role', 'include_role', 'import_role']);
    const vars = random.chance(50) ? variables(shop, 5, '    ') : '';
    const isPublic = module === 'include_role' && random.chance(20) ? '    public: true\n' : '';
    return `- ${module}:\n    name: ${random.of(allowed)}\n${isPublic}${vars === '' ? '' : `  vars:\n${vars}`}`;
  },
  found: (shop, place) => {
    const name = writeTemplate(shop, place, shop.grammar);
    return `- template:\n    src: "{{ item }}"\n    dest: ${destination(shop)}\n  with_first_found:\n    - "{{ inventory_hostname }}.j2"\n    - ${name}\n`;
  },
};

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

function destination(shop: Workshop, part = ''): string {
  const path = `/etc/kubernetes/kubelet-${shop.count.next++}${part}.conf`;
  return part === '' ? path : `"${path}"`;
}

function writeTemplate(shop: Workshop, place: Place, grammar: Grammar): string {
  const { random, files, count } = shop;
  const name = `t${count.next++}.j2`;
  const includes: string[] = [];
  if (random.chance(20)) {
    const partial = `part${count.next++}.j2`;
    files[join(place.folder, `templates/${partial}`)] = template(grammar, 1, []);
    includes.push(partial);
  }
  files[join(place.folder, `templates/${name}`)] = template(grammar, 1 + random.below(3), includes);
  return name;
}

function contentText(shop: Workshop, grammar: Grammar): string {
  const { random } = shop;
  const type = random.of(['text', 'text', 'text', ...TYPES] as ValueType[]);
  const written = `{{ ${expression(grammar, type, 2)} }}`;
  if (random.chance(25))
    return `|\n      first {{ ${expression(grammar, 'text', 1)} }}\n      {% if ${expression(grammar, 'flag', 1)} %}\n      second: ${written.replaceAll('\n', ' ')}\n      {% endif %}\n      end`;
  return quoted(random.chance(40) ? `x: ${written}\n` : written, random);
}

function taskFile(shop: Workshop, place: Place, module: string): string {
  const { random, files, count } = shop;
  const name = `more${count.next++}.yml`;
  const inside = { ...place, depth: place.depth + 1 };
  const folder = place.role === null ? place.folder : `${place.folder}/tasks`;
  files[join(folder, name)] = tasks(shop, inside, 1 + random.below(2)).join('');
  const vars = random.chance(40) ? variables(shop, 5, '    ') : '';
  const call = random.chance(60) ? `- ${module}: ${name}\n` : `- ${module}:\n    file: ${name}\n`;
  const loop =
    module === 'include_tasks' && random.chance(20)
      ? `  loop: ${random.of(['[one, two]', '"{{ dns_servers }}"'])}\n`
      : '';
  return `${call}${vars === '' ? '' : `  vars:\n${vars}`}${loop}`;
}

function loopTask(shop: Workshop, place: Place): string {
  const { random, grammar } = shop;
  const of = random.of(['texts', 'records', 'mapping', 'numbers'] as const);
  const variable = random.chance(25) ? 'each_item' : 'item';
  const inside = withName(
    grammar,
    ({ texts: 'text', records: 'mapping', mapping: 'mapping', numbers: 'number' } as const)[of],
    variable,
  );
  const source = random.chance(75) ? quoted(`{{ ${expression(grammar, of, 1)} }}`, random) : literalList(random, of);
  const loop =
    of === 'mapping' ? `  with_dict: ${source}\n` : `  ${random.of(['loop', 'loop', 'with_items'])}: ${source}\n`;
  const control = [
    ...(variable === 'item' ? [] : ['    loop_var: each_item\n']),
    '    index_var: position\n',
    ...(random.chance(20) ? ['    label: x\n'] : []),
  ];
  const shown =
    of === 'mapping'
      ? `{{ ${variable}.key }}={{ ${variable}.value }}`
      : of === 'records'
        ? `{{ ${variable}.name }}:{{ ${variable}.weight | default(0) }}`
        : `{{ ${variable} }}`;
  const dest = destination(shop, '-{{ position }}');
  const when = random.chance(25)
    ? `  when: ${quoted(random.of([`${variable} is defined`, 'position > 0', `${variable} | string != 'a'`, `position is odd`]), random)}\n`
    : '';
  const looped = `${loop}  loop_control:\n${control.join('')}`;
  if (random.chance(20))
    return `- set_fact:\n    banner: ${quoted(`{{ banner | string ~ ${variable} | string }}`, random)}\n${looped}`;
  if (random.chance(50))
    return `- copy:\n    content: ${quoted(`${shown} {{ ${expression(inside, 'text', 1)} }}\n`, random)}\n    dest: ${dest}\n${looped}${when}`;
  return `- template:\n    src: ${writeTemplate(shop, place, inside)}\n    dest: ${dest}\n${looped}`;
}

function literalList(random: Random, of: 'texts' | 'records' | 'mapping' | 'numbers'): string {
  return {
    texts: random.of(['[a, b]', "['x y', '{{ banner }}']", '["{{ dns_servers }}", z]', '[]']),
    records: '[{name: alpha, path: /a, weight: 1}, {name: "{{ banner }}", path: /b, weight: 2}]',
    mapping: '{cpu: 100m, "b": "{{ max_pods }}"}',
    numbers: random.of(['[1, 2]', '[0, "{{ max_pods }}"]']),
  }[of];
}
