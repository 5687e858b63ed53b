import { describe, expect, test } from '@jest/globals';
import { readBaseline } from '../../../config/baseline.ts';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import type { Control } from '../../../core/baseline/types.ts';
import { explained } from '../../../core/report/explain.ts';

const facts = readKubeletFacts();
const { controls } = readBaseline();

function controlOf(id: string): Control {
  const found = controls.find(control => control.id === id);
  if (!found) throw new Error(`no control ${id}`);
  return found;
}

/** The explanation with every run of spaces as one, so that wrapping does not matter. */
const words = (control: Control) => explained(control, '1.36', facts).replaceAll(/\s+/g, ' ');

describe('an explanation', () => {
  test.each(controls.map(control => [control.id, control] as const))(
    '%s says what, why, and what to do',
    (_, control) => {
      const text = explained(control, '1.36', facts);
      for (const label of [
        'Asks',
        'Looks at',
        'Why',
        'Against',
        'Do',
        'Severity',
        'Nodes',
        'Standards',
        'Written in',
      ]) {
        expect(text).toMatch(new RegExp(`^${label} {2,}\\S`, 'm'));
      }
      expect(text).not.toMatch(/undefined|\[object|^\s*\{\}$/m);
    },
  );

  test.each([
    ['KG-CG-01', 'Asks podPidsLimit: 1 to 16384', 'If not set a violation (podPidsLimit is not set'],
    ['KG-API-01', 'with a configuration file: conforms', 'on flags alone: a violation'],
    [
      'KG-API-02',
      "If not set conforms (streamingConnectionIdleTimeout is not set, so the kubelet's default 4h0m0s acts)",
      '',
    ],
    ['KG-API-02', 'Kubernetes before 1.34', ''],
    ['KG-CERT-02', 'Asks serverTLSBootstrap true, or tlsCertFile non-empty and tlsPrivateKeyFile non-empty', ''],
    [
      'KG-START-16',
      "the kubelet's configuration file, wherever it lies: at most 0600",
      'Do in the task that places the file, set mode: "0600"',
    ],
    ['KG-START-17', 'Do in the task that places the file, set owner: root group: root', ''],
    ['KG-START-07', 'Do set eventRecordQPS to 5 and eventBurst to 10', 'eventRecordQPS: 5 eventBurst: 10'],
    [
      'KG-ANON-01',
      'authentication: anonymous: enabled: false',
      'a change that introduces a violation cannot be merged',
    ],
    ['KG-ANON-02', 'Do remove the flag Severity', ''],
    ['KG-KP-01', 'If not set conforms', 'metricsBindAddress: 127.0.0.1:10249'],
  ])('%s', (id, ...said) => {
    for (const part of said) expect(words(controlOf(id))).toContain(part);
  });

  test('no line is wider than 100 characters', () => {
    const lines = controls.flatMap(control => explained(control, '1.36', facts).split('\n'));
    expect(lines.filter(line => line.length > 100)).toEqual([]);
  });
});
