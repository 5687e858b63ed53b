import { describe, expect, test } from '@jest/globals';
import type { ControlResult, JudgedPlace } from '../../../core/baseline/types.ts';
import { comparePlaces } from '../../../core/review/compare-places.ts';
import { control } from './build.ts';
import { type Files, reviewFiles } from './repositories.ts';

const TASKS = 'roles/kubelet/tasks/main.yml';
const TEMPLATE = 'roles/kubelet/templates/kubelet.yaml.j2';
const UNIT = 'roles/kubelet/templates/kubelet.service.j2';
const KUBECONFIG = `- name: kubeconfig
  ansible.builtin.copy:
    src: kubelet.conf
    dest: /etc/kubernetes/kubelet.conf
    mode: "0644"
    owner: root
    group: root
`;
/** A site that violates KG-API-01 (a template's line), KG-START-20 (a task's mode) and KG-AUTHZ-03 (a flag). */
const OPEN: Files = {
  'site.yml': '- hosts: all\n  gather_facts: false\n  roles: [kubelet]\n',
  'hosts.ini': '[workers]\nw1\nw2\n\n[spare]\ns1\n',
  [TASKS]: `- name: configuration
  ansible.builtin.template:
    src: kubelet.yaml.j2
    dest: /var/lib/kubelet/config.yaml
    mode: "0600"
    owner: root
    group: root
- name: unit
  ansible.builtin.template:
    src: kubelet.service.j2
    dest: /etc/systemd/system/kubelet.service
    mode: "0600"
    owner: root
    group: root
${KUBECONFIG}`,
  [TEMPLATE]: `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
# the port monitoring reads
readOnlyPort: {{ kubelet_port }}
maxPods: {{ kubelet_pods }}
`,
  [UNIT]:
    '[Service]\nExecStart=/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml --authorization-mode=AlwaysAllow\n',
  'group_vars/all.yml': 'kubelet_port: 10255\nkubelet_pods: 110\n',
  'roles/kubelet/files/kubelet.conf': 'apiVersion: v1\nkind: Config\n',
};
const WATCHED = ['KG-API-01', 'KG-AUTHZ-03', 'KG-START-20'];

function edited(file: string, from: string, to: string, site = OPEN): Files {
  const text = site[file] ?? '';
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  return { ...site, [file]: text.replace(from, to) };
}

/** `control status hosts` of the watched controls, sorted. */
function statuses(base: Files, head: Files, controls: readonly string[] = WATCHED): readonly string[] {
  return reviewFiles(base, head)
    .findings.filter(({ control }) => controls.includes(control))
    .map(({ control, status, hosts }) => `${control} ${status} ${hosts.join()}`)
    .sort();
}

const rename = (from: string, to: string): Files =>
  Object.fromEntries(Object.entries(OPEN).map(([path, text]) => [path.replace(from, to), text.replaceAll(from, to)]));

const ALL_EXISTING = WATCHED.map(id => `${id} existing w1,w2,s1`);

describe('what was violated before stays existing when', () => {
  test.each<readonly [string, Files]>([
    ['nothing of it is touched', { ...OPEN, 'README.md': 'x\n' }],
    ['its line moves', edited(TEMPLATE, '# the port', '# one\n# two\n# three\n# the port')],
    ['its lines change places', edited(TASKS, KUBECONFIG, '', { ...OPEN, [TASKS]: `${KUBECONFIG}${OPEN[TASKS]}` })],
    ['its template gets another name', rename('kubelet.yaml.j2', 'config.yaml.j2')],
    ['its role gets another name', rename('roles/kubelet', 'roles/node')],
    ['the group gets another name', rename('workers', 'nodes')],
    ['its task gets another name', edited(TASKS, 'name: kubeconfig', 'name: how the kubelet reaches the API server')],
    ['its value goes through another variable', edited('group_vars/all.yml', '10255', '"{{ port }}"\nport: 10255')],
    ['the value is as bad by another way', edited(TEMPLATE, '{{ kubelet_port }}', '10255')],
  ])('%s', (what, head) => {
    const site = what.includes('role')
      ? { ...head, 'site.yml': head['site.yml']?.replace('[kubelet]', '[node]') ?? '' }
      : head;
    expect(statuses(OPEN, site)).toEqual(ALL_EXISTING);
  });

  test('an unrelated field of its file changes', () =>
    expect(statuses(OPEN, edited('group_vars/all.yml', 'pods: 110', 'pods: 120'))).toEqual(ALL_EXISTING));
});

describe('a task that lacks its owner', () => {
  const bare = { ...OPEN, [TASKS]: (OPEN[TASKS] ?? '').replaceAll('    owner: root\n    group: root\n', '') };
  const named = (head: Files) => statuses(bare, head, ['KG-LC-09']);
  const existing = ['KG-LC-09 existing w1,w2,s1', 'KG-LC-09 existing w1,w2,s1', 'KG-LC-09 existing w1,w2,s1'];

  test.each<readonly [string, Files]>([
    ['is the same under another name', edited(TASKS, 'name: kubeconfig', 'name: how it reaches the API server', bare)],
    [
      'is the same in another role',
      {
        ...edited(
          TASKS,
          KUBECONFIG.replace('    owner: root\n    group: root\n', ''),
          '- include_role: {name: access}\n',
          bare,
        ),
        'roles/access/tasks/main.yml': KUBECONFIG.replace('    owner: root\n    group: root\n', ''),
        'roles/access/files/kubelet.conf': 'apiVersion: v1\nkind: Config\n',
      },
    ],
  ])('%s', (_, head) => expect(named(head)).toEqual(existing));

  test('is another one when it works on another file', () =>
    expect(
      named(
        edited(
          TASKS,
          'dest: /etc/kubernetes/kubelet.conf',
          'dest: /etc/kubernetes/other.conf',
          edited(TASKS, 'name: kubeconfig', 'name: another', bare),
        ),
      ),
    ).toEqual([
      'KG-LC-09 existing w1,w2,s1',
      'KG-LC-09 existing w1,w2,s1',
      'KG-LC-09 fixed w1,w2,s1',
      'KG-LC-09 introduced w1,w2,s1',
    ]));
});

describe('hosts', () => {
  test('that join a group bring all of its violations, and nobody else any', () =>
    expect(statuses(OPEN, edited('hosts.ini', 'w2', 'w2\nw3'))).toEqual(
      WATCHED.flatMap(id => [`${id} existing w1,w2,s1`, `${id} introduced w3`]),
    ));

  test('that move to a group which violates what theirs did not are judged by what they get', () => {
    const closed = { ...OPEN, 'group_vars/spare.yml': 'kubelet_port: 0\n' };
    const head = edited('hosts.ini', 'w2\n\n[spare]\ns1', 'w2\ns1\n\n[spare]', closed);
    expect(statuses(closed, head, ['KG-API-01'])).toEqual(['KG-API-01 existing w1,w2', 'KG-API-01 introduced s1']);
  });

  test('that move to a group which violates the same keep what they had', () =>
    expect(statuses(OPEN, edited('hosts.ini', 'w2\n\n[spare]\ns1', 'w2\ns1\n\n[spare]'))).toEqual(
      WATCHED.map(id => expect.stringMatching(`^${id} existing `)),
    ));

  test('that move to a group which does not violate are mended', () => {
    const closed = { ...OPEN, 'group_vars/spare.yml': 'kubelet_port: 0\n' };
    const head = edited('hosts.ini', 'w2\n\n[spare]\ns1', '\n[spare]\ns1\nw2', closed);
    expect(statuses(closed, head, ['KG-API-01'])).toEqual(['KG-API-01 existing w1', 'KG-API-01 fixed w2']);
  });

  test('that leave take their violations with them', () =>
    expect(statuses(OPEN, edited('hosts.ini', 'w2\n', ''))).toEqual(WATCHED.map(id => `${id} existing w1,s1`)));
});

describe('what is taken out', () => {
  test('is mended when it is a flag', () => {
    const head = edited(UNIT, ' --authorization-mode=AlwaysAllow', '');
    expect(statuses(OPEN, head, ['KG-AUTHZ-03'])).toEqual(['KG-AUTHZ-03 fixed w1,w2,s1']);
  });

  test('claims nothing when it is a file: the node keeps it as it is', () =>
    expect(statuses(OPEN, edited(TASKS, KUBECONFIG, ''), ['KG-START-20'])).toEqual([]));

  test('claims nothing when it is an object that was applied: the cluster keeps it', () => {
    const apply = '- name: rights\n  kubernetes.core.k8s:\n    definition: {kind: ClusterRole, metadata: {name: a}}\n';
    const applied = { ...OPEN, [TASKS]: `${OPEN[TASKS]}${apply}` };
    expect(statuses(OPEN, applied, ['KG-SCOPE-03'])).toEqual(['KG-SCOPE-03 introduced w1,w2,s1']);
    expect(statuses(applied, OPEN, ['KG-SCOPE-03'])).toEqual([]);
  });
});

describe('two tasks with one name', () => {
  const task = (kind: string, name = 'apply') =>
    `- name: ${name}\n  kubernetes.core.k8s:\n    definition: {kind: ${kind}, metadata: {name: a}}\n`;
  const site = (...tasks: readonly string[]): Files => ({ ...OPEN, [TASKS]: `${OPEN[TASKS]}${tasks.join('')}` });
  const role = (base: Files, head: Files) => statuses(base, head, ['KG-SCOPE-03']);

  test('are told apart: the one that begins to violate is introduced beside the one that did', () =>
    expect(role(site(task('ClusterRole'), task('ConfigMap')), site(task('ClusterRole'), task('Role')))).toEqual([
      'KG-SCOPE-03 existing w1,w2,s1',
      'KG-SCOPE-03 introduced w1,w2,s1',
    ]));

  test('are no new violation when they change places', () =>
    expect(role(site(task('ClusterRole'), task('ConfigMap')), site(task('ConfigMap'), task('ClusterRole')))).toEqual([
      'KG-SCOPE-03 existing w1,w2,s1',
    ]));

  test('of which the conforming one goes leave the other existing', () =>
    expect(role(site(task('ConfigMap'), task('ClusterRole')), site(task('ClusterRole')))).toEqual([
      'KG-SCOPE-03 existing w1,w2,s1',
    ]));

  test('one that only gets another name stays existing', () =>
    expect(role(site(task('ClusterRole')), site(task('ClusterRole', 'rights')))).toEqual([
      'KG-SCOPE-03 existing w1,w2,s1',
    ]));
});

describe('places of a control', () => {
  const place = (result: JudgedPlace['result'], actual: string | null, location: string): JudgedPlace => ({
    result,
    path: 'task',
    location,
    actual,
    reason: `${result} ${actual}`,
    evidence: [],
    expected: '',
  });
  const answer = (...places: readonly JudgedPlace[]): ControlResult => {
    const [first] = places;
    if (!first) throw new Error('no place');
    return { ...first, control: control('x', 1), group: 'g', hosts: ['h'], places };
  };
  const pairs = (base: ControlResult, head: ControlResult) =>
    comparePlaces(base, head).map(({ before, after }) => [before?.reason ?? null, after?.reason ?? null]);

  test('that share a location are paired with what answers the same, then in order', () =>
    expect(
      pairs(
        answer(place('violated', 'a', 't'), place('pass', 'b', 't'), place('violated', 'c', 't')),
        answer(place('violated', 'c', 't'), place('violated', 'd', 't'), place('pass', 'b', 't')),
      ),
    ).toEqual([
      ['violated c', 'violated c'],
      ['violated a', 'violated d'],
      ['pass b', 'pass b'],
    ]));

  test('one more on a location has no counterpart', () =>
    expect(
      pairs(answer(place('violated', 'a', 't')), answer(place('violated', 'a', 't'), place('violated', 'a', 't'))),
    ).toEqual([
      ['violated a', 'violated a'],
      [null, 'violated a'],
    ]));

  test('that moved are found by value, or by their sentence where they have none', () => {
    expect(pairs(answer(place('violated', 'a', 't')), answer(place('violated', 'a', 'u')))).toEqual([
      ['violated a', 'violated a'],
    ]);
    expect(pairs(answer(place('violated', null, 't')), answer(place('violated', null, 'u')))).toEqual([
      ['violated null', 'violated null'],
    ]);
    expect(pairs(answer(place('violated', 'a', 't')), answer(place('violated', 'b', 'u')))).toEqual([
      [null, 'violated b'],
      ['violated a', null],
    ]);
  });
});
