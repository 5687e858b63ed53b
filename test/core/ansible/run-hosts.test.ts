import { describe, expect, test } from '@jest/globals';
import type { RunResult } from '../../../core/ansible/host-run.ts';
import { inventoryBase, loadInventory } from '../../../core/ansible/inventory/load-inventory.ts';
import { loadPlaybook } from '../../../core/ansible/playbook.ts';
import { openRepository } from '../../../core/ansible/repository.ts';
import { MAX_OWN_RESULTS, runHosts } from '../../../core/ansible/run-hosts.ts';
import { runPlays } from '../../../core/ansible/run-plays.ts';
import { hostsToRender, type InventorySource, playbookWorld } from '../../../core/ansible/worlds.ts';
import type { RenderedText } from '../../../core/source/rope.ts';
import { treeOf } from '../../../core/source/tree.ts';
import { random } from '../../conformance/random.ts';

/** A world of its own for every question: nothing is shared that is not meant to be. */
function open(files: Readonly<Record<string, string>>) {
  const repository = openRepository(treeOf(files));
  const source: InventorySource = {
    path: 'inventory',
    directory: inventoryBase(repository, 'inventory'),
    inventory: loadInventory(repository, 'inventory'),
  };
  const setAtRunTime = new Map<string, readonly string[]>();
  const shared = {
    repository,
    ansible: '2.14',
    rolesPath: [],
    setAtRunTime,
    includedNames: new Map<string, readonly string[]>(),
    copiedFrom: new Set<string>(),
    addsHosts: null,
    runsOnce: false,
  } as const;
  return { world: playbookWorld(shared, source, loadPlaybook(repository, 'site.yml')), hosts: hostsToRender(source) };
}

/** Text with the origins of each character, and everything else but the arguments of steps, as it is. */
function comparable(result: RunResult | null | undefined): unknown {
  return result
    ? {
        ...result,
        steps: result.steps.map(step => ({ ...step, calls: step.calls.length })),
        writes: result.writes.map(write => ({
          ...write,
          alternatives: write.alternatives.map(one => ({ conditions: one.conditions, text: pieces(one.text) })),
        })),
      }
    : null;
}

function pieces({ text, segments, unknowns }: RenderedText): unknown {
  const found: { text: string; origins: string }[] = [];
  let offset = 0;
  for (const segment of segments) {
    const part = text.slice(offset, (offset += segment.length));
    const origins = segment.origins.map(({ kind, file, line }) => `${kind} ${file}:${line}`).join(', ');
    const last = found.at(-1);
    if (last?.origins === origins) last.text += part;
    else found.push({ text: part, origins });
  }
  return { found, unknowns: [...unknowns] };
}

/** Each host evaluated together with all others is what it is evaluated alone. */
function expectSame(files: Readonly<Record<string, string>>): void {
  const { world, hosts } = open(files);
  const together = runHosts([world], hosts);
  const seen = new Set<RunResult | undefined>();
  for (const host of hosts) {
    const result = together.get(host);
    const alone = runPlays(open(files).world, host, false).result;
    const shown = seen.has(result) ? withoutOrigins : comparable;
    expect({ host, result: shown(result) }).toEqual({ host, result: shown(alone) });
    seen.add(result);
  }
}

/** Hosts that get the same share one result, whose origins are those of the first of them. */
function withoutOrigins(result: RunResult | null | undefined): unknown {
  return JSON.parse(
    JSON.stringify(comparable(result), (key, value: unknown) => {
      if (key === 'found') return (value as { text: string }[]).map(({ text }) => text).join('');
      return key === 'origins' ? [] : value;
    }),
  );
}

const HOSTS = ['cp1', 'cp2.example.org', 'w1', 'w2', 'w-3.example.org', 'g1', 'g2'] as const;

function site(template: string, changes: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    'inventory/hosts': `[control_plane]
cp1 ip=10.0.0.1 role=master zone=a
cp2.example.org ip=10.0.0.2 role=master zone=b
[workers]
w1 ip=10.0.1.1 role=worker zone=a rank=1
w2 ip=10.0.1.2 role=worker zone=b rank=2 extra=yes
w-3.example.org ip=10.0.1.30 role=edge zone=a
[gpu]
g1 ip="fd00::1" role=gpu flag=True
g2 ip=10.0.2.2 role="gpu node" note="it's"
[cluster:children]
control_plane
workers
gpu
`,
    'inventory/group_vars/all.yml':
      'domain: cluster.local\nlisted: [b, "{{ ip }}", a]\nnode_name: "{{ inventory_hostname }}"\n',
    'inventory/group_vars/workers.yml': 'role_label: "pool/{{ role }}"\n',
    'inventory/host_vars/w1.yml': 'owner: alice\nlabels: {zone: a}\n',
    'inventory/host_vars/w2.yml': 'owner: bob\nlabels: {zone: b}\n',
    'inventory/host_vars/cp1.yml': 'owner: "{{ role }}-owner"\n',
    'site.yml': `- hosts: cluster
  gather_facts: false
  tasks:
    - template:
        src: kubelet-config.yaml.j2
        dest: /etc/kubernetes/kubelet-config.yaml
`,
    'templates/kubelet-config.yaml.j2': `kind: KubeletConfiguration\n${template}\n`,
    ...changes,
  };
}

/** Expressions that use what each host has its own of in every way we could think of. */
const EXPRESSIONS = [
  'inventory_hostname',
  'inventory_hostname_short',
  'ip',
  'node_name',
  'role',
  'owner | default(inventory_hostname)',
  'owner | default("nobody", true)',
  'role_label | default(role)',
  'note | default("")',
  'flag | default(false)',
  'rank | default(0) + 1',
  'rank | default(inventory_hostname)',
  'ip ~ ":" ~ 10250',
  'ip + "/24"',
  '"%s-%s" | format(role, zone)',
  '"%s" % ip',
  '"{}:{}".format(ip, 1)',
  'ip | upper',
  'inventory_hostname | upper | lower',
  'inventory_hostname | length',
  'inventory_hostname | hash("sha1")',
  'inventory_hostname.split(".")[0]',
  'inventory_hostname.split(".") | first',
  'inventory_hostname.split(".") | length',
  'inventory_hostname.split(".") | join("-")',
  'inventory_hostname | regex_replace("[0-9.].*$", "")',
  'inventory_hostname | regex_replace("^.*$", "")',
  'inventory_hostname | regex_search("[0-9]+")',
  'ip | replace(".", "-")',
  'ip | quote',
  'ip | to_json',
  'ip | string | trim',
  'ip | int',
  'ip | b64encode',
  '[ip, role] | join(",")',
  '[ip, "z"] | sort | join(",")',
  '[role, zone, role] | unique | join(",")',
  '[zone, role] | map("upper") | list',
  '[zone, role]',
  '{"a": ip, "b": [role]}',
  '{"a": ip} | to_json',
  '{"a": ip, "b": {"c": zone}} | to_nice_yaml',
  '{"a": ip} | combine({"b": role}) | dictsort',
  '({"a": ip} | combine({"b": role})).b',
  '{zone: 1}',
  '{"a": 1, "b": 2}[zone]',
  '{"a": ip, "b": 2}[zone]',
  '[1, 2, 3][rank | default(0) | int]',
  'inventory_hostname in groups["control_plane"]',
  'inventory_hostname in groups.workers',
  'inventory_hostname == groups["workers"][0]',
  'groups["workers"].index(inventory_hostname) if inventory_hostname in groups["workers"] else 0',
  '"1" in inventory_hostname',
  'inventory_hostname[0]',
  'inventory_hostname[-1:]',
  'inventory_hostname is match("w.*")',
  'inventory_hostname is search("example")',
  'role is defined',
  'extra is defined',
  'role in ["master", "edge"]',
  'role == "master"',
  'role != zone',
  'role < zone',
  'role is string',
  'ip is number',
  'hostvars[inventory_hostname].ip',
  'hostvars[inventory_hostname]["zone"]',
  'hostvars[inventory_hostname]["labels"] | default({})',
  'hostvars[inventory_hostname].rank | default("none")',
  'hostvars[inventory_hostname].labels.zone | default("no zone")',
  'hostvars[groups["workers"][0]].ip',
  'hostvars["w2"].owner',
  'labels | default({}) | to_json',
  'labels.zone | default(zone)',
  'listed',
  'listed | sort',
  'listed | last',
  'groups | dictsort | map("first") | join(",")',
  'group_names | join(",")',
  'role | ternary("x", "y")',
  '(role == "gpu") | ternary(ip, zone)',
  'zone * 2',
  'lookup("vars", "zone")',
  'lookup("vars", role, default="none")',
  'ansible_default_ipv4.address | default(ip)',
  'ansible_hostname ~ ip',
  '(ansible_hostname ~ ip) == ip',
  'ip | ipaddr',
  'role | nosuchfilter',
  'missing[role]',
  'ip.nothing | default("none")',
  'inventory_hostname | list | length',
  'range(inventory_hostname | length) | list | length',
  'ip | default(omit)',
  'vars["ip"]',
  'inventory_hostname if role == "master" else ip',
  'not role',
  'role and zone',
  'role == "master" or zone == "a"',
] as const;

const lineOf = (expression: string, index: number) => `key${index}: {{ ${expression} }}`;

describe('hosts evaluated together', () => {
  test.each(EXPRESSIONS)('{{ %s }} comes out as for each host alone', expression => {
    expectSame(site(lineOf(expression, 0)));
  });

  test.each([
    ['a branch', '{% if inventory_hostname in groups.workers %}w: {{ ip }}{% else %}o: {{ role }}{% endif %}'],
    [
      'a branch of a branch',
      '{% if role == "master" %}{% if zone == "a" %}a: 1{% endif %}{% else %}b: {{ zone }}{% endif %}',
    ],
    [
      'a loop over a list with own texts',
      '{% for x in [ip, zone, role] %}\n- {{ loop.index }} {{ x }}{% if not loop.last %},{% endif %}\n{% endfor %}',
    ],
    [
      'a loop that looks for the host',
      '{% for h in groups.cluster %}{% if h == inventory_hostname %}at: {{ loop.index }}{% endif %}{% endfor %}',
    ],
    ['a loop over the characters', '{% for c in zone %}{{ c }}-{% endfor %}'],
    ['a loop with a test', '{% for h in groups.cluster if h != inventory_hostname %}{{ h }},{% endfor %}'],
    ['other hosts', '{% for h in groups.workers %}{{ h }}: {{ hostvars[h].ip }}\n{% endfor %}'],
    ['a set name', '{% set n = inventory_hostname ~ "." ~ domain %}n: {{ n }}\nm: {{ n | upper }}'],
    ['a set block', '{% set n %}{{ ip }}/{{ zone }}{% endset %}n: {{ n }}'],
    ['a filter block', '{% filter upper %}{{ ip }} {{ zone }}{% endfilter %}'],
    ['an indented block', '{% filter indent(2) %}a: {{ ip }}\nb: {{ zone }}{% endfilter %}'],
    [
      'a macro',
      '{% macro m(x, y="z") %}{{ x }}={{ y }}{% if x == "a" %}!{% endif %}{% endmacro %}{{ m(zone) }} {{ m(ip, zone) }}',
    ],
    [
      'a list that grows',
      '{% set l = [] %}{% set _ = l.append(ip) %}{% set _ = l.append("x" ~ zone) %}{{ l | join(",") }} {{ l | length }} {{ l }}',
    ],
    [
      'a list that grows after it was asked',
      '{% set l = ["a"] %}{{ zone in l }}{% set _ = l.append("b") %}{{ zone in l }}',
    ],
    ['a list asked for what it holds', '{% set l = [zone] %}{{ l.index("a") }}'],
    [
      'a mapping that grows',
      '{% set d = {} %}{% set _ = d.update({"ip": ip}) %}{% set _ = d.update({zone: 1}) %}{{ d }}',
    ],
    [
      'a namespace',
      '{% set n = namespace(x="") %}{% for h in groups.workers %}{% if h == inventory_hostname %}{% set n.x = ip %}{% endif %}{% endfor %}x: {{ n.x }}',
    ],
    ['a loop that cycles', '{% for x in [1, 2] %}{{ loop.cycle(ip, zone) }}{{ loop.changed(zone) }}{% endfor %}'],
    ['a comment alone', '# {{ inventory_hostname }}\nmaxPods: 110'],
    ['an unknown condition', '{% if ansible_memtotal_mb > 4 %}a: {{ ip }}{% else %}b: {{ zone }}{% endif %}'],
    ['an unknown condition with an own value', '{% if ansible_hostname == inventory_hostname %}a: {{ ip }}{% endif %}'],
    ['a failing template', 'a: {{ ip }}\nb: {{ nosuch.thing }}'],
    ['a failing template on some hosts', 'a: {{ extra }}'],
    ['a failure that names the host', 'a: {{ hostvars[inventory_hostname].nosuch.thing }}'],
    ['a failure that says what the host has', 'a: {{ {"x": 1}[role].y }}'],
    ['a name read as a number or a boolean', '{% set x = "{{ zone }}" %}{{ x }}'],
    ['a call block', '{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}{{ ip }}{% endcall %}'],
    ['with', '{% with a = ip, b = role == "master" %}{{ a }} {{ b }}{% endwith %}'],
    ['an included file', '{% include "part.j2" %}'],
    ['a file named after the host', '{% include role ~ ".j2" ignore missing %}'],
    ['recursion', '{% for x in [[zone, [ip]]] recursive %}{{ x if x is string else loop(x) }}{% endfor %}'],
  ])('%s comes out as for each host alone', (_, template) => {
    expectSame(site(template, { 'templates/part.j2': 'p: {{ ip }}\n', 'templates/gpu.j2': 'g: {{ zone }}\n' }));
  });

  test('one text that comes from other places on some hosts comes out as for each host alone', () => {
    const own = 'registry: "{{ inventory_hostname }}"\n';
    expectSame(
      site('a: {{ registry[1:] }}', {
        'inventory/group_vars/cluster.yml': 'registry: "{{ inventory_hostname | string }}"\n',
        'inventory/host_vars/w1.yml': own,
        'inventory/host_vars/w2.yml': own,
      }),
    );
  });

  test.each([
    [
      'set_fact',
      '- set_fact: {bind: "{{ ip }}", both: ["{{ ip }}", "{{ zone }}"], own: "{{ hostvars[inventory_hostname] }}"}',
    ],
    ['set_fact under an unknown condition', '- set_fact: {bind: "{{ ip }}"}\n  when: ansible_os_family == "Debian"'],
    ['a condition on the name', '- set_fact: {bind: workers}\n  when: inventory_hostname in groups.workers'],
    ['a condition on an own variable', '- set_fact: {bind: "{{ zone }}"}\n  when: role == "master" or zone == "b"'],
    ['a block with a condition', '- block:\n    - set_fact: {bind: "{{ ip }}"}\n  when: "\'edge\' in role"'],
    ['a loop over own texts', '- set_fact: {bind: "{{ item }}"}\n  loop: ["{{ ip }}", "{{ role }}"]'],
    ['a text with a template in a condition', '- set_fact: {bind: x}\n  when: "{{ zone }} == a"'],
    [
      'included variables of the name',
      '- include_vars: "{{ item }}"\n  with_first_found: ["{{ inventory_hostname }}.yml", "default.yml"]',
    ],
    ['included tasks of the role', '- include_tasks: "{{ role }}.yml"'],
    ['a file of the host', '- copy: {content: "{{ ip }}\\n", dest: "/etc/kubernetes/{{ inventory_hostname }}.conf"}'],
    ['a certificate of the host', '- copy: {src: cert.pem, dest: "/etc/ssl/{{ inventory_hostname }}.pem"}'],
    [
      'content of the host',
      '- copy: {content: "KUBELET_EXTRA_ARGS=--node-ip={{ ip }}\\n", dest: /etc/default/kubelet}',
    ],
    ['an owner of the host', '- copy: {content: "x\\n", dest: /etc/default/kubelet, owner: "{{ role }}"}'],
    ['a folder of the host', '- file: {path: "/var/lib/{{ inventory_hostname }}", state: directory}'],
  ])('%s in a task comes out as for each host alone', (_, task) => {
    const tasks = task
      .split('\n')
      .map(line => `    ${line}`)
      .join('\n');
    expectSame(
      site(
        'b: {{ bind | default("none") }} {{ both | default([]) }} {{ own.ip | default("") }} {{ fromfile | default("") }}',
        {
          'site.yml': `- hosts: cluster
  gather_facts: false
  tasks:
${tasks}
    - template:
        src: kubelet-config.yaml.j2
        dest: /etc/kubernetes/kubelet-config.yaml
`,
          'vars/w1.yml': 'fromfile: one\n',
          'vars/default.yml': 'fromfile: other\n',
          'master.yml': '- set_fact: {bind: "m {{ ip }}"}\n',
          'worker.yml': '- set_fact: {bind: "w {{ zone }}"}\n',
          'files/cert.pem': 'certificate\n',
        },
      ),
    );
  });

  test.each([
    ['some hosts by name', 'w1:cp1:g2'],
    ['a group without one of its hosts', 'workers:!w2'],
    ['the first host of a group', 'workers[0]'],
    ['what two groups share', 'cluster:&gpu'],
  ])('a play for %s takes no other', (_, hosts) => {
    const play = (name: string) => `- hosts: ${name}
  gather_facts: false
  tasks:
    - template: {src: kubelet-config.yaml.j2, dest: /etc/kubernetes/kubelet-config.yaml}
`;
    expectSame(site('address: {{ ip }}', { 'site.yml': play('gpu') + play(`"${hosts}"`) }));
  });

  test('hosts whose names are more than plain words keep their own', () => {
    const inventory = { 'inventory/hosts': '[cluster]\nw_1_\nw_2_\n_w.3\n_w.4\nw5\n[other]\nw6\n' };
    expectSame(site('name: {{ inventory_hostname }} {{ inventory_hostname_short }}', inventory));
  });

  test('random templates come out as for each host alone', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { below, of, chance } = random(seed);
      const lines = Array.from({ length: 1 + below(6) }, (_, index) => {
        const line = lineOf(of(EXPRESSIONS), index);
        if (chance(30))
          return `{% if ${of(EXPRESSIONS)} %}\n${line}\n{% else %}\nother: {{ ${of(EXPRESSIONS)} }}\n{% endif %}`;
        if (chance(20))
          return `{% for x in [${of(EXPRESSIONS)}, ${of(EXPRESSIONS)}] %}\n- {{ x }} ${line}\n{% endfor %}`;
        return chance(20) ? `{% set v${index} = ${of(EXPRESSIONS)} %}\nset: {{ v${index} | default("") }}` : line;
      });
      expectSame(site(lines.join('\n')));
    }
  });

  test('hosts that differ in nothing but their own texts are evaluated once', () => {
    const { world, hosts } = open(site('address: {{ ip }}\n{% if inventory_hostname in groups.gpu %}g: 1{% endif %}'));
    expect(hosts).toEqual(HOSTS);
    const results = runHosts([world], hosts);
    const texts = hosts.map(host => results.get(host)?.writes[0]?.alternatives[0]?.text.text);
    expect(texts).toEqual([
      'kind: KubeletConfiguration\naddress: 10.0.0.1\n',
      'kind: KubeletConfiguration\naddress: 10.0.0.2\n',
      'kind: KubeletConfiguration\naddress: 10.0.1.1\n',
      'kind: KubeletConfiguration\naddress: 10.0.1.2\n',
      'kind: KubeletConfiguration\naddress: 10.0.1.30\n',
      'kind: KubeletConfiguration\naddress: fd00::1\ng: 1\n',
      'kind: KubeletConfiguration\naddress: 10.0.2.2\ng: 1\n',
    ]);
    expect([...world.templates.values()]).toHaveLength(1);
  });

  test('of more hosts than can be kept apart the last ones are told not to be evaluated', () => {
    const names = Array.from({ length: MAX_OWN_RESULTS + 2 }, (_, index) => `w${index}`);
    const { world, hosts } = open({
      'inventory/hosts': `[cluster]\n${names.join('\n')}\n`,
      'site.yml': `- hosts: cluster
  gather_facts: false
  tasks:
    - copy: {content: "KUBELET_EXTRA_ARGS=--hostname-override={{ inventory_hostname }}\n", dest: /etc/default/kubelet}
`,
    });
    const results = runHosts([world], hosts);
    const last = results.get(`w${MAX_OWN_RESULTS - 1}`);
    const past = [results.get(`w${MAX_OWN_RESULTS}`), results.get(`w${MAX_OWN_RESULTS + 1}`)];
    expect(last?.writes).toHaveLength(1);
    expect(last?.problems).toEqual([]);
    expect(past[0]?.writes).toEqual([]);
    expect(past[0]?.problems).toMatchObject([{ file: 'site.yml', code: 'over-limit' }]);
    expect(past[1]).toBe(past[0]);
  });
});
