import type { KubeletFacts } from '../../core/kubelet/facts.ts';
import type { LintCase } from '../../core/kubelet/lint.ts';
import type { Minor } from '../../core/kubelet/types.ts';
import { fieldValue } from './field-values.ts';
import { flagArgument } from './flag-arguments.ts';
import { hostileText, mutatedText } from './hostile-text.ts';
import { type Random, random } from './random.ts';

const HEADER = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';

/**
 * Case `index` of a run: a configuration, drop-ins and flags that are valid, nearly valid or hostile. Depends on seed,
 * index, facts and minor alone, so one case can be made again without the others.
 */
export function generateCase(seed: number, index: number, facts: KubeletFacts, minor: Minor): LintCase {
  const from = random(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35));
  const noConfig = from.chance(6);
  const dropIns = from.chance(25) ? 1 + from.below(3) : 0;
  const flags = from.chance(30) || noConfig ? 1 + from.below(3) : 0;
  const yaml = noConfig ? '' : configuration(facts, minor, from);
  const dropins = Array.from({ length: dropIns }, (_, at) => ({
    name: from.chance(95) ? `${10 * (at + 1)}-x.conf` : from.of(['a.yaml', 'b.CONF', '9.conf', 'sub/5.conf', '.conf']),
    yaml: configuration(facts, minor, from),
  }));
  const touched = flagsOfFields([yaml, ...dropins.map(one => one.yaml)].join('\n'), facts);
  const args: string[] = [];
  for (let left = flags; left > 0; left--) {
    const again = args.filter(text => text.startsWith('--')).map(text => text.split('=')[0] ?? '');
    args.push(...flagArgument(facts, from, from.chance(30) ? [...touched, ...again] : []));
  }
  return {
    id: `${seed}-${index}`,
    yaml,
    ...(dropIns > 0 ? { dropins } : {}),
    ...(flags > 0 ? { args } : {}),
    ...(noConfig ? { noConfig } : {}),
  };
}

/** Flags that write a field whose name stands in a text: what they do to it shows only together. */
function flagsOfFields(text: string, facts: KubeletFacts): readonly string[] {
  return Object.entries(facts.flags)
    .filter(([, { field }]) => field !== undefined && text.includes(`${field.split('.').at(-1)}:`))
    .map(([name]) => name);
}

function configuration(facts: KubeletFacts, minor: Minor, from: Random): string {
  const names = Object.keys(facts.fields).filter(path => !path.includes('[]'));
  const entries = Array.from({ length: from.below(6) }, () => {
    const path = from.of(names);
    const fact = facts.fields[path];
    return fact
      ? ([from.chance(4) ? misspelt(path, from) : path, fieldValue(path, fact, facts, minor, from)] as const)
      : null;
  }).filter(entry => entry !== null);
  const text = HEADER + block(from.chance(85) ? [...new Map(entries)] : entries);
  if (from.chance(12)) return hostileText(text, from);
  return from.chance(10) ? mutatedText(text, from) : text;
}

/** Entries as block YAML: fields of the same parent stand below it, other values on one line. */
function block(entries: readonly (readonly [string, string])[], indent = ''): string {
  const groups = new Map<string, (readonly [string, string])[]>();
  const lines: string[] = [];
  for (const [path, value] of entries) {
    const dot = path.indexOf('.');
    if (dot < 0) lines.push(`${indent}${path}: ${value.replaceAll('\n', `\n${indent}`)}\n`);
    else {
      const parent = path.slice(0, dot);
      groups.set(parent, [...(groups.get(parent) ?? []), [path.slice(dot + 1), value]]);
    }
  }
  for (const [parent, inner] of groups) lines.push(`${indent}${parent}:\n${block(inner, `${indent}  `)}`);
  return lines.join('');
}

function misspelt(path: string, from: Random): string {
  return from.of([
    path.toLowerCase(),
    path.toUpperCase(),
    path[0]?.toUpperCase() + path.slice(1),
    `${path}x`,
    'foo',
    `"${path}"`,
    path.replace('k', '\u212a'),
    path.replace('s', '\u017f'),
    'on',
    '1',
    'null',
    '""',
  ]);
}
