import { describe, expect, test } from '@jest/globals';
import { readBaseline } from '../../../config/baseline.ts';
import { isBeyondCovered } from '../../../core/baseline/kubernetes-range.ts';
import { MINORS } from '../../../core/kubelet/types.ts';
import { placed } from './controls/file-rows.ts';
import { ROWS } from './controls/index.ts';
import { answer, config, FACT, repositoryOf, resultsOf, type Situation, task } from './situation.ts';

const baseline = readBaseline();

describe('every control has its table', () => {
  test('no control of the baseline is without one', () => {
    const judged = baseline.controls.filter(({ kubernetes }) => !isBeyondCovered(kubernetes));
    expect(judged.map(({ id }) => id).filter(id => !(id in ROWS))).toEqual([]);
  });

  describe.each(Object.entries(ROWS))('%s', (id, row) => {
    test.each(['pass', 'violated', 'undecided'] as const)('says %s where it should', expected => {
      for (const situation of row[expected]) {
        const { result, reason } = answer(id, situation);
        expect({ result, reason, situation }).toMatchObject({ result: expected });
      }
      expect(row[expected].length).toBeGreaterThan(0);
    });

    test('judges what nothing sets by the default that acts', () => {
      const absent = row.absent && {
        file: answer(id, { config: '' }).result,
        flags: answer(id, { config: null }).result,
      };
      expect(absent).toEqual(row.absent);
    });
  });
});

describe('an answer can be acted on', () => {
  test('it names the value, what is expected and the line', () => {
    expect(answer('KG-API-01', config('maxPods: 5\nreadOnlyPort: 10255'))).toMatchObject({
      result: 'violated',
      path: 'readOnlyPort',
      actual: 10255,
      expected: '0',
      reason: 'readOnlyPort is 10255; expected 0',
      evidence: [{ file: 'roles/kubelet/templates/kubelet.yaml.j2', line: 4 }],
      hosts: ['node-1', 'node-2'],
    });
  });

  test.each([
    ['KG-AUTHZ-01', 'Webhook'],
    ['KG-START-16', 'at most 0600'],
    ['KG-CG-01', '1 to 16384'],
    ['KG-API-02', '5m0s to 4h0m0s'],
    ['KG-START-17', 'root:root'],
  ])('%s expects %s', (id, words) => {
    expect(answer(id, { config: '' }).expected).toBe(words);
  });

  test('a value nothing sets points to the file it would stand in', () => {
    expect(answer('KG-SECC-01', { config: '' }).evidence).toEqual([
      { file: 'roles/kubelet/templates/kubelet.yaml.j2', line: 1, kind: 'template' },
    ]);
  });

  test('a list with too much in it names what is too much', () => {
    const suites = 'tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_AES_128_GCM_SHA256]';
    expect(answer('KG-CERT-06', config(suites)).reason).toBe(
      'tlsCipherSuites has TLS_RSA_WITH_AES_128_GCM_SHA256, which the baseline does not allow',
    );
  });

  test('an undecided answer says what is not known', () => {
    expect(answer('KG-API-01', config(`readOnlyPort: ${FACT}`)).reason).toBe(
      'readOnlyPort cannot be known from Git: fact ansible_facts',
    );
  });
});

describe('a kubelet that kubeadm configures', () => {
  const kubeadm = (body: string, more: Situation = {}): Situation => ({
    tasks: [
      '- ansible.builtin.template: {src: kubeadm.yaml.j2, dest: /etc/kubernetes/kubeadm.yaml}',
      '- ansible.builtin.command: kubeadm init --config /etc/kubernetes/kubeadm.yaml',
    ].join('\n'),
    files: {
      'roles/kubelet/templates/kubeadm.yaml.j2': `apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n${body}\n`,
    },
    ...more,
  });

  test('has the client CA kubeadm fills in, unless another is written', () => {
    expect(answer('KG-AUTHN-02', kubeadm('')).result).toBe('pass');
    expect(answer('KG-AUTHN-02', kubeadm('authentication: {x509: {clientCAFile: /tmp/ca.crt}}')).result).toBe(
      'violated',
    );
  });

  test('rotates certificates whatever is written', () => {
    expect(answer('KG-CERT-01', kubeadm('rotateCertificates: false')).result).toBe('pass');
  });
});

describe('nodes a control cannot judge', () => {
  test('without a known kubelet every field and flag control is not applicable, with the reason', () => {
    const results = resultsOf(repositoryOf({ tasks: '- ansible.builtin.file: {path: /etc/motd, mode: "0644"}' }));
    const fields = results.filter(({ control }) => /^(KubeletConfiguration|kubelet-flag)$/.test(control.kind));
    expect(fields.length).toBeGreaterThan(0);
    expect(new Set(fields.map(({ result }) => result))).toEqual(new Set(['not-applicable']));
    expect(fields.every(({ reason }) => reason !== '')).toBe(true);
  });

  test('a configuration the kubelet cannot read is undecided, never a pass', () => {
    const results = resultsOf(repositoryOf(config('maxPods: "110"')));
    const fields = results.filter(({ control }) => control.kind === 'KubeletConfiguration');
    const ofHead = (op: string) => op === 'kind-and-version';
    const asked = fields.filter(({ result, control }) => result !== 'not-applicable' && !ofHead(control.check.op));
    expect(new Set(asked.map(({ result }) => result))).toEqual(new Set(['undecided']));
  });

  test.each(MINORS)('of %s have no field that comes later, whatever is written', minor => {
    expect(answer('KG-CG-09', { config: 'defaultPodSysctls: {kernel.msgmax: "1"}', minor })).toMatchObject({
      result: 'not-applicable',
      reason: `the control is for Kubernetes >=1.37, the nodes run Kubernetes ${minor}`,
    });
  });

  test('of another Kubernetes version are none of its business, and it says so', () => {
    expect(answer('KG-API-02', { config: '', minor: '1.34' })).toMatchObject({
      result: 'not-applicable',
      reason: 'the control is for Kubernetes <1.34, the nodes run Kubernetes 1.34',
    });
    expect(answer('KG-API-09', { config: '', minor: '1.35' }).result).toBe('pass');
  });
});

describe('files that several tasks touch', () => {
  const dest = '/etc/kubernetes/kubelet-config.yaml';
  const mode = (digits: string, more = '') => `- ansible.builtin.file: {path: ${dest}, mode: "${digits}"}${more}`;
  const MAYBE = '\n  when: ansible_facts.x';

  test('the last task that sets the mode decides', () => {
    expect(answer('KG-START-16', task(`${mode('0644')}\n${mode('0600')}`)).result).toBe('pass');
  });

  test('a bad mode set only by a task that may not run is undecided', () => {
    expect(answer('KG-START-16', task(`${mode('0600')}\n${mode('0644', MAYBE)}`)).result).toBe('undecided');
  });

  test('a good mode set only by a task that may not run is undecided', () => {
    expect(answer('KG-START-16', task(mode('0600', MAYBE))).result).toBe('undecided');
  });

  test('one bad file among good ones violates', () => {
    expect(answer('KG-START-16', placed(dest, 'mode: "0666"'))).toMatchObject({ result: 'violated', actual: '0666' });
  });
});

describe('Kubernetes objects', () => {
  const apply = (more: string, file = 'kind: Role'): Situation => ({
    tasks: `- name: apply\n  kubernetes.core.k8s: {src: object.yaml, ${more}}`,
    files: { 'roles/kubelet/files/object.yaml': file },
  });

  test('that a task takes away are not applied', () => {
    expect(answer('KG-SCOPE-03', apply('state: absent')).result).toBe('not-applicable');
  });

  test('are named, with the line of the file they stand in', () => {
    const text = 'kind: ConfigMap\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: own}\n';
    expect(answer('KG-SCOPE-03', apply('state: present', text))).toMatchObject({
      result: 'violated',
      reason: "these tasks apply Role own, which is the cluster's own to decide",
      location: 'kubelet / apply / k8s#Role own',
      evidence: [{ file: 'roles/kubelet/files/object.yaml', line: 4 }],
    });
  });

  test('the default that acts in place of a flag of kube-apiserver is told', () => {
    const pod = 'kind: Pod\nmetadata: {name: a}\nspec: {containers: [{command: [kube-apiserver, --secure-port=6443]}]}';
    const situation: Situation = {
      roles: ['control-plane'],
      tasks: '- ansible.builtin.copy: {src: pod.yaml, dest: /etc/kubernetes/manifests/a.yaml}',
      files: { 'roles/kubelet/files/pod.yaml': pod },
    };
    expect(answer('KG-AUTHZ-06', situation)).toMatchObject({
      actual: 'AlwaysAllow',
      reason:
        'kube-apiserver --authorization-mode is not set, so AlwaysAllow acts; expected Node,RBAC without AlwaysAllow',
      evidence: [{ file: 'roles/kubelet/files/pod.yaml', line: 1 }],
    });
  });
});
