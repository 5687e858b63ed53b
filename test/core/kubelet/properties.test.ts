import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { loadKubelet } from '../../../core/kubelet/load-kubelet.ts';
import { type KubeletVerdict, MINORS } from '../../../core/kubelet/types.ts';
import { unknownToken } from '../../../core/source/rope.ts';

const facts = readKubeletFacts();
const HEAD = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';
const TOKEN = unknownToken('0000002a');
const UNKNOWNS = new Map([['0000002a', { key: 'fact:x', why: ['fact ansible_x'] }]]);

/**
 * Lines a configuration is made of: a field and values it may have, good ones and ones a rule refuses. All fit the
 * field's type: unknown values are taken to fit, they are never type-checked.
 */
const LINES: readonly (readonly [string, readonly string[]])[] = [
  ['readOnlyPort', ['0', '10255', '-1']],
  ['maxPods', ['110', '0', '-1']],
  ['address', ['0.0.0.0', '10.0.0.1', '1.2.3']],
  ['streamingConnectionIdleTimeout', ['5m', '0s']],
  ['shutdownGracePeriod', ['10s', '500ms']],
  ['serializeImagePulls', ['true', 'no']],
  ['maxParallelImagePulls', ['1', '5']],
  ['authorization', ['{mode: Webhook}', '{mode: AlwaysAllow}', '{mode: webhook}']],
  ['evictionHard', ['{memory.available: 1Gi}', '{memory.available: "0"}', '{}']],
  ['featureGates', ['{MemoryQoS: true}', '{NoSuch: true}', '{AllBeta: false}']],
  ['tlsCipherSuites', ['[TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]', '[FOO]']],
  ['clusterDNS', ['[10.0.0.10]', '[]']],
  ['ReadOnlyPort', ['10255']],
  ['nodeStatusUpdateFrequency', ['7s', '10s']],
];

/** Numbers in [0, 1) that a seed repeats (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const load = (text: string, minor: (typeof MINORS)[number]): KubeletVerdict =>
  loadKubelet({ minor, config: { name: 'config', text, unknowns: UNKNOWNS }, dropIns: [], flags: [] }, facts);

describe('what is known with unknowns stays true whatever they are', () => {
  test.each([11, 12, 13])('150 random configurations of seed %i', seed => {
    const next = generator(seed);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]!;
    const broken: unknown[] = [];
    let unknownSeen = 0;
    for (let round = 0; round < 150; round++) {
      const minor = pick(MINORS);
      const chosen = LINES.filter(() => next() < 0.4).map(([field, values]) => ({
        field,
        value: pick(values),
        hidden: next() < 0.3,
      }));
      const write = (hide: boolean) =>
        HEAD + chosen.map(({ field, value, hidden }) => `${field}: ${hide && hidden ? TOKEN : value}\n`).join('');
      const hidden = load(write(true), minor);
      const real = load(write(false), minor);
      if (hidden.accepted !== null && hidden.accepted !== real.accepted)
        broken.push({ accepted: real.accepted, text: write(true) });
      if (real.values.size === 0) continue;
      for (const [path, { value }] of hidden.values) {
        if (!value.known) unknownSeen++;
        else if (!isHidden(path, chosen) && !isDeepStrictEqual(value, real.values.get(path)?.value))
          broken.push({ path, text: write(true) });
      }
    }
    expect(broken).toEqual([]);
    expect(unknownSeen).toBeGreaterThan(0);
  });
});

/** Fields below a hidden object or map: their keys cannot be compared one by one. */
function isHidden(path: string, chosen: readonly Readonly<{ field: string; hidden: boolean }>[]): boolean {
  return chosen.some(({ field, hidden }) => hidden && (path === field || path.startsWith(`${field}.`)));
}

describe('any text gets an answer', () => {
  test.each([21, 22])('300 mutilated configurations of seed %i', seed => {
    const next = generator(seed);
    const whole = HEAD + LINES.map(([field, values]) => `${field}: ${values[0]}\n`).join('');
    const pieces = [
      '\n',
      '  ',
      ': ',
      '- ',
      '#',
      '"',
      "'",
      '{',
      '}',
      '[',
      ']',
      ',',
      '|',
      '>',
      '&a ',
      '*a',
      '!!int ',
      '<<: ',
      '---\n',
      '?',
      '\t',
      '\r',
      '\0',
      '\uFEFF',
      TOKEN,
      `\n${TOKEN}\n`,
      '\uE000',
      '%',
      '@',
      '\uD800',
    ];
    for (let round = 0; round < 300; round++) {
      let text = whole;
      for (let change = 0; change < 1 + next() * 5; change++) {
        const at = Math.floor(next() * text.length);
        const piece = pieces[Math.floor(next() * pieces.length)] ?? '';
        text =
          next() < 0.7
            ? text.slice(0, at) + piece + text.slice(at)
            : text.slice(0, at) + text.slice(at + Math.floor(next() * 20));
      }
      const verdict = load(text, '1.36');
      expect([true, false, null]).toContain(verdict.accepted);
      expect(verdict.accepted === false).toBe(verdict.problems.some(({ effect }) => effect === 'refuses'));
    }
  });
});
