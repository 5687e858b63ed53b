import { describe, expect, test } from '@jest/globals';
import { mergeVerdicts } from '../../../core/ansible/merge-verdicts.ts';
import type { KubeletAlternative } from '../../../core/ansible/types.ts';
import type { Json, KubeletVerdict } from '../../../core/kubelet/types.ts';

const verdict = (values: Record<string, Json>, accepted: boolean | null = true): KubeletVerdict => ({
  minor: '1.34',
  accepted,
  lenient: false,
  stage: accepted === false ? 'validation' : null,
  about: [],
  problems: [],
  values: new Map(
    Object.entries(values).map(([path, json]) => [path, { value: { known: true, json }, from: 'config' }]),
  ),
  open: new Map(),
});
const when = (holds: Record<string, boolean>, result: KubeletVerdict): KubeletAlternative => ({
  conditions: Object.entries(holds).map(([key, value]) => ({ unknown: { key, why: [`fact ${key}`] }, holds: value })),
  verdict: result,
});

describe('verdicts under unknown conditions', () => {
  const merged = mergeVerdicts(
    [
      when({ arm: true, swap: true }, verdict({ port: 1, max: 5, swap: true })),
      when({ arm: true, swap: false }, verdict({ port: 1, max: 5, swap: false })),
      when({ arm: false, swap: true }, verdict({ port: 1, max: 9, swap: true })),
      when({ arm: false, swap: false }, verdict({ port: 1, max: 9, swap: false })),
    ],
    null,
  );

  test('agree on what is equal in all of them', () => {
    expect(merged?.values.get('port')?.value).toEqual({ known: true, json: 1 });
  });

  test('name the condition that decides a field', () => {
    expect(merged?.values.get('max')?.value).toMatchObject({ known: false, unknown: { why: ['depends on fact arm'] } });
    expect(merged?.values.get('swap')?.value).toMatchObject({
      known: false,
      unknown: { why: ['depends on fact swap'] },
    });
  });

  test('have another key when a hidden value changes', () => {
    const one = mergeVerdicts([when({ a: true }, verdict({ p: 0 })), when({ a: false }, verdict({ p: 1 }))], null);
    const two = mergeVerdicts([when({ a: true }, verdict({ p: 0 })), when({ a: false }, verdict({ p: 2 }))], null);
    const key = (of: KubeletVerdict | null) => {
      const value = of?.values.get('p')?.value;
      return value?.known === false ? value.unknown.key : null;
    };
    expect(key(one)).not.toBeNull();
    expect(key(one)).not.toBe(key(two));
  });
});

test.each([
  [[true, true], true],
  [[false, false], false],
  [[true, false], null],
  [[true, null], null],
] as const)('kubelets that answer %j are accepted: %j', (answers, accepted) => {
  const alternatives = answers.map((answer, index) => when({ c: index === 0 }, verdict({}, answer)));
  expect(mergeVerdicts(alternatives, null)?.accepted).toBe(accepted);
});

test('nothing is known and nothing accepted when not every alternative was tried', () => {
  const merged = mergeVerdicts([when({ a: true }, verdict({ p: 0 }))], { key: 'rest 1', why: ['more'] });
  expect(merged?.accepted).toBeNull();
  expect(merged?.values.get('p')?.value.known).toBe(false);
  expect(merged?.open.has('')).toBe(true);
});

test('what was not looked at shows in the key of every field, so that a change there is a change', () => {
  const keyWith = (key: string) =>
    mergeVerdicts([when({ a: true }, verdict({ p: 0 }))], { key, why: ['more'] })?.values.get('p')?.value;
  expect(keyWith('rest 1')).toEqual(keyWith('rest 1'));
  expect(keyWith('rest 1')).not.toEqual(keyWith('rest 2'));
});

test('a parent that is open in one alternative only has another key when what opens it changes', () => {
  const opened = (key: string): KubeletVerdict => ({
    ...verdict({ p: 0 }),
    open: new Map([['', { key, why: [key] }]]),
  });
  const keyWith = (key: string) =>
    mergeVerdicts([when({ a: true }, opened(key)), when({ a: false }, opened('last'))], null)?.open.get('')?.key;
  expect(keyWith('x')).not.toBe(keyWith('y'));
});
