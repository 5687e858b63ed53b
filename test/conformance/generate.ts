import type { KubeletFacts } from '../../core/kubelet/facts.ts';
import type { LintCase } from '../../core/kubelet/lint.ts';
import type { Minor } from '../../core/kubelet/types.ts';
import { fieldValue } from './field-values.ts';
import { flagArgument } from './flag-arguments.ts';
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
  return {
    id: `${seed}-${index}`,
    yaml: noConfig ? '' : configuration(facts, minor, from),
    ...(dropIns > 0
      ? {
          dropins: Array.from({ length: dropIns }, (_, at) => ({
            name: from.chance(95)
              ? `${10 * (at + 1)}-x.conf`
              : from.of(['a.yaml', 'b.CONF', '9.conf', 'sub/5.conf', '.conf']),
            yaml: configuration(facts, minor, from),
          })),
        }
      : {}),
    ...(flags > 0 ? { args: Array.from({ length: flags }, () => flagArgument(facts, from)).flat() } : {}),
    ...(noConfig ? { noConfig } : {}),
  };
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
  return from.chance(12) ? hostile(text, from) : text;
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

/** A text turned into what people paste, tools emit or attackers write. */
function hostile(text: string, from: Random): string {
  const lines = text.split('\n').filter(line => line !== '');
  const any = () => from.below(lines.length);
  switch (from.below(30)) {
    case 0:
      return text + from.of(lines);
    case 1:
      return `\ufeff${text}`;
    case 2:
      return text.replaceAll('\n', '\r\n');
    case 3:
      return text.replaceAll('  ', '\t');
    case 4:
      return (
        text +
        from.of(['---\n', '...\n', '---\nkind: X\n', '...\ngarbage: [\n', '--- \n{\n', '---\n---\n', '--- a\n']) +
        text
      );
    case 5:
      return (
        from.of([
          '---\n',
          '--- # x\n',
          '# a comment\n---\n',
          '---\n---\n',
          '\n\n',
          '%YAML 1.1\n---\n',
          '%YAML 1.2\n---\n',
          '%TAG ! x:\n---\n',
          '...\n',
          '--- ',
        ]) + text
      );
    case 6:
      return asJson(lines, from);
    case 7:
      return `${text}x-common: &c {maxPods: 5}\n${from.of(['<<: *c\n', 'authentication: *c\n', 'evictionHard: {<<: *c}\n', '? *c\n: 1\n'])}`;
    case 8:
      return text.replace('v1beta1', from.of(['v1', 'v1alpha1', '', 'V1beta1', '1']));
    case 9:
      return text.replace(
        'KubeletConfiguration',
        from.of([
          'kubeletConfiguration',
          'CredentialProviderConfig',
          '',
          'null',
          '5',
          'SerializedNodeConfigSource',
          '"KubeletConfiguration"',
        ]),
      );
    case 10:
      return lines.filter((_, at) => at !== 0).join('\n');
    case 11:
      return lines.filter((_, at) => at !== 1).join('\n');
    case 12:
      return text.slice(0, from.below(text.length));
    case 13:
      return from.of([
        '',
        '\n',
        '# only\n',
        '{}',
        '[]',
        'null',
        'a',
        '5',
        '{',
        '---',
        '"',
        '\u0000',
        '{} {}',
        '{"a":1}}',
      ]);
    case 14:
      return lines.map((line, at) => (at === any() ? ` ${line}` : line)).join('\n');
    case 15:
      return (
        text +
        from.of([
          '{{ x }}: 1\n',
          'maxPods: {{ x }}\n',
          '{% if a %}\n',
          'clusterDomain: "{{ x }}"\n',
          '@a: 1\n',
          '`a`: 1\n',
          '%a: 1\n',
          '- a\n',
          ': 1\n',
          '? a\n',
          '? maxPods\n: 5\n',
          '!!str maxPods: 5\n',
          '!foo maxPods: 5\n',
          'maxPods: !foo 5\n',
          '&a maxPods: 5\n',
          'maxPods: &a 5\nport: *a\n',
          'maxPods: *b\n',
          '[a]: 1\n',
          '{a: b}: 1\n',
        ])
      );
    case 16: {
      const depth = from.of([10, 100, 1000, 11000]);
      return `${text}clusterDNS: ${'['.repeat(depth)}${']'.repeat(depth)}\n`;
    }
    case 17:
      return `${text}a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: [*e, *e, *e, *e, *e, *e, *e, *e, *e]\n`;
    case 18:
      return text + from.of(lines).toLowerCase();
    case 19:
      return text.replace(': ', from.of([':', ' : ', ':  ', ':\t', ':\n  ', ': # c\n  ', ': ! ']));
    case 20:
      return lines.map(line => line + from.of(['', ' ', ' # c', '#c', '\t', ' \t# c'])).join('\n');
    case 21: {
      const at = any();
      return [...lines.slice(0, at), from.of(['', '#', '  # x', '\t', ' ']), ...lines.slice(at)].join('\n');
    }
    case 22: {
      const at = from.below(text.length);
      return (
        text.slice(0, at) +
        from.of([
          '\u0000',
          '\u0085',
          '\u2028',
          '\u00a0',
          '\ufeff',
          '"',
          "'",
          '\\',
          '{',
          '}',
          '[',
          ']',
          ',',
          '&',
          '*',
          '!',
          '|',
          '>',
          '%',
          '@',
          '`',
          '#',
          ' #',
          ': ',
          '- ',
          '\u007f',
          '\u{1f600}',
          '\ufffe',
          '\r',
          '\u000b',
        ]) +
        text.slice(at)
      );
    }
    case 23: {
      const at = from.below(text.length);
      return text.slice(0, at) + text.slice(at + 1 + from.below(3));
    }
    case 24:
      return `${text}clusterDomain: "${from.of(['\\x41', '\\u0041', '\\U00000041', '\\ud800', '\\q', '\\N', '\\_', '\\0', '\\/', '\\e', '\\ud83d\\ude00', 'a\n  b', 'a\n\n  b', '\\\n  b', 'é'])}"\n`;
    case 25:
      return `${text}clusterDomain: ${from.of(["'a\n  b'", '|-\n  a\n  b', '>\n  a\n  b\n\n  c', '|+\n  a\n\n', '|2\n    a', '>-\n  a\n   b\n  c', '|\n a\n  b', 'a\n  b', 'a\n  # c\n  b', '|1-\n  a', '|0\n a', '>\n', '|\n\ta'])}\n`;
    case 26:
      return `${text}evictionHard:\n${from.of(['  memory.available: 1Gi\n  nodefs.available: 10%', '- a', '  - a: b', '  ? memory.available\n  : 1Gi', '  "memory.available" : 1Gi', '  memory.available : 1Gi', '  memory.available:1Gi', 'memory.available: 1Gi', '  memory.available: 1Gi\n   nodefs.available: 10%', '    memory.available: 1Gi\n  nodefs.available: 10%'])}\n`;
    case 27:
      return `${text}clusterDNS:\n${from.of(['- a\n- b', '  - a\n  - b', '  - a\n - b', '-a', '- - a', '- a: b', '-', '- \n- a', '- a\n  b', '- "a"\n-\tb', '[a,\nb]', '  [a,\n  b]', '  [a,\n  b,\n  ]', '- !!str 5', '- 5', '- &x a\n- *x'])}\n`;
    case 28:
      return `${text}authentication: ${from.of(['{anonymous: {enabled: true}, anonymous: {enabled: false}}', '{anonymous: {}, webhook: null, x509: }', '{anonymous: {enabled: yes,},}', '{"anonymous":{"enabled":true}}', '{anonymous: {enabled: true}} # c', '{anonymous: {enabled: true}', '{Anonymous: {enabled: true}, anonymous: {Enabled: true}}', '{anonymous}', '{anonymous: {enabled}}', '{anonymous:{enabled: true}}', '{? anonymous : {enabled: true}}'])}\n`;
    default:
      return lines.toReversed().join('\n');
  }
}

function asJson(lines: readonly string[], from: Random): string {
  const pairs = lines
    .filter(line => /^\w+: [^{[|>]*$/.test(line))
    .map(line => {
      const [name = '', value = ''] = line.split(': ');
      return `"${name}":${/^(-?\d+(\.\d+)?|true|false|null|".*")$/.test(value) ? value : JSON.stringify(value)}`;
    });
  const extra = from.of([
    '"maxPods":5',
    '"maxPods":5.0',
    '"maxPods":1e2',
    '"maxPods":05',
    '"authentication":{"anonymous":{"enabled":true},"anonymous":{}}',
    '"MaxPods":5',
    '"maxpods":5,"maxPods":6',
    '"maxPods":5,"maxPods":6',
    '"clusterDNS":["a","a"]',
    '"clusterDNS":["\\u0041\\ud83d"]',
    '"featureGates":{"AllAlpha":false,"AllAlpha":false}',
    '"syncFrequency":"1m"',
    '"syncFrequency":null',
    '"evictionHard":{"memory.available":"1Gi"}',
    '"kubeAPIBurst":1E1',
    '"a":[1,2,{}]',
    '"memoryThrottlingFactor":0.5',
  ]);
  const body = [...pairs, extra].join(',');
  return from.of([
    `{${body}}`,
    `{${body}}\n`,
    ` {${body}} `,
    `{${body},}`,
    `{${body}} # c`,
    `{${body}}\n---\n{}`,
    `---\n{${body}}`,
    `{\n${body}\n}`,
    `{'a':1,${body}}`,
    `{a: 1,${body}}`,
    `[{${body}}]`,
    `{${body}} x`,
  ]);
}
