import { describe, expect, test } from '@jest/globals';
import { checkSarif } from '../../../core/report/check-sarif.ts';
import { checkText } from '../../../core/report/check-text.ts';
import { headline } from '../../../core/report/headline.ts';
import { toTerminal } from '../../../core/report/phrase.ts';
import { summaryComment } from '../../../core/report/summary-comment.ts';
import { type Files, reviewFiles } from '../review/repositories.ts';
import { decided, nowhere } from './verdicts.ts';

const BASE: Files = {
  'site.yml': '- hosts: all\n  roles: [kubelet]\n',
  'hosts.ini': '[workers]\nw1\nw2\n',
  'roles/kubelet/tasks/main.yml':
    '- template:\n    src: kubelet.yaml.j2\n    dest: /var/lib/kubelet/config.yaml\n    mode: "0600"\n    owner: root\n    group: root\n',
  'roles/kubelet/templates/kubelet.yaml.j2':
    'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nmaxPods: 110\n',
};
const BODY = 'MIIEpAIBAAKCAQEA3Tz2mr7SZiAMfQyuvBjM9Oi8mQqx5yZc1dY0m7bR1nq8xQ4z';
const pem = (body: string): string => `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`;
const KEY = { 'roles/kubelet/files/node.key': pem(BODY) };

describe('findings of no node alone', () => {
  const verdict = reviewFiles(BASE, { ...BASE, ...KEY });

  test('say that they are in the repository', () => {
    expect(verdict.conclusion).toBe('fail');
    expect(toTerminal(headline(verdict).claim)).toBe('Violates KG-CERT-14 in the repository');
    const sentence = 'roles/kubelet/files/node.key holds a private key in clear in the repository.';
    expect(checkText(verdict)).toContain(
      `roles/kubelet/files/node.key:1: critical KG-CERT-14 No private key committed in clear: ${sentence}`,
    );
    expect(summaryComment(verdict, decided('blocked'), nowhere)).toContain('in the repository');
  });

  test('never show the secret', () => {
    expect(JSON.stringify([verdict, checkText(verdict), checkSarif(verdict)])).not.toContain(BODY.slice(0, 20));
  });

  test('are no longer new where a secret only moves', () => {
    const moved = reviewFiles({ ...BASE, ...KEY }, { ...BASE, 'files/other.key': pem(BODY) });
    expect(moved.findings.map(({ control, status }) => [control, status])).toContainEqual(['KG-CERT-14', 'existing']);
  });

  test('are new where a second secret joins the first in its file', () => {
    const second = { 'roles/kubelet/files/node.key': pem(BODY) + pem(BODY.split('').reverse().join('')) };
    const joined = reviewFiles({ ...BASE, ...KEY }, { ...BASE, ...second });
    expect(
      joined.findings
        .filter(({ control }) => control === 'KG-CERT-14')
        .map(({ status }) => status)
        .sort(),
    ).toEqual(['existing', 'introduced']);
  });

  test('tell that a source is pinned now', () => {
    const requirements = (version: string): Files => ({
      ...BASE,
      'requirements.yml': `collections:\n  - {name: community.general, version: "${version}"}\n`,
    });
    const pinned = reviewFiles(requirements('>=9.0.0'), requirements('9.5.1'));
    expect(checkText(pinned)).toContain('the collection community.general is version 9.5.1 in the repository.');
  });
});
