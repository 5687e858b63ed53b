import { readBaseline } from '../../../config/baseline.ts';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { renderTree } from '../../../core/ansible/render-tree.ts';
import type { NodeRole } from '../../../core/ansible/types.ts';
import { evaluateGroup, evaluateRepository } from '../../../core/baseline/evaluate-baseline.ts';
import { worstOf } from '../../../core/baseline/place-answer.ts';
import { groupSubjects, type RepositorySubject } from '../../../core/baseline/subject.ts';
import { type ControlResult, REPOSITORY } from '../../../core/baseline/types.ts';
import { loadKubelet } from '../../../core/kubelet/load-kubelet.ts';
import type { Minor } from '../../../core/kubelet/types.ts';
import { treeOf } from '../../../core/source/tree.ts';

/** Text of repository files by path. */
export type Files = Readonly<Record<string, string>>;

/** A Jinja expression whose value only the node knows. */
export const FACT = '{{ ansible_facts.x }}';

/** A small real repository: one play runs the role `kubelet` on two hosts. */
export type Situation = Readonly<{
  /**
   * Body of the KubeletConfiguration template; null: the kubelet starts on flags alone; absent: nothing of a kubelet
   * is placed at all.
   */
  config?: string | null;
  /** More arguments of the kubelet in its unit. */
  args?: readonly string[];
  /** The attributes of the task that places the configuration, one a line; absent: mode 0600, root:root. */
  attributes?: string;
  /** More tasks of the role, as items of a YAML list. */
  tasks?: string;
  /** More files of the repository, or others in place of those made here. */
  files?: Files;
  /** What the two hosts are for; absent: workers. */
  roles?: readonly NodeRole[];
  /** Absent: 1.36. */
  minor?: Minor;
  /** The files make node groups that differ. */
  differing?: true;
}>;

const GROUPS: Readonly<Record<NodeRole, string>> = {
  'control-plane': 'control_plane',
  worker: 'workers',
  gpu: 'gpu',
};
const PROTECTED = 'mode: "0600"\nowner: root\ngroup: root';

/** The files of a situation. */
export function repositoryOf(situation: Situation): Files {
  const { config, args = [], attributes = PROTECTED, tasks = '', files = {}, roles = ['worker'] } = situation;
  const inventory = roles.map(role => `[${GROUPS[role]}]\nnode-1\nnode-2\n`).join('\n');
  const start = ['/usr/bin/kubelet', ...(config === null ? [] : ['--config=/var/lib/kubelet/config.yaml']), ...args];
  const placed = [
    ...(typeof config === 'string' ? [template('kubelet.yaml.j2', '/var/lib/kubelet/config.yaml', attributes)] : []),
    ...(config === undefined ? [] : [template('kubelet.service.j2', '/etc/systemd/system/kubelet.service', PROTECTED)]),
  ];
  return {
    'inventory.ini': inventory,
    'site.yml': '- hosts: all\n  gather_facts: false\n  roles: [kubelet]\n',
    'roles/kubelet/tasks/main.yml': `${[...placed, tasks].join('\n')}\n`,
    ...(typeof config === 'string'
      ? {
          'roles/kubelet/templates/kubelet.yaml.j2': `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n${config}\n`,
        }
      : {}),
    ...(config === undefined
      ? {}
      : { 'roles/kubelet/templates/kubelet.service.j2': `[Service]\nExecStart=${start.join(' ')}\n` }),
    ...files,
  };
}

function template(source: string, dest: string, attributes: string): string {
  const lines = [`src: ${source}`, `dest: ${dest}`, ...attributes.split('\n').filter(line => line !== '')];
  return `- name: Place ${dest}\n  ansible.builtin.template:\n${lines.map(line => `    ${line}`).join('\n')}`;
}

const facts = readKubeletFacts();
const baseline = readBaseline();

/** Everything a control may look at in a repository of these files. */
export function subjectOf(files: Files, minor: Minor = '1.36'): RepositorySubject {
  const tree = treeOf(files);
  return { tree, rendering: renderTree(tree, { minor }, input => loadKubelet(input, facts)), minor, facts };
}

/** The shipped baseline's answers for every node group of a repository, then for the repository itself. */
export function resultsOf(files: Files, minor?: Minor): readonly ControlResult[] {
  const subject = subjectOf(files, minor);
  const groups = groupSubjects(subject).flatMap(group => evaluateGroup(baseline, group));
  return [...groups, ...evaluateRepository(baseline, subject)];
}

/**
 * The one answer of a control in a situation, the worst where its hosts are to differ.
 * @throws Error when there is none, or node groups differ that should not.
 */
export function answer(id: string, situation: Situation): ControlResult {
  const found = resultsOf(repositoryOf(situation), situation.minor).filter(({ control }) => control.id === id);
  const [first, second] = found;
  if (!first) throw new Error(`no answer of ${id}`);
  if (second && !situation.differing)
    throw new Error(`${id} answers for ${found.map(({ group }) => group).join(', ')}`);
  return worstOf(found) ?? first;
}

/** Whether a result is the repository's own. */
export function isOfRepository({ group }: ControlResult): boolean {
  return group === REPOSITORY;
}

/** The configuration file with this body. */
export const config = (body: string): Situation => ({ config: body });

/** An empty configuration file and these arguments. */
export const flagged = (...args: readonly string[]): Situation => ({ config: '', args });

/** No configuration file, only these arguments. */
export const flagsOnly = (...args: readonly string[]): Situation => ({ config: null, args });

/** The role with one more task, beside an empty configuration. */
export const task = (text: string): Situation => ({ config: '', tasks: text });

/** The same on nodes of another Kubernetes minor. */
export const onMinor = (minor: Minor, situation: Situation): Situation => ({ ...situation, minor });
