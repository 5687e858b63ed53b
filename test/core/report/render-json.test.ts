import { expect, test } from '@jest/globals';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { renderJson } from '../../../core/report/render-json.ts';
import { playFiles, puts } from '../ansible/play.ts';
import { render } from '../ansible/render.ts';

test('a file with lines nobody can see claims no default', () => {
  const edit = '- lineinfile: { path: /var/lib/kubelet/config.yaml, regexp: "^maxPods", line: "maxPods: 7" }\n';
  expect(renderJson(render(playFiles(edit)), readKubeletFacts())).toMatchObject({
    groups: [
      {
        kubelet: {
          effective: null,
          values: { maxPods: 7 },
          unknown: [{ path: '', reason: expect.stringContaining('as it is on the node') }],
        },
      },
    ],
  });
  expect(JSON.stringify(renderJson(render(playFiles(edit)), readKubeletFacts()))).not.toContain('authorization');
});

test('what stands beside the kubelet is told with its values', () => {
  const tasks =
    puts('/etc/crio/crio.conf.d/10-x.conf', '[crio.runtime]\nseccomp_profile = "unconfined"\n') +
    puts('/etc/kubernetes/manifests/kube-apiserver.yaml', 'kind: Pod\nspec: { hostNetwork: true }\n') +
    puts('/etc/modules-load.d/k8s.conf', 'br_netfilter\n') +
    '- sysctl: { name: kernel.panic, value: 10 }\n' +
    '- sysctl: { name: kernel.panic_on_oops, value: "{{ ansible_x }}" }\n';
  expect(renderJson(render(playFiles(tasks)), readKubeletFacts())).toMatchObject({
    groups: [
      {
        files: [{ values: { crio: { runtime: { seccomp_profile: 'unconfined' } } } }],
        supporting: [
          { kind: 'static-pod', values: { kind: 'Pod', spec: { hostNetwork: true } } },
          { kind: 'kernel-modules', text: 'br_netfilter\n', values: null },
        ],
        sysctls: {
          settings: [
            { name: 'kernel.panic', value: '10', file: '/etc/sysctl.conf' },
            { name: 'kernel.panic_on_oops', value: '⟨unknown: fact ansible_x⟩', file: '/etc/sysctl.conf' },
          ],
          open: null,
        },
      },
    ],
  });
});
