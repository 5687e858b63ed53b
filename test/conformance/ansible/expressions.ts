import type { Random } from '../random.ts';
import type { ValueType } from './values.ts';

/** What an expression may use: a source of choices and the names in sight, by what they hold. */
export type Grammar = Readonly<{
  random: Random;
  /** A variable in sight that holds a value of the type; null when none is. */
  name: (type: ValueType) => string | null;
}>;

type Writer = (g: Grammar, depth: number) => string;

/** A random Jinja expression that gives a value of the type in nearly all cases; `depth` bounds its nesting. */
export function expression(g: Grammar, type: ValueType, depth: number): string {
  const { random } = g;
  if (depth <= 0 || random.chance(25)) return leaf(g, type);
  return random.of(WRITERS[type])(g, depth - 1);
}

function leaf(g: Grammar, type: ValueType): string {
  const { random } = g;
  const name = random.chance(78) ? g.name(type) : null;
  if (name !== null) return name;
  return random.of(LITERALS[type]);
}

const LITERALS: Readonly<Record<ValueType, readonly string[]>> = {
  text: [
    "'plain'",
    "'Two Words'",
    "'a,b,c'",
    "'v1.29.3'",
    "'10.0.0.1'",
    "'/etc/kubernetes/kubelet.conf'",
    "''",
    "'x=1'",
    '"it\'s"',
    "'yes'",
    "'5'",
    'inventory_hostname',
    "'é'",
    "' pad '",
  ],
  number: ['0', '1', '2', '3', '10', '42', '-3', '250'],
  flag: ['true', 'false', 'True', 'False'],
  texts: [
    "['a', 'b', 'a']",
    "['x']",
    "['b', 'A', 'c']",
    '[]',
    'group_names',
    "groups['all']",
    "['10.0.0.1', 'fd00::1']",
  ],
  numbers: ['[3, 1, 2]', '[1]', '[]', '[2, 2, 5]', 'range(3) | list', 'range(1, 10, 4) | list'],
  records: [
    "[{'name': 'alpha', 'path': '/a', 'weight': 3}, {'name': 'beta', 'path': '/b', 'weight': 1, 'enabled': true}]",
    "[{'name': 'x', 'path': '/x', 'weight': 2, 'enabled': false}]",
  ],
  mapping: ["{'cpu': '100m', 'memory': '1Gi'}", "{'a': 1, 'b': true}", '{}', "dict(x=1, y='z')"],
  tree: ["{'path': {'cpu': [1, 2]}, 'name': 'n'}", "{'level': {'memory': {'deep': none}}}"],
};

const ANY: readonly ValueType[] = ['text', 'number', 'flag', 'texts', 'numbers', 'records', 'mapping', 'tree'];
const any: Writer = (g, depth) => expression(g, g.random.of(ANY), depth);
const text: Writer = (g, depth) => wrapped(expression(g, 'text', depth));
const number: Writer = (g, depth) => wrapped(expression(g, 'number', depth));
const flag: Writer = (g, depth) => wrapped(expression(g, 'flag', depth));
const texts: Writer = (g, depth) => wrapped(expression(g, 'texts', depth));
const numbers: Writer = (g, depth) => wrapped(expression(g, 'numbers', depth));
const records: Writer = (g, depth) => wrapped(expression(g, 'records', depth));
const mapping: Writer = (g, depth) => wrapped(expression(g, 'mapping', depth));
const tree: Writer = (g, depth) => wrapped(expression(g, 'tree', depth));
const wild: Writer = (g, depth) => wrapped(any(g, depth));

/** Parentheses where an operator or filter follows. */
function wrapped(written: string): string {
  return /^(?:[\w.]+|'[^']*'|"[^"]*"|\[[^[\]]*\]|\{[^{}]*\})$/.test(written) && !written.startsWith('-')
    ? written
    : `(${written})`;
}

const PATTERNS: readonly (readonly [string, string])[] = [
  ["'[0-9]+'", "'N'"],
  ["'^v'", "''"],
  ["'\\\\.'", "'-'"],
  ["'(\\\\w+)\\\\.(\\\\w+)'", "'\\\\2.\\\\1'"],
  ["'a|e'", "'_'"],
  ["'$'", "'!'"],
  ["'^'", "'> '"],
  ["'(.)\\\\1'", "'<\\\\g<1>>'"],
  ["'(?i)K'", "'k'"],
  ["'\\\\s+'", "' '"],
  ["'^(.*)$'", "'--\\\\1'"],
  ["'[^a-z]'", "''"],
  ["'x*'", "'-'"],
  ["'(?P<first>[a-z])'", "'\\\\g<first>.'"],
];
const MISSING = ['not_there', 'absent_setting'];

const FORMATS = ["'%s/%s'", "'%05d'", "'%-8s|'", "'%.2f'", "'%x'"];

const WRITERS: Readonly<Record<ValueType, readonly Writer[]>> = {
  text: [
    (g, d) =>
      `${text(g, d)} | ${g.random.of(['lower', 'upper', 'title', 'capitalize', 'trim', 'string', 'quote', 'basename', 'dirname', 'b64encode', 'reverse', 'escape', 'urlencode'])}`,
    (g, d) => `${text(g, d)} | replace(${g.random.of(["'a', 'b'", "'/', '-'", "'.', ''", "' ', '_', 1"])})`,
    (g, d) => {
      const [pattern, by] = g.random.of(PATTERNS);
      return `${text(g, d)} | regex_replace(${pattern}, ${by}${g.random.chance(15) ? ', multiline=True' : ''}${g.random.chance(15) ? ', ignorecase=True' : ''})`;
    },
    (g, d) => `${text(g, d)} | regex_search(${g.random.of(["'[a-z]+'", "'\\\\d+'", "'^v'"])}) | default('none', true)`,
    (g, d) => `${text(g, d)} | hash(${g.random.of(["'sha1'", "'md5'", "'sha256'", "'sha512'"])})`,
    (g, d) =>
      `${text(g, d)} | indent(${g.random.of(['2', '4', '2, true', '2, first=True', 'width=3', '2, false, true'])})`,
    (g, d) => `${texts(g, d)} | join(${g.random.of(["','", "', '", '', "' '", "';' ~ '-'"])})`,
    (g, d) => `${numbers(g, d)} | join(',')`,
    (g, d) => `${texts(g, d)} | ${g.random.of(['first', 'last', 'min', 'max'])} | default('none')`,
    (g, d) => `${text(g, d)} ~ ${wild(g, d)}`,
    (g, d) => `${text(g, d)} + ${text(g, d)}`,
    (g, d) => `(${text(g, d)} if ${flag(g, d)} else ${text(g, d)})`,
    (g, d) => `${flag(g, d)} | ternary(${text(g, d)}, ${text(g, d)})`,
    (g, d) => `${wild(g, d)} | string`,
    (g, d) =>
      `${wild(g, d)} | ${g.random.of(['to_json', 'to_nice_json', 'to_yaml', 'to_nice_yaml', 'to_nice_yaml(indent=2)', 'to_nice_yaml(indent=2, width=1000)', 'to_json(sort_keys=True)', 'to_nice_yaml(sort_keys=False)', 'to_nice_json(indent=2)', 'tojson'])}`,
    (g, d) => `${g.random.of(MISSING)} | default(${expression(g, 'text', d)})`,
    (g, d) => `${text(g, d)} | default(${expression(g, 'text', d)}${g.random.chance(50) ? ', true' : ''})`,
    (g, d) => `${text(g, d)}[${g.random.of([':3', '1:', '-2:', '::2', '::-1', '1:-1'])}]`,
    (g, d) =>
      `${text(g, d)}.${g.random.of(['upper()', 'lower()', 'strip()', "replace('a', 'o')", "split(',')[0]", "rstrip('/')", "lstrip('v')", 'title()', "rsplit('.', 1)[0]", "partition('.')[2]", 'zfill(6)', "ljust(5) ~ '|'", "join(['a', 'b'])", 'capitalize()', 'swapcase()', "removeprefix('v')", "center(9, '*')"])}`,
    (g, d) =>
      `${g.random.of(FORMATS.slice(0, 1))} | format(${expression(g, 'text', d)}, ${expression(g, 'number', d)})`,
    (g, d) => `${g.random.of(FORMATS.slice(1))} | format(${expression(g, 'number', d)})`,
    (g, d) => `'%s-%s' % (${expression(g, 'text', d)}, ${expression(g, 'number', d)})`,
    (g, d) => `'{}:{}'.format(${expression(g, 'text', d)}, ${expression(g, 'number', d)})`,
    (g, d) => `${text(g, d)} | split('${g.random.of(['.', ',', '/'])}') | ${g.random.of(['first', 'last'])}`,
    (g, d) => `${records(g, d)} | map(attribute='name') | join(',')`,
    (g, d) => `${mapping(g, d)}.${g.random.of(['cpu', 'memory', 'a'])} | default('dflt')`,
    (g, d) => `${mapping(g, d)}.get('${g.random.of(['cpu', 'x'])}', 'got')`,
    (g, d) => `${tree(g, d)}['path'] | default('no path')`,
    (g, d) => `${tree(g, d)}.path.cpu | default('deep')`,
    (g, d) =>
      `${text(g, d)} | ${g.random.of(['comment', "comment('c')", 'truncate(6)', "truncate(6, true, '')", 'wordcount', 'length', 'center(11)', 'list | length', 'regex_escape', 'splitext | first', 'path_join', 'win_basename', 'urlsplit', 'checksum', 'md5', 'sha1', 'type_debug', 'hash', 'to_uuid', 'e', 'wordwrap(9)', 'striptags', 'human_to_bytes', 'filesizeformat', 'pprint', 'from_yaml', 'b64decode', 'regex_findall("[a-z]+")', 'random(seed=1)'])}`,
    (g, d) =>
      `lookup('vars', '${g.name('text') ?? 'banner'}'${g.random.chance(30) ? `, default=${expression(g, 'text', d)}` : ''})`,
    g => `hostvars[inventory_hostname].${g.name('text') ?? 'banner'}`,
    g =>
      `hostvars[groups['all'][0]].${g.random.of(['inventory_hostname', g.name('text') ?? 'banner'])} | default('nohost')`,
    g => `groups['all'] | map('extract', hostvars, '${g.name('number') ?? 'max_pods'}') | list | to_json`,
    (g, d) =>
      `${text(g, d)} | ${g.random.of(['b64encode | b64decode', 'to_json | from_json', "split(',') | join('+')"])}`,
  ],
  number: [
    (g, d) => `${number(g, d)} ${g.random.of(['+', '-', '*'])} ${number(g, d)}`,
    (g, d) => `${number(g, d)} ${g.random.of(['//', '%', '/', '**'])} ${g.random.of(['2', '3', '7'])}`,
    (g, d) => `${wrapped(expression(g, g.random.of(['text', 'texts', 'numbers', 'records', 'mapping']), d))} | length`,
    (g, d) => `${text(g, d)} | int`,
    (g, d) => `${text(g, d)} | int(${g.random.of(['7', 'default=-1'])})`,
    (g, d) =>
      `${number(g, d)} | ${g.random.of(['int', 'abs', 'float', 'round', 'float | round(1)', 'string | int', 'round(0, "floor") | int', 'float | int'])}`,
    (g, d) => `${numbers(g, d)} | ${g.random.of(['sum', 'max', 'min', 'first', 'last'])} | default(0)`,
    (g, d) => `[${expression(g, 'number', d)}, ${expression(g, 'number', d)}] | ${g.random.of(['max', 'min', 'sum'])}`,
    (g, d) => `${records(g, d)} | sum(attribute='weight')`,
    (g, d) => `(${number(g, d)} if ${flag(g, d)} else ${number(g, d)})`,
    (g, d) => `${flag(g, d)} | ternary(${expression(g, 'number', d)}, ${expression(g, 'number', d)})`,
    (g, d) => `${flag(g, d)} | int`,
    (g, d) => `${text(g, d)}.count('${g.random.of(['a', '.', 'e'])}')`,
    (g, d) => `${g.random.of(MISSING)} | default(${expression(g, 'number', d)})`,
    () => `groups['all'].index(inventory_hostname)`,
  ],
  flag: [
    (g, d) => `${number(g, d)} ${g.random.of(['==', '!=', '<', '>', '<=', '>='])} ${number(g, d)}`,
    (g, d) => `${text(g, d)} ${g.random.of(['==', '!='])} ${text(g, d)}`,
    (g, d) => `${text(g, d)} ${g.random.of(['in', 'not in'])} ${texts(g, d)}`,
    (g, d) => `${text(g, d)} in ${text(g, d)}`,
    (g, d) => `${flag(g, d)} ${g.random.of(['and', 'or'])} ${flag(g, d)}`,
    (g, d) => `not ${flag(g, d)}`,
    (g, d) => `${flag(g, d)} | bool`,
    (g, d) =>
      `${wild(g, d)} is ${g.random.of(['', 'not '])}${g.random.of(['string', 'number', 'mapping', 'sequence', 'iterable', 'none', 'boolean', 'defined', 'undefined', 'integer', 'float', 'true', 'false', 'truthy', 'falsy'])}`,
    g =>
      `${g.random.of([...MISSING, g.name('text') ?? 'banner'])} is ${g.random.of(['defined', 'undefined', 'not defined'])}`,
    (g, d) =>
      `${text(g, d)} is ${g.random.of(["match('v')", "match('.*a')", "search('[0-9]')", "regex('e$')", "search('K', ignorecase=true)", 'lower', 'upper', "contains('a')", 'abs'])}`,
    (g, d) => `${text(g, d)} is ${g.random.of(["in ['plain', 'systemd']", "in 'a plain b'"])}`,
    g =>
      `kube_version_fixed | replace('v', '') is version(${g.random.of(["'1.29', '>='", "'1.30.0', '<', strict=True", "'1.29.3', '=='", "'1.28.0', operator='ge', version_type='strict'", "'1.29.0', 'ne', version_type='loose'"])})`,
    (g, d) =>
      `${number(g, d)} is ${g.random.of(['odd', 'even', 'divisibleby 3', 'divisibleby(2)', 'gt 5', 'eq 2', 'sameas 1', 'in [1, 2, 10]'])}`,
    (g, d) =>
      `${texts(g, d)} is ${g.random.of(["subset(['a', 'b', 'x'])", "superset(['a'])", "contains 'a'", 'any', 'all'])}`,
    (g, d) => `${wild(g, d)} == ${wild(g, d)}`,
    (g, d) => `1 < ${number(g, d)} <= 100`,
    g => `'${g.random.of(['workers', 'masters', 'gpu'])}' in group_names`,
    g => `inventory_hostname in groups['${g.random.of(['workers', 'masters', 'all'])}'] | default([])`,
    (g, d) => `'${g.random.of(['cpu', 'memory', 'x'])}' in ${mapping(g, d)}`,
    (g, d) => `((${any(g, d)}) | string | length > 5 if ${flag(g, d)} else ${flag(g, d)})`,
    g => `${g.random.of(MISSING)} | default(${g.random.of(['true', 'false', "'yes'", "'no'"])}) | bool`,
  ],
  texts: [
    (g, d) =>
      `${texts(g, d)} | ${g.random.of(['unique', 'sort', 'reverse', 'list', 'sort(reverse=true)', 'sort(case_sensitive=true)', 'unique(case_sensitive=true)'])} | list`,
    (g, d) => `${texts(g, d)} + ${texts(g, d)}`,
    (g, d) =>
      `${texts(g, d)} | ${g.random.of(['union', 'difference', 'intersect', 'symmetric_difference'])}(${expression(g, 'texts', d)}) | ${g.random.of(['sort', 'list'])}`,
    (g, d) =>
      `${texts(g, d)} | map('${g.random.of(['upper', 'lower', 'trim', 'length', 'string', 'quote', "regex_replace', 'a', 'b", "replace', 'a', 'o", "default', 'x"])}') | ${g.random.of(['list', 'sort'])}`,
    (g, d) =>
      `${texts(g, d)} | ${g.random.of(['select', 'reject'])}('${g.random.of(["match', '.*a", "search', 'e", "in', ['a', 'plain'] if true else '", "equalto', 'a", 'string', 'defined', "contains', 'a", "ne', 'x"])}') | list`
        .replace(/\)\s*\|\s*list$/, ') | list')
        .replace(/else ''\)/, 'else [])'),
    (g, d) => `${text(g, d)} | split('${g.random.of(['.', ',', '/'])}')`,
    (g, d) => `${text(g, d)}.split('${g.random.of(['.', ',', '/'])}')`,
    (g, d) => `${records(g, d)} | map(attribute='${g.random.of(['name', 'path'])}') | list`,
    (g, d) =>
      `${records(g, d)} | selectattr('enabled'${g.random.of([", 'defined'", ''])}) | map(attribute='name') | list`.replace(
        "selectattr('enabled')",
        "selectattr('enabled', 'defined') | selectattr('enabled')",
      ),
    (g, d) => `${mapping(g, d)}.keys() | ${g.random.of(['list', 'sort'])}`,
    (g, d) =>
      `${mapping(g, d)} | ${g.random.of(['list', "dict2items | map(attribute='key') | list", "dictsort | map('first') | list"])}`,
    (g, d) => `[${expression(g, 'text', d)}, ${expression(g, 'text', d)}]`,
    (g, d) => `${texts(g, d)}[${g.random.of([':1', '1:', '-1:', '::-1'])}]`,
    (g, d) => `${g.random.of(MISSING)} | default(${expression(g, 'texts', d)})`,
    (g, d) => `[${expression(g, 'texts', d)}, ${expression(g, 'texts', d)}] | flatten`,
    (g, d) => `[${expression(g, 'texts', d)}, []] | ${g.random.of(['flatten(levels=1)', 'sum(start=[])', 'first'])}`,
    (g, d) => `(${texts(g, d)} if ${flag(g, d)} else ${texts(g, d)})`,
    (g, d) => `${texts(g, d)} | zip(${expression(g, 'numbers', d)}) | map('join', '=') | list`,
    (g, d) => `${texts(g, d)} | product(['1', '2']) | map('join', '-') | list`,
    (g, d) => `${texts(g, d)} | map('regex_search', '[a-z]+') | select('string') | list`,
    (g, d) =>
      `query('${g.random.of(['items', 'list', 'vars'])}', ${expression(g, 'texts', d)})`.replace(
        /^query\('vars', .*\)$/,
        "query('vars', 'max_pods', 'log_level')",
      ),
    (g, d) => `${texts(g, d)} | batch(2) | map('join', '+') | list`,
    () => `groups | dict2items | map(attribute='key') | sort`,
    (g, d) => `lookup('dict', ${expression(g, 'mapping', d)}, wantlist=True) | map(attribute='key') | list`,
  ],
  numbers: [
    (g, d) => `${numbers(g, d)} | ${g.random.of(['unique', 'sort', 'reverse', 'list', 'sort(reverse=True)'])} | list`,
    (g, d) => `${numbers(g, d)} + ${numbers(g, d)}`,
    (g, d) =>
      `${numbers(g, d)} | map('${g.random.of(['int', 'abs', 'string', 'float', "pow', 2"])}') | list`.replace(
        "2')",
        '2)',
      ),
    (g, d) =>
      `${numbers(g, d)} | ${g.random.of(['select', 'reject'])}('${g.random.of(["gt', 2", "lt', 5", "odd'", "even'", "divisibleby', 2", "in', [1, 2]"])}) | list`,
    (g, d) => `${records(g, d)} | map(attribute='weight') | list`,
    (g, d) =>
      `${records(g, d)} | ${g.random.of(["sort(attribute='weight')", "sort(attribute='name,path')", "sort(attribute='weight', reverse=true)"])} | map(attribute='weight') | list`,
    g => `range(${g.random.of(['3', '1, 4', '0, 10, 5'])}) | list`,
    (g, d) => `[${expression(g, 'number', d)}, ${expression(g, 'number', d)}]`,
    (g, d) => `${texts(g, d)} | map('length') | list`,
    (g, d) => `${numbers(g, d)} | union(${expression(g, 'numbers', d)})`,
  ],
  records: [
    (g, d) =>
      `${records(g, d)} | ${g.random.of(['selectattr', 'rejectattr'])}('${g.random.of(["name', 'equalto', 'alpha'", "weight', 'gt', 1", "enabled', 'defined'", "path', 'match', '/a'", "name', 'in', ['alpha', 'beta']", "weight', 'odd'", "tags', 'undefined'", "path', 'search', 'c'"])}) | list`,
    (g, d) => `${records(g, d)} | sort(attribute='${g.random.of(['name', 'weight', 'path'])}')`,
    (g, d) => `${records(g, d)} + ${records(g, d)}`,
    (g, d) =>
      `${mapping(g, d)} | dict2items(key_name='name', value_name='path') | map('combine', {'weight': 1}) | list`,
    (g, d) => `${records(g, d)} | map('combine', {'weight': ${g.random.of(['0', '5'])}}) | list`,
    (g, d) => `(${records(g, d)} if ${flag(g, d)} else ${records(g, d)})`,
    (g, d) => `${records(g, d)} | unique(attribute='name')`,
    (g, d) => `${records(g, d)} | groupby('name') | map('last') | map('first') | list`,
  ],
  mapping: [
    (g, d) => `${mapping(g, d)} | combine(${expression(g, 'mapping', d)})`,
    (g, d) =>
      `${mapping(g, d)} | combine({'extra': ${any(g, d)}}${g.random.of(['', ', recursive=True', ", list_merge='append'"])})`,
    (g, d) => `${records(g, d)} | items2dict(key_name='name', value_name='${g.random.of(['path', 'weight'])}')`,
    (g, d) =>
      `${mapping(g, d)} | dict2items | ${g.random.of(["selectattr('value', 'string')", "rejectattr('key', 'equalto', 'cpu')", 'list'])} | items2dict`,
    (g, d) => `dict(${expression(g, 'texts', d)} | zip(${expression(g, 'numbers', d)}))`,
    (g, d) => `dict(a=${expression(g, 'text', d)}, b=${expression(g, 'number', d)})`,
    (g, d) => `{'k1': ${any(g, d)}, 'k2': ${any(g, d)}}`,
    (g, d) => `{${expression(g, 'text', d)}: ${expression(g, 'number', d)}}`,
    (g, d) => `(${mapping(g, d)} if ${flag(g, d)} else ${mapping(g, d)})`,
    (g, d) => `${g.random.of(MISSING)} | default(${expression(g, 'mapping', d)})`,
    (g, d) =>
      `${mapping(g, d)} | ${g.random.of(['to_json | from_json', 'to_nice_yaml | from_yaml', 'dictsort | list | items2dict(0, 1)', 'dict2items | items2dict'])}`,
  ],
  tree: [
    (g, d) =>
      `${tree(g, d)} | combine(${expression(g, 'tree', d)}, recursive=True${g.random.chance(40) ? `, list_merge='${g.random.of(['append', 'prepend', 'keep', 'append_rp', 'prepend_rp'])}'` : ''})`,
    (g, d) => `${tree(g, d)} | combine(${expression(g, 'mapping', d)})`,
    (g, d) => `{'path': ${any(g, d)}, 'level': {'cpu': ${any(g, d)}}}`,
    (g, d) => `${tree(g, d)} | dict2items`,
    (g, d) => `[${any(g, d)}, ${any(g, d)}]`,
    (g, d) => `${texts(g, d)} | zip(${expression(g, 'numbers', d)}) | list`,
    (g, d) => `${records(g, d)} | groupby('name')`,
    (g, d) => `(1, ${any(g, d)})`,
  ],
};
