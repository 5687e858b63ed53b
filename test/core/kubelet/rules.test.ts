import { describe, expect, test } from '@jest/globals';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { readArguments } from '../../../core/kubelet/flags.ts';
import { loadKubelet } from '../../../core/kubelet/load-kubelet.ts';
import type { KubeletVerdict, Minor } from '../../../core/kubelet/types.ts';
import { LOGGING_RULES } from '../../../core/kubelet/validation/logging.ts';
import { VALIDATION_RULES } from '../../../core/kubelet/validation/rules.ts';
import { STARTUP_RULES } from '../../../core/kubelet/validation/startup.ts';
import { STARTUP_SITUATIONS } from './startup-situations.ts';
import { VALIDATION_SITUATIONS } from './validation-situations.ts';

const facts = readKubeletFacts();
const HEAD = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';

/** `minor|` before a body picks the minor (else 1.36); a line that starts with `--` is a flag. */
function load(situation: string): KubeletVerdict {
  const [, minor = '1.36', rest = ''] = /^(?:(1\.\d\d)\|)?([\s\S]*)$/.exec(situation) ?? [];
  const lines = rest.split('\n');
  const text = HEAD + lines.filter(line => !line.startsWith('--')).join('\n');
  const flags = readArguments(
    lines.filter(line => line.startsWith('--')),
    facts,
  );
  return loadKubelet({ minor: minor as Minor, config: { name: 'config', text }, dropIns: [], flags }, facts);
}

const RULES = [...VALIDATION_SITUATIONS, ...STARTUP_SITUATIONS];

describe('every rule of validation and start', () => {
  test('has a row here', () => {
    const ids = [...LOGGING_RULES, ...VALIDATION_RULES, ...STARTUP_RULES].map(({ id }) => id);
    expect(ids.filter(id => !RULES.some(([row]) => row === id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each(RULES)('%s: %s', (id, _, refused, accepted) => {
    for (const situation of refused) {
      const { accepted: answer, problems } = load(situation);
      const found = problems.filter(({ rule }) => rule === id);
      expect({ situation, answer, found: found.length > 0 }).toEqual({ situation, answer: false, found: true });
    }
    for (const situation of accepted) {
      const { accepted: answer, problems } = load(situation);
      const refusals = problems.filter(({ effect }) => effect === 'refuses');
      expect({ situation, answer, refusals }).toEqual({ situation, answer: true, refusals: [] });
    }
  });
});

describe('a refusal', () => {
  test('points at the list entry or map key to blame', () => {
    expect(load('evictionHard:\n  nodefs.available: 10%\n  memory.available: "0"').problems).toMatchObject([
      { path: 'evictionHard.memory.available', line: 5, stage: 'startup', rule: 'S06' },
    ]);
    expect(load('maxPods: 5\nregisterWithTaints:\n- key: "a b"').problems).toMatchObject([
      { path: 'registerWithTaints[0]', line: 5, stage: 'validation' },
    ]);
  });

  test('points at the flag when a flag is to blame', () => {
    expect(load('readOnlyPort: 0\n--max-pods=5\n--read-only-port=-1').problems).toMatchObject([
      { path: 'readOnlyPort', in: 'flags', span: { start: 1, end: 2 }, line: 0 },
    ]);
  });

  test('collects every fault of its stage, as the kubelet does', () => {
    const verdict = load('readOnlyPort: -1\nmaxPods: -1\ntlsMinVersion: foo');
    expect([verdict.stage, verdict.about]).toEqual(['validation', ['maxPods', 'readOnlyPort']]);
  });
});
