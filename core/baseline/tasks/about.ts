import { posix } from 'node:path';
import type { StepCall } from '../../ansible/types.ts';
import { pathPattern } from '../node-paths.ts';
import { argument, type TaskView, wholeText } from './task-view.ts';
import { isSo, maybe, NO, type Truth } from './truth.ts';
import { TEMPLATED } from './written-tasks.ts';

/** Stands among the paths of a control for everything that makes a node's Kubernetes state. */
export const KUBERNETES = '<kubernetes>';

/** Names of units, packages, commands, files and folders, and ports of the kubelet and kube-proxy, that make a node's Kubernetes state. */
const NAMES =
  'kubelet kubeadm kubectl kube-proxy kubernetes containerd crio cri-o crictl cri-tools cni k3s rke2 etcd apparmor seccomp 10248 10249 10250 10255 10256'.split(
    ' ',
  );
const NAMED = new RegExp(`(?<![A-Za-z0-9])(?:${NAMES.join('|')})(?![A-Za-z0-9])`, 'i');

/** Whether what a call says names something of Kubernetes. */
export function isAboutKubernetes(view: TaskView, call: StepCall): boolean {
  return NAMED.test(wholeText(view, call));
}

/** Arguments that name the file or folder a module works on. */
const TARGETS = ['dest', 'path', 'destfile', 'name'];
const FILE_MODULES: ReadonlySet<string> = new Set(
  'acl assemble blockinfile copy file get_url ini_file lineinfile mount replace template unarchive'.split(' '),
);

/** Whether a task of one of these paths: a pattern, or `<kubernetes>`. */
export function isAbout(paths: readonly string[], view: TaskView, call: StepCall): Truth {
  if (paths.includes(KUBERNETES)) return isSo(isAboutKubernetes(view, call));
  if (!FILE_MODULES.has(view.module)) return NO;
  const target = argument(view, call, ...TARGETS);
  if (!target) return NO;
  const path = whole(target.text, argument(view, call, 'src')?.text ?? null, view.module);
  if (target.unknown === null) return isSo(paths.some(pattern => pathPattern(pattern).test(path)));
  const form = written(path);
  const fits = paths.some(pattern => form.test(pattern.replace('/**', '/x').replaceAll('*', 'x')));
  return fits && NAMED.test(path) ? maybe(target.unknown) : NO;
}

/** A folder given with a slash at its end gets the name of the source. */
function whole(target: string, source: string | null, module: string): string {
  const intoFolder = target.endsWith('/') && source !== null && !source.endsWith('/') && module !== 'file';
  const path = intoFolder ? posix.join(target, posix.basename(source).replace(/\.j2$/, '')) : target;
  return posix.normalize(path).replace(/(.)\/$/, '$1');
}

/** What a path may be whose templated parts may be anything. */
function written(path: string): RegExp {
  const parts = path.split(TEMPLATED).map(part => part.replace(/[.+?^${}()|[\]\\*]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

/** Why no task is about these paths or names, or null. */
export function pathsFault(paths: readonly string[]): number | null {
  const wrong = paths.findIndex(path => path !== KUBERNETES && !/^[/*]/.test(path));
  return wrong < 0 ? null : wrong;
}
