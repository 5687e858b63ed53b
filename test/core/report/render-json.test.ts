import { expect, test } from '@jest/globals';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { renderJson } from '../../../core/report/render-json.ts';
import { playFiles } from '../ansible/play.ts';
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
