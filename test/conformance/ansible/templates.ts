import type { Random } from '../random.ts';
import { expression, type Grammar } from './expressions.ts';
import { TYPES, type ValueType } from './values.ts';

/** A random template: lines of text and expressions, conditions, loops, macros, white space control. */
export function template(g: Grammar, statements: number, includes: readonly string[]): string {
  const { random } = g;
  const parts = Array.from({ length: statements }, () => statement(g, 2, includes));
  const head = random.chance(6) ? random.of(['#jinja2: lstrip_blocks: True\n', '#jinja2:trim_blocks:False\n']) : '';
  const end = random.of(['', '', '', '\n', '{# end #}', 'no newline']);
  return `${head}${parts.join('')}${end}`;
}

function type(random: Random): ValueType {
  return random.of(['text', 'text', 'number', 'flag', 'texts', 'mapping', ...TYPES]);
}

function statement(g: Grammar, depth: number, includes: readonly string[]): string {
  const { random } = g;
  const inner = (inside: Grammar = g) =>
    Array.from({ length: 1 + random.below(2) }, () => statement(inside, depth - 1, includes)).join('');
  const kind = depth <= 0 ? 'line' : random.of(KINDS);
  const open = random.of(['{%', '{%', '{%', '{%-', '{%+']);
  const close = random.of(['%}', '%}', '%}', '-%}', '+%}']);
  const indent = random.of(['', '', '', '  ', '\t']);
  const end = random.of(['\n', '\n', '\n', '']);
  switch (kind) {
    case 'line':
      return line(g);
    case 'if': {
      const elif = random.chance(30) ? `${indent}{% elif ${expression(g, 'flag', 1)} %}${end}${inner()}` : '';
      const otherwise = random.chance(50) ? `${indent}${open} else %}${end}${inner()}` : '';
      return `${indent}${open} if ${expression(g, 'flag', 2)} ${close}${end}${inner()}${elif}${otherwise}${indent}{% endif ${close}${end}`;
    }
    case 'for':
      return loop(g, inner, indent, open, close, end);
    case 'set': {
      const of = type(random);
      const name = `local_${of}`;
      return `${indent}${open} set ${name} = ${expression(g, of, 2)} ${close}${end}${statement(withName(g, of, name), depth - 1, includes)}`;
    }
    case 'macro':
      return `${open} macro show(value, mark='-') ${close}${end}${mark(random)}{{ mark }}{{ value }}${end}{% endmacro %}${end}{{ show(${expression(g, type(random), 1)}${random.chance(40) ? ", mark='*'" : ''}) }}\n`;
    case 'namespace':
      return `{% set ns = namespace(total=0, seen=[]) %}${end}{% for one in ${expression(g, 'numbers', 1)} %}{% set ns.total = ns.total + one | int %}{% set ns.seen = ns.seen + [loop.index] %}{% endfor %}${end}total {{ ns.total }} {{ ns.seen }}\n`;
    case 'include':
      return includes.length > 0 ? `${indent}{% include '${random.of(includes)}' ${close}${end}` : line(g);
    case 'yaml':
      return `section:\n  {{ ${expression(g, random.of(['mapping', 'tree', 'records', 'texts']), 1)} | to_nice_yaml(indent=2) | indent(2) }}\n`;
    case 'raw':
      return `{% raw %}{{ not evaluated }}{% endraw %}${end}`;
    case 'comment':
      return `${indent}{# ${random.of(['a comment', 'two\nlines', '{{ x }}'])} ${random.of(['#}', '-#}'])}${end}`;
    case 'filter':
      return `{% filter ${random.of(['upper', 'indent(2)', 'trim', "replace('a', 'b')"])} ${close}${end}${inner()}{% endfilter %}${end}`;
    case 'call':
      return `{% macro wrap() %}<{{ caller() }}>{% endmacro %}{% call wrap() %}${inner().trim()}{% endcall %}${end}`;
    case 'with':
      return `{% with v = ${expression(g, 'text', 1)} %}[{{ v }}]{% endwith %}${end}`;
    case 'setblock':
      return `{% set body ${close}${inner()}{% endset %}${end}[{{ body${random.of([' | trim', '', ' | length'])} }}]\n`;
  }
}

const KINDS = [
  'line',
  'line',
  'line',
  'line',
  'line',
  'if',
  'if',
  'if',
  'for',
  'for',
  'for',
  'set',
  'set',
  'macro',
  'namespace',
  'include',
  'yaml',
  'yaml',
  'raw',
  'comment',
  'filter',
  'call',
  'with',
  'setblock',
] as const;

function line(g: Grammar): string {
  const { random } = g;
  const key = random.of(['maxPods', 'readOnlyPort', 'clusterDNS', 'address', 'x', '# note', '- item', '  nested']);
  const before = random.of(['{{ ', '{{ ', '{{ ', '{{', '{{- ']);
  const after = random.of([' }}', ' }}', ' }}', '}}', ' -}}']);
  const written = expression(g, type(random), 3);
  const tail = random.of([
    '',
    '',
    '',
    ' tail',
    ' # why',
    ` {{ ${expression(g, 'text', 1)} }}`,
    `{{ ' on' if ${expression(g, 'flag', 1)} }}`,
  ]);
  return `${key}: ${/^[{[(]/.test(written) && before === '{{' ? '{{ ' : before}${written}${/[}\])]$/.test(written) && after === '}}' ? ' }}' : after}${tail}\n`;
}

function loop(
  g: Grammar,
  inner: (inside: Grammar) => string,
  indent: string,
  open: string,
  close: string,
  end: string,
): string {
  const { random } = g;
  const of = random.of(['texts', 'numbers', 'records', 'mapping'] as const);
  const item = { texts: 'text', numbers: 'number', records: 'mapping', mapping: 'text' }[of] as ValueType;
  const name = random.of(['one', 'entry']);
  const source = expression(g, of, 1);
  const each =
    of === 'mapping'
      ? `${name}, held in ${wrap(source)}${random.of(['.items()', ' | dictsort', '.items() | sort'])}`
      : `${name} in ${source}`;
  const test = random.chance(20)
    ? ` if ${random.of([`${name} is defined`, 'true', `${name} | string | length > 2`])}`
    : '';
  const shown = random.of([
    `- {{ ${name} }}{{ ',' if not loop.last }}\n`,
    `{{ loop.index }}/{{ loop.length }} {{ ${name} }}${of === 'mapping' ? '={{ held }}' : ''}\n`,
    `{% if loop.first %}first{% endif %}{{ ${name} }};`,
    `{{ loop.index0 }}{{ loop.previtem | default('none') }}\n`,
    of === 'records'
      ? `{{ ${name}.name }}: {{ ${name}['weight'] }} {{ ${name}.enabled | default('unset') }}\n`
      : `{{ ${name} }} `,
  ]);
  const otherwise = random.chance(20) ? `{% else %}${end}nothing\n` : '';
  const more = random.chance(40) ? inner(withName(g, item, name)) : '';
  return `${indent}${open} for ${each}${test} ${close}${end}${shown}${more}${otherwise}${indent}{% endfor ${close}${end}`;
}

function wrap(written: string): string {
  return /^[\w.]+$/.test(written) ? written : `(${written})`;
}

function mark(random: Random): string {
  return random.of(['', 'm ', '  ']);
}

/** The grammar with one more name in sight. */
export function withName(g: Grammar, type: ValueType, name: string): Grammar {
  return { ...g, name: wanted => (wanted === type && g.random.chance(50) ? name : g.name(wanted)) };
}
