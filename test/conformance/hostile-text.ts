import type { Random } from './random.ts';

/** A text turned into what people paste, tools emit or attackers write. */
export function hostileText(text: string, from: Random): string {
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

/** Pieces of YAML in which single characters decide the most. */
const SNIPPETS = [
  'clusterDNS: [a,\nb]\n',
  'clusterDomain: "a\nb"\n',
  "clusterDomain: 'a\n\n  b'\n",
  'evictionHard: {memory.available: 1Gi,\n nodefs.available: 10%}\n',
  'clusterDNS:\n- a\n- "b"\n',
  'authentication:\n  anonymous: {enabled: true}\n  x509:\n    clientCAFile: a\n',
  'clusterDomain: |\n  a\n  b\n',
  'clusterDomain: >-\n  a\n\n  b\n',
  'memoryThrottlingFactor: .inf\n',
  'evictionHard: {1: a, 1.5: b, 1e6: c, ~: d}\n',
  'x: {a: .nan, ~: 1}\nx: 1\n',
  'clusterDomain: !!timestamp 2001-01-01\n',
];
const PIECES = [
  ' ',
  '  ',
  '\n',
  '\n ',
  '\n  ',
  '\t',
  '\r',
  '\u0085',
  '\u2028',
  '\ufeff',
  ':',
  ': ',
  ',',
  '-',
  '- ',
  '#',
  ' #',
  '"',
  "'",
  '[',
  ']',
  '{',
  '}',
  '&a ',
  '*a',
  '!',
  '!!str ',
  '!!int ',
  '!!float ',
  '!!null ',
  '!!timestamp ',
  '!<a> ',
  '|',
  '>',
  '|\n',
  '?',
  '? ',
  '%',
  '@',
  '`',
  '\\',
  '~',
  '---',
  '...',
  '<<: ',
  '.',
  '0',
  '_',
  '=',
  '{}',
  '[]',
  '.inf',
];

/** A text with a few pieces put in, taken out or put in the place of others, anywhere. */
export function mutatedText(text: string, from: Random): string {
  let mutated = text + from.of(SNIPPETS);
  for (let left = 1 + from.below(3); left > 0; left--) {
    const at = from.below(mutated.length + 1);
    const removed = from.chance(50) ? 0 : from.below(12);
    const piece = from.chance(75) ? from.of(PIECES) : '';
    mutated = mutated.slice(0, at) + piece + mutated.slice(at + removed);
  }
  return mutated;
}
