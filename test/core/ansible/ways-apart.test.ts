import { describe, expect, test } from '@jest/globals';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { newBudget } from '../../../core/ansible/budget.ts';
import type { FileState } from '../../../core/ansible/file-states.ts';
import type { Alternative, Scope } from '../../../core/ansible/jinja/render.ts';
import { renderTemplate } from '../../../core/ansible/jinja/render.ts';
import { kubeletResult } from '../../../core/ansible/kubelet-result.ts';
import { configCandidates } from '../../../core/ansible/kubelet-starts.ts';
import { nodeFlags } from '../../../core/ansible/node-flags.ts';
import { renderApart } from '../../../core/ansible/render-file.ts';
import { unknownValue } from '../../../core/ansible/value.ts';
import { loadKubelet } from '../../../core/kubelet/load-kubelet.ts';
import type { KubeletInput, KubeletVerdict } from '../../../core/kubelet/types.ts';

const facts = readKubeletFacts();
const HEAD = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';
/** Every name beginning with `u` is a fact nobody knows. */
const SCOPE: Scope = {
  lookup: name =>
    /^u\d*$/.test(name) ? unknownValue(name, [`fact ${name}`], { defined: true, type: 'bool' }) : undefined,
};

const exact = (text: string) => renderTemplate('t.j2', text, SCOPE, newBudget({ paths: 4096 })).alternatives;
const apart = (text: string) => renderApart('t.j2', text, SCOPE);

/** Numbers that are the same in every run of the tests (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** A file of these alternatives on a node. */
const stateOf = (json: string, kind: FileState['kind'], alternatives: readonly Alternative[]): FileState => ({
  dest: { value: { known: true, json }, origins: [] },
  kind,
  source: null,
  task: { file: 't', line: 1, name: null, role: null, handlers: [] },
  alternatives,
  truncated: false,
  mode: null,
  owner: null,
  group: null,
  when: null,
  unseenEdits: [],
  lost: [],
  problem: null,
  failures: [],
  variable: null,
});

const configurationOf = (alternatives: readonly Alternative[]): KubeletVerdict | null => {
  const states = [stateOf('/c.yaml', 'KubeletConfiguration', alternatives)];
  const load = (input: KubeletInput) => loadKubelet(input, facts);
  return kubeletResult(configCandidates(states, null), states, nodeFlags(states), '1.34', load).kubelet;
};

/** Values a merged verdict claims to know. */
const claims = (verdict: KubeletVerdict | null): Record<string, unknown> =>
  Object.fromEntries(
    [...(verdict?.values ?? [])].flatMap(([path, { value }]) => (value.known ? [[path, value.json]] : [])),
  );

/** Lines of configuration with unknown conditions around, between and inside them. */
function randomConfiguration(seed: number): string {
  const random = randomFrom(seed);
  const line = (): string =>
    [
      `readOnlyPort: ${random(3)}\n`,
      `maxPods: ${random(3) + 1}\n`,
      'authentication:\n',
      `  anonymous:\n    enabled: ${random(2) === 0}\n`,
      `  webhook: { enabled: ${random(2) === 0} }\n`,
      'clusterDNS:\n',
      `- 10.0.0.${random(9)}\n`,
      `clusterDomain: "a${random(3)}\n`,
      `providerID: x {# #}\n`,
      `authorization: { mode: ${random(2) === 0 ? 'Webhook' : 'AlwaysAllow'} }\n`,
      '# a comment\n',
      'tlsMinVersion: "VersionTLS12"\n',
    ][random(12)] ?? '';
  const piece = (depth: number): string => {
    const condition = `u${random(4)}`;
    switch (depth > 2 ? 0 : random(7)) {
      case 1:
        return `{% if ${condition} %}\n${piece(depth + 1)}{% endif %}\n`;
      case 2:
        return `{% if not ${condition} %}\n${piece(depth + 1)}{% else %}\n${piece(depth + 1)}{% endif %}\n`;
      case 3:
        return `maxPods: {% if ${condition} %}1{% else %}2{% endif %}\n\n`;
      case 4:
        return `{% set x %}${random(9)}{% endset %}\n{% if ${condition} %}\n{% set x = '7' %}\n{% endif %}\nregistryBurst: {{ x }}\n`;
      default:
        return line() + (random(2) === 0 ? line() : '');
    }
  };
  return HEAD + Array.from({ length: 3 + random(5) }, () => piece(0)).join('');
}

function randomEnvironment(seed: number): string {
  const random = randomFrom(seed);
  const flag = (): string =>
    [
      `--read-only-port=${random(3)} `,
      `--max-pods=${random(3)} `,
      '--anonymous-auth ',
      '--kube-reserved ',
      'cpu=1,memory=2 ',
      `--v=${random(3)} \\\n`,
      '"',
      '# ',
      '\n',
      `--cluster-dns=10.0.0.${random(3)}`,
      ' ',
      `"\nKUBELET_EXTRA_ARGS="--max-pods=${random(9)} `,
    ][random(12)] ?? '';
  const piece = (depth: number): string => {
    const condition = `u${random(4)}`;
    switch (depth > 2 ? 0 : random(5)) {
      case 1:
        return `{% if ${condition} %}${piece(depth + 1)}{% endif %}`;
      case 2:
        return `{% if not ${condition} %}${piece(depth + 1)}{% else %}${piece(depth + 1)}{% endif %}`;
      default:
        return flag() + (random(2) === 0 ? flag() : '');
    }
  };
  return `KUBELET_ARGS="${Array.from({ length: 3 + random(5) }, () => piece(0)).join('')}"\n`;
}

const flagsOf = (alternatives: readonly Alternative[]): Record<string, unknown> => {
  const state = stateOf('/etc/kubernetes/kubelet.env', 'kubelet-flags', alternatives);
  const found: Record<string, unknown[]> = {};
  for (const { name, value } of nodeFlags([state]).flags)
    (found[name] ??= []).push(value.value.known ? value.value.json : '?');
  return found;
};

describe('parts of a text that conditions decide apart', () => {
  test('never claim a value that some way of the conditions does not give', () => {
    let taken = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const text = randomConfiguration(seed);
      const found = apart(text);
      if (!found) continue;
      taken += 1;
      const known = claims(configurationOf(exact(text)));
      for (const [path, value] of Object.entries(claims(configurationOf(found)))) {
        expect({ seed, text, path, value }).toEqual({ seed, text, path, value: known[path] });
      }
    }
    expect(taken).toBeGreaterThan(60);
  });

  test('never claim a flag that some way of the conditions does not give', () => {
    let taken = 0;
    for (let seed = 1; seed <= 600; seed++) {
      const text = randomEnvironment(seed);
      const found = apart(text);
      if (!found) continue;
      taken += 1;
      const known = flagsOf(exact(text));
      for (const [name, values] of Object.entries(flagsOf(found))) {
        const claimed = (values as unknown[]).filter(value => value !== '?');
        if (claimed.length > 0)
          expect({ seed, text, name, claimed }).toEqual({ seed, text, name, claimed: known[name] });
      }
    }
    expect(taken).toBeGreaterThan(100);
  });
});
