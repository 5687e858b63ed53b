import { describe, expect, test } from '@jest/globals';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { readArguments } from '../../../core/kubelet/flags.ts';
import { loadKubelet } from '../../../core/kubelet/load-kubelet.ts';
import type { KubeletText, KubeletVerdict, Minor } from '../../../core/kubelet/types.ts';
import { unknownToken } from '../../../core/source/rope.ts';

const facts = readKubeletFacts();
const HEAD = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';
const TOKEN = unknownToken('0000002a');
const UNKNOWNS = new Map([['0000002a', { key: 'fact:x', why: ['fact ansible_x'] }]]);

function load(
  body: string | null,
  more: { minor?: Minor; dropIns?: readonly KubeletText[]; args?: readonly string[] } = {},
): KubeletVerdict {
  const config = { name: '/etc/kubernetes/kubelet.yaml', text: HEAD + body, unknowns: UNKNOWNS };
  return loadKubelet(
    {
      minor: more.minor ?? '1.36',
      ...(body === null ? {} : { config }),
      dropIns: more.dropIns ?? [],
      flags: readArguments(more.args ?? [], facts),
    },
    facts,
  );
}

function known(verdict: KubeletVerdict, path: string): unknown {
  const value = verdict.values.get(path)?.value;
  return value?.known ? value.json : value;
}

describe('what decides a value', () => {
  test('a kubelet with a file gets file defaults, one without gets the loose legacy defaults', () => {
    const withFile = load('');
    const without = load(null);
    expect(
      ['authentication.anonymous.enabled', 'authorization.mode', 'readOnlyPort'].map(path => known(withFile, path)),
    ).toEqual([false, 'Webhook', 0]);
    expect(
      ['authentication.anonymous.enabled', 'authorization.mode', 'readOnlyPort'].map(path => known(without, path)),
    ).toEqual([true, 'AlwaysAllow', 10255]);
    expect(withFile.values.get('readOnlyPort')?.from).toBe('default');
    expect(without.values.get('readOnlyPort')?.from).toBe('flag-default');
  });

  test('a value carries the span it stands at', () => {
    const value = load('readOnlyPort: 10255\n').values.get('readOnlyPort');
    const { start, end } = value?.at?.span ?? { start: 0, end: 0 };
    expect([value?.from, `${HEAD}readOnlyPort: 10255\n`.slice(start, end)]).toEqual(['config', '10255']);
  });

  test('string maps have one value per key, each with its own place', () => {
    const verdict = load('evictionHard:\n  memory.available: 1Gi\n', { args: ['--feature-gates=MemoryQoS=true'] });
    expect(known(verdict, 'evictionHard.memory.available')).toBe('1Gi');
    expect(verdict.values.has('evictionHard.nodefs.available')).toBe(false);
    expect(verdict.values.get('featureGates.MemoryQoS')).toMatchObject({
      from: 'flag',
      at: { in: 'flags', span: { start: 0 } },
    });
  });

  test('a flag beats a drop-in beats the file', () => {
    const dropIns = [{ name: '10.conf', text: `${HEAD}maxPods: 50\nport: 10251\n` }];
    const verdict = load('maxPods: 40\nport: 10252\n', { dropIns, args: ['--max-pods', '60'] });
    expect([known(verdict, 'maxPods'), verdict.values.get('maxPods')?.from]).toEqual([60, 'flag']);
    expect([known(verdict, 'port'), verdict.values.get('port')?.from, verdict.values.get('port')?.at?.in]).toEqual([
      10251,
      'drop-in',
      '10.conf',
    ]);
  });

  test('--seccomp-default acts although the kubelet does not report it', () => {
    const value = load('', { args: ['--seccomp-default'] }).values.get('seccompDefault');
    expect(value).toMatchObject({ value: { known: true, json: true }, from: 'flag', reported: false });
  });
});

describe('what a kubelet refuses and what it ignores', () => {
  test.each([
    ['a wrong type', 'maxPods: "110"\n', 'decode', 'maxPods', 3],
    ['broken YAML', 'a: [1\n', 'decode', '', 4],
    ['a mode in the wrong case', 'authorization:\n  mode: webhook\n', 'startup', 'authorization.mode', 4],
    ['an unknown gate', 'featureGates:\n  NoSuch: true\n', 'featureGates', 'featureGates.NoSuch', 4],
    ['a port out of range', 'readOnlyPort: 70000\n', 'validation', 'readOnlyPort', 3],
    ['a TLS version that does not exist', 'tlsMinVersion: VersionTLS14\n', 'startup', 'tlsMinVersion', 3],
  ])('%s is refused at its line', (_, body, stage, path, line) => {
    const verdict = load(body);
    expect([verdict.accepted, verdict.stage]).toEqual([false, stage]);
    expect(verdict.problems.find(({ effect }) => effect === 'refuses')).toMatchObject({ path, line, in: 'config' });
  });

  test('a misspelt field is ignored with its line, and the default stays in force', () => {
    const verdict = load('ReadOnlyPort: 10255\n');
    expect([verdict.accepted, verdict.lenient, known(verdict, 'readOnlyPort')]).toEqual([true, true, 0]);
    expect(verdict.problems).toMatchObject([{ effect: 'ignores', path: 'ReadOnlyPort', line: 3, column: 1 }]);
  });

  test('a drop-in key in another case takes effect and is told', () => {
    const dropIns = [{ name: '10.conf', text: `${HEAD}readonlyport: 10255\n` }];
    const verdict = load('readOnlyPort: 0\n', { dropIns });
    expect(known(verdict, 'readOnlyPort')).toBe(10255);
    expect(verdict.problems).toMatchObject([{ in: '10.conf', effect: 'ignores', path: 'readOnlyPort', line: 3 }]);
  });

  test('a field is ignored by a minor that does not know it yet', () => {
    expect(load('memoryReservationPolicy: None\n', { minor: '1.35' }).lenient).toBe(true);
    expect(load('memoryReservationPolicy: None\n', { minor: '1.36' }).lenient).toBe(false);
  });
});

describe('where the kubelet stops reading', () => {
  const verdictOf = (text: string) =>
    loadKubelet({ minor: '1.36', config: { name: 'config', text }, dropIns: [], flags: [] }, facts);

  test.each([
    [
      'less indentation than the first key ends the document',
      `${HEAD.replace(/^/gm, '  ').trimEnd()}\nreadOnlyPort: 10255\n`,
      3,
    ],
    ['a second document is not read', `${HEAD}---\nreadOnlyPort: 10255\n`, 4],
    ['nothing after a document end is read', `${HEAD}...\nreadOnlyPort: 10255\n`, 4],
    [
      'nothing after a closed flow mapping is read',
      `---\n{apiVersion: kubelet.config.k8s.io/v1beta1, kind: KubeletConfiguration}\nreadOnlyPort\n`,
      3,
    ],
  ])('%s, and the line is told', (_, text, line) => {
    const verdict = verdictOf(text);
    expect([verdict.accepted, verdict.lenient, known(verdict, 'readOnlyPort')]).toEqual([true, false, 0]);
    expect(verdict.problems).toMatchObject([{ effect: 'ignores', line, in: 'config' }]);
  });

  test('trailing markers and comments are nothing to tell', () => {
    for (const end of ['...\n', '---\n', '---\n# the end\n\n...\n']) expect(verdictOf(HEAD + end).problems).toEqual([]);
  });

  test.each([
    ['an unclosed bracket', ` a: {b: 1\n${HEAD}`],
    ['a tab before a key', `${HEAD}authentication:\n\tanonymous: {}\n`],
    ['a tab alone on a line', `${HEAD}maxPods: 5\n\t\nport: 1\n`],
    ['a bracket before everything', `}${HEAD}`],
    ['an unknown directive', `%FOO 1\n---\n${HEAD}`],
    ['a directive without a document start', `%YAML 1.1\n${HEAD}`],
    ['something that is no token after the end', `  ${HEAD.replace('\n', '\n  ').trimEnd()}\n@foo: 1\n`],
  ])('%s is refused', (_, text) => {
    expect(verdictOf(text)).toMatchObject({ accepted: false, stage: 'decode' });
  });

  test('tabs inside brackets, quotes and comments are fine', () => {
    const text = `%YAML 1.1\n---\n${HEAD}clusterDNS: [\n  \t10.0.0.10]\nclusterDomain: "a\tb" # c\td\n`;
    expect(verdictOf(text)).toMatchObject({ accepted: true, lenient: false, problems: [] });
  });
});

describe('values that are not known', () => {
  test('an unknown scalar makes its path unknown and is never type-checked', () => {
    const verdict = load(`maxPods: ${TOKEN}\naddress: "a-${TOKEN}"\n`);
    expect([verdict.accepted, verdict.lenient]).toEqual([null, false]);
    expect(known(verdict, 'maxPods')).toEqual({ known: false, unknown: UNKNOWNS.get('0000002a') });
    expect(known(verdict, 'address')).toMatchObject({ known: false });
  });

  test('an unknown no rule looks at leaves the answer yes', () => {
    expect(load(`healthzBindAddress: ${TOKEN}\nclusterDomain: ${TOKEN}\n`).accepted).toBe(true);
  });

  test.each([
    ['kind', `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: ${TOKEN}\n`],
    ['apiVersion', `apiVersion: kubelet.config.k8s.io/${TOKEN}\nkind: KubeletConfiguration\n`],
    ['neither, but a line nobody knows', `${TOKEN}\nmaxPods: 50\n`],
  ])('an unknown that decides the document itself (%s) is neither yes nor no', (_, text) => {
    const config = { name: 'config', text, unknowns: UNKNOWNS };
    expect(loadKubelet({ minor: '1.36', config, dropIns: [], flags: [] }, facts)).toMatchObject({
      accepted: null,
      problems: [],
    });
    const dropIns = [{ name: '10-x.conf', text, unknowns: UNKNOWNS }];
    const known = { name: 'config', text: HEAD, unknowns: UNKNOWNS };
    const input = { minor: '1.36', config: known, configDirectory: true, dropIns, flags: [] } as const;
    expect(loadKubelet(input, facts)).toMatchObject({ accepted: null, problems: [] });
  });

  test('a refusal elsewhere is a no in spite of unknowns', () => {
    expect(load(`maxPods: ${TOKEN}\nreadOnlyPort: -1\n`).accepted).toBe(false);
  });

  test.each([
    ['at the root', `${TOKEN}\nmaxPods: 5\n`, ''],
    ['in a mapping', `authentication:\n  anonymous:\n    enabled: false\n  ${TOKEN}\nmaxPods: 5\n`, 'authentication'],
    ['as a whole mapping', `authentication:\n  ${TOKEN}\nmaxPods: 5\n`, 'authentication'],
    ['as the value of an object', `authentication: ${TOKEN}\nmaxPods: 5\n`, 'authentication'],
    ['with a comment behind it', `kubeReserved:\n  cpu: 100m\n  ${TOKEN} # more\nmaxPods: 5\n`, 'kubeReserved'],
    ['as a key', `authentication:\n  ${TOKEN}: true\nmaxPods: 5\n`, 'authentication'],
  ])('an unknown alone on a line %s leaves the mapping open and the rest known', (_, body, parent) => {
    const verdict = load(body);
    expect([...verdict.open.keys()]).toEqual([parent]);
    expect(known(verdict, 'maxPods')).toBe(5);
    expect(verdict.accepted).not.toBe(false);
  });

  test('an unknown item makes the list unknown', () => {
    for (const body of [
      `clusterDNS:\n  - 10.0.0.10\n  ${TOKEN}\n`,
      `clusterDNS:\n  - ${TOKEN}\n`,
      `clusterDNS: [${TOKEN}]\n`,
    ]) {
      expect(known(load(body), 'clusterDNS')).toMatchObject({ known: false, unknown: { key: 'fact:x' } });
    }
  });

  test('an unknown in JSON is a value too', () => {
    const text = `{"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration", "maxPods": ${TOKEN}}`;
    const config = { name: 'config', text, unknowns: UNKNOWNS };
    const verdict = loadKubelet({ minor: '1.36', config, dropIns: [], flags: [] }, facts);
    expect(known(verdict, 'maxPods')).toMatchObject({ known: false });
  });

  test('an unknown flag value makes its field unknown', () => {
    const unknown = { key: 'fact:x', why: ['fact ansible_x'] };
    const input = { minor: '1.36', dropIns: [], flags: [{ name: '--read-only-port', value: unknown }] } as const;
    expect(known(loadKubelet(input, facts), 'readOnlyPort')).toEqual({ known: false, unknown });
  });

  test('text that cannot be read because of an unknown is neither yes nor no', () => {
    const verdict = load(`maxPods: 1\n${TOKEN} x\n`);
    expect([verdict.accepted, verdict.open.has('')]).toEqual([null, true]);
  });
});

describe('hostile texts', () => {
  const nested = (open: string, close: string, depth: number) => `x: ${open.repeat(depth)}${close.repeat(depth)}\n`;
  test.each([
    ['a thousand brackets', nested('[', ']', 1000)],
    ['a thousand braces that never close', nested('{a: ', '', 1000)],
    ['a thousand nested items', `x:\n${'- '.repeat(1000)}y\n`],
    ['a thousand indents', Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    [
      'a bomb of aliases',
      `${Array.from(
        { length: 12 },
        (_, n) =>
          `a${n}: &a${n} [${Array(12)
            .fill(n === 0 ? 'x' : `*a${n - 1}`)
            .join(', ')}]`,
      ).join('\n')}\n`,
    ],
    ['an anchor inside itself', 'x: &a [*a]\n'],
    ['control characters', 'x: \u0001\n'],
    ['more than a mebibyte', `x: "${'y'.repeat(1024 * 1024)}"\n`],
  ])('%s are refused', (_, body) => {
    expect(load(body)).toMatchObject({ accepted: false, stage: 'decode' });
  });

  test('twenty thousand keys, each twice, are read', () => {
    const body = Array.from({ length: 40_000 }, (_, index) => `k${index % 20_000}: 1`).join('\n');
    expect(load(body)).toMatchObject({ accepted: true, lenient: true });
  });

  test('keys of the object prototype are just unknown fields', () => {
    expect(load('__proto__: {a: 1}\nconstructor: 1\nfeatureGates: {}\n')).toMatchObject({
      accepted: true,
      lenient: true,
    });
    expect(load('featureGates: {constructor: true}\n')).toMatchObject({ accepted: false, stage: 'featureGates' });
  });
});
