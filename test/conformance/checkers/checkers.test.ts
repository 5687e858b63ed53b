import { describe, expect, test } from '@jest/globals';
import { readBaseline } from '../../../config/baseline.ts';
import type { Checker, Verdict } from './checker.ts';
import { EXPLANATIONS } from './explanations.ts';
import { answerFor, itemsOf, type Ours } from './items.ts';
import { checkedNode } from './node.ts';
import { SITUATIONS } from './situations.ts';
import { tabulate, tallies } from './table.ts';

const baseline = readBaseline();
const items = itemsOf(baseline.controls);
const ALL_OF_KUBELET = items.filter(({ id }) => id.startsWith('4.2.')).map(({ id }) => id);

/** Items with a finding by situation; in every other situation there is none. */
const VIOLATED: Readonly<Record<string, string>> = {
  'an empty configuration file': '4.2.3 4.2.9 4.2.10 4.2.11 4.2.12 4.2.13 4.2.14',
  'no --config, no flags': '4.2.1 4.2.2 4.2.3 4.2.4 4.2.9 4.2.10 4.2.11 4.2.12 4.2.13 4.2.14',
  'a flag allows anonymous, the file forbids': '4.2.1',
  'two flags: anonymous forbidden, then allowed': '4.2.1',
  'a drop-in allows anonymous and the read-only port': '4.2.1 4.2.4',
  '--config names another file than the usual': '4.2.1 4.2.2 4.2.4',
  'authorization.mode: AlwaysAllow': '4.2.2',
  'a flag opens the read-only port': '4.2.4',
  '--streaming-connection-idle-timeout=0': '4.2.5',
  'makeIPTablesUtilChains: false': '4.2.6',
  '--hostname-override': '4.2.7',
  'eventRecordQPS: 0': '4.2.8',
  'no rotateCertificates': '4.2.10',
  'neither a serving certificate nor serverTLSBootstrap': '4.2.9 4.2.11',
  'serverTLSBootstrap: false, its gate on': '4.2.9 4.2.11',
  'the gate of server rotation off': '4.2.11',
  'a TLS_RSA suite': '4.2.12',
  'no tlsCipherSuites': '4.2.12',
  'podPidsLimit: 0': '4.2.13',
  'podPidsLimit: -1': '4.2.13',
  'seccompDefault: false': '4.2.14',
  'seccompDefault in the wrong case': '4.2.14',
  'the configuration has mode 0444': '4.1.9',
  'the configuration has mode: 644 without quotes': '4.1.9',
  'the configuration belongs to another user': '4.1.10',
  'the credential has mode 0644': '4.1.5',
  'kube-proxy shows its metrics to all': '4.3.1',
};
const REFUSED = [
  '--anonymous-auth false with a space',
  'authorization.mode: webhook (lower case)',
  'strong suites, none that HTTP/2 needs',
  'a value with quotes',
];

describe('our side of the comparison with other checkers', () => {
  test('every item of CIS 4.1 to 4.3 has a control', () => {
    const numbers = (section: string, last: number) => Array.from({ length: last }, (_, at) => `${section}.${at + 1}`);
    expect(items.map(({ id }) => id)).toEqual([...numbers('4.1', 10), ...numbers('4.2', 14), '4.3.1']);
  });

  test.each(Object.entries(SITUATIONS))('%s', (id, situation) => {
    const node = checkedNode(id, situation, baseline);
    const of = (...verdicts: readonly Ours[]) =>
      items.filter(item => verdicts.includes(answerFor(item, node).verdict)).map(item => item.id);
    expect({ violated: of('violated'), undecided: of('undecided'), refused: of('refused') }).toEqual({
      violated: VIOLATED[id]?.split(' ') ?? [],
      undecided: [],
      refused: REFUSED.includes(id) ? ALL_OF_KUBELET : [],
    });
  });
});

describe('what explains a difference', () => {
  test('speaks of items that exist', () => {
    const known = new Set(items.map(({ id }) => id));
    expect(EXPLANATIONS.flatMap(one => one.items ?? []).filter(id => !known.has(id))).toEqual([]);
  });

  /** A checker that says one thing of one item. */
  const saying = (item: string, verdict: Verdict): Checker => ({
    name: 'kube-bench',
    version: 'none',
    about: 'nothing',
    judge: nodes => new Map(nodes.map(({ id }) => [id, new Map([[item, verdict]])])),
  });

  test.each([
    ['seccompDefault: false', '4.2.14', 'PASS', 0],
    ['eventRecordQPS: 0', '4.2.8', 'PASS', 0],
    ['a drop-in allows anonymous and the read-only port', '4.2.4', 'PASS', 0],
    ['a flag opens the read-only port', '4.2.4', 'PASS', 1],
    ['makeIPTablesUtilChains: false', '4.2.6', 'PASS', 1],
    ['all of CIS 4.2 written out', '4.2.1', 'FAIL', 1],
    ['all of CIS 4.2 written out', '4.2.14', 'WARN', 1],
  ] as const)('%s, %s %s: what is not explained is %i', (id, item, verdict, unexplained) => {
    const node = checkedNode(id, SITUATIONS[id] ?? {}, baseline);
    expect(tallies(tabulate(items, [node], [saying(item, verdict)]))).toMatchObject([{ verdicts: 1, unexplained }]);
  });
});
