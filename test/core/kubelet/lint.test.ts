import { describe, expect, test } from '@jest/globals';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { type LintCase, lint } from '../../../core/kubelet/lint.ts';
import type { Minor } from '../../../core/kubelet/types.ts';

const facts = readKubeletFacts();
const HEAD = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';
const ask = (body: string, minor: Minor, rest: Partial<LintCase> = {}) =>
  lint({ yaml: HEAD + body, ...rest }, minor, facts);

describe('lint says what a kubelet is silent about', () => {
  test('an unknown key is ignored, and the kubelet starts without it', () => {
    const { accepted, lenient, problems } = ask('maxPodz: 5\n', '1.36');
    expect([accepted, lenient]).toEqual([true, true]);
    expect(problems).toEqual([
      {
        stage: 'decode',
        path: 'maxPodz',
        message: 'unknown field "maxPodz"',
        in: 'config',
        line: 3,
        column: 1,
        effect: 'ignores',
        would: 'ignored: a 1.36 kubelet starts, with one line in its log at most',
      },
    ]);
  });

  test('a written zero that a default replaces is named with the default', () => {
    const { accepted, lenient, problems } = ask('streamingConnectionIdleTimeout: 0s\n', '1.36');
    expect([accepted, lenient]).toEqual([true, false]);
    expect(problems).toMatchObject([
      {
        path: 'streamingConnectionIdleTimeout',
        line: 3,
        effect: 'ignores',
        message: expect.stringContaining('replaces it by "4h0m0s"'),
      },
    ]);
  });

  test('a zero that counts is not named', () => {
    expect(ask('registryPullQPS: 0\nreadOnlyPort: 0\n', '1.36').problems).toEqual([]);
  });

  test('a key of a drop-in that wins by its case is named where it stands', () => {
    const dropins = [{ name: '10-x.conf', yaml: `${HEAD}readonlyport: 10255\n` }];
    const { effective, problems } = ask('readOnlyPort: 0\n', '1.36', { dropins });
    expect(effective).toMatchObject({ readOnlyPort: 10255 });
    expect(problems).toMatchObject([
      {
        stage: 'drop-in',
        in: '10-x.conf',
        line: 3,
        path: 'readOnlyPort',
        would: expect.stringContaining('without a word'),
      },
    ]);
  });

  test('a gate that the next minor panics on is named before the upgrade, and refused after it', () => {
    const body = 'featureGates: {NodeLogQuery: false}\n';
    expect(ask(body, '1.35')).toMatchObject({
      accepted: true,
      problems: [
        { stage: 'featureGates', path: 'featureGates.NodeLogQuery', line: 3, message: expect.stringContaining('1.36') },
      ],
    });
    expect(ask(body, '1.36')).toMatchObject({
      accepted: false,
      stage: 'featureGates',
      problems: [{ effect: 'refuses', would: 'a 1.36 kubelet panics and restarts in a loop' }],
    });
  });

  test('a drop-in the kubelet does not read says nothing', () => {
    const dropins = [{ name: '10-x.yaml', yaml: 'no: configuration' }];
    expect(ask('', '1.36', { dropins })).toMatchObject({ accepted: true, problems: [] });
  });
});
