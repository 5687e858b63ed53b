import type { InventoryRendering, NodeGroup, Rendering } from '../../ansible/types.ts';
import type { Problem, ProblemCode } from '../../source/problem.ts';
import { moduleOf } from '../node-paths.ts';
import type { GroupSubject } from '../subject.ts';
import { kubeletFiles, kubeletSteps } from './kubelet-steps.ts';
import { commandOf, type TaskView, taskViews } from './task-view.ts';
import { isSo, maybe, NO, type Truth, YES } from './truth.ts';

/** Modules that set modes and owners of files others place. */
const ATTRIBUTES: ReadonlySet<string> = new Set(['file', 'acl']);

/**
 * Whether a node group gets what its kubelet starts with: files of tasks, a start by a command, or the configuration
 * of the cluster it joins with kubeadm.
 */
export function getsKubelet(subject: GroupSubject): Truth {
  const { group, inventory } = subject;
  const placed = getsOwnFiles(group);
  if (placed.holds !== false || !isConfiguredByKubeadm(inventory)) return placed;
  return joins(subject);
}

function getsOwnFiles(group: NodeGroup): Truth {
  const steps = kubeletSteps(group).filter(step => !ATTRIBUTES.has(moduleOf(step)));
  if (steps.some(({ runs }) => runs === true)) return YES;
  const [open] = steps.flatMap(({ runs }) => (typeof runs === 'boolean' ? [] : runs.why));
  if (open !== undefined) return maybe(open);
  return isSo(group.kubelet !== null && unreadOf(group) === null);
}

/** A variable that makes up a file of the kubelet although no task reads it: what places the file is not in Git. */
function unreadOf(group: NodeGroup): string | null {
  return kubeletFiles(group).find(({ variable }) => variable !== null)?.variable ?? null;
}

/** Whether all that any kubelet of the inventory gets is what `kubeadm init` gives the cluster, so that nodes that join have it too. */
function isConfiguredByKubeadm({ groups }: InventoryRendering): boolean {
  const kinds = new Set(groups.flatMap(group => kubeletFiles(group).map(({ kind }) => kind)));
  return kinds.size === 1 && kinds.has('kubeadm');
}

const COMMANDS: ReadonlySet<string> = new Set(['command', 'shell', 'raw', 'script']);

function joins(subject: GroupSubject): Truth {
  const views = taskViews(subject).filter(({ module }) => COMMANDS.has(module));
  const certain = views.some(view => view.step.runs === true && commandsOf(view).some(isJoin));
  if (certain) return YES;
  const [view] = views.filter(one => commandsOf(one).some(isJoin) || /join/i.test(wordsOf(one)));
  return view ? maybe(`whether the task "${view.step.task ?? view.module}" joins the cluster is not known`) : NO;
}

const isJoin = (command: string): boolean => /\bkubeadm\s+(?:\S+\s+)*?join\b/.test(command);

function commandsOf(view: TaskView): readonly string[] {
  return view.calls.flatMap(call => commandOf(view, call)?.text ?? []);
}

/** What is written of a task, templates included: `{{ join_command }}` tells what nobody can evaluate. */
function wordsOf({ step, written }: TaskView): string {
  const raw = [written?.task.free, ...(written?.task.args.values() ?? [])];
  return [step.task, step.role, step.file, ...raw.map(one => (one?.kind === 'str' ? one.text : ''))].join(' ');
}

/** What leaves plays, roles or tasks unseen. */
const UNSEEN: ReadonlySet<ProblemCode> = new Set([
  'not-evaluated',
  'playbook-invalid',
  'yaml-invalid',
  'missing-file',
  'submodule',
  'symlink',
  'over-limit',
  'unreadable',
]);

/** Why hosts may run more than is seen: what nobody could evaluate of the tasks on them, or of the plays. Null: all is seen. */
export function unseenOn(hosts: readonly string[], inventory: InventoryRendering, rendering: Rendering): string | null {
  const some = new Set(hosts);
  const own = inventory.groups.filter(group => group.hosts.some(host => some.has(host)));
  const unread = own.map(unreadOf).find(variable => variable !== null);
  if (unread) return `no task of the repository reads ${unread}`;
  const problems = [...own.flatMap(group => group.problems), ...inventory.problems, ...rendering.problems];
  const problem = problems.find(isUnseen);
  return problem ? problemWords(problem) : null;
}

/** Whether something of the repository's tasks, plays or inventories could not be evaluated. */
export function isUnseen({ code }: Problem): boolean {
  return UNSEEN.has(code);
}

/** A problem within a sentence: `site.yml:4: The hosts of this play cannot be known`. */
export function problemWords({ file, line, message }: Problem): string {
  return `${file}${line > 0 ? `:${line}` : ''}: ${message.replace(/\.$/, '')}`;
}
