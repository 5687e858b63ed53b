import type { FileKind, NodeFile, NodeGroup, PlayStep } from '../../ansible/types.ts';
import type { Origin } from '../../source/rope.ts';
import type { SourceTree } from '../../source/tree.ts';

/** Files that decide how a kubelet starts. */
const KUBELET_FILES: ReadonlySet<FileKind> = new Set(['KubeletConfiguration', 'kubelet-flags', 'drop-in', 'kubeadm']);

/** The files of a node group that decide how its kubelet starts. */
export function kubeletFiles({ files }: NodeGroup): readonly NodeFile[] {
  return files.filter(({ kind }) => KUBELET_FILES.has(kind));
}

/** The steps of a node group that write what its kubelet starts with, in order. */
export function kubeletSteps(group: NodeGroup): readonly PlayStep[] {
  const tasks = new Set(kubeletFiles(group).map(({ task }) => `${task.file}:${task.line}`));
  return group.steps.filter(
    ({ kind, file, line, runs }) => kind === 'task' && runs !== false && tasks.has(`${file}:${line}`),
  );
}

const known = new WeakMap<SourceTree, Map<string, boolean>>();

/** Whether a role is one that writes what a kubelet starts with, by the files in its folder. */
export function isKubeletRole(tree: SourceTree, role: string): boolean {
  let roles = known.get(tree);
  if (!roles) known.set(tree, (roles = new Map()));
  let is = roles.get(role);
  if (is === undefined) roles.set(role, (is = hasKubeletFile(tree, role)));
  return is;
}

function hasKubeletFile(tree: SourceTree, role: string): boolean {
  const folder = new RegExp(
    `(?:^|/)roles/${
      role
        .split('.')
        .at(-1)
        ?.replace(/[^\w-]/g, '.') ?? ''
    }/(?:templates|files|tasks)/`,
  );
  return tree
    .entries()
    .some(
      ({ path, mode }) =>
        folder.test(path) &&
        mode.startsWith('100') &&
        /KubeletConfiguration|\/kubelet\.service\b/.test(textOf(tree, path)),
    );
}

function textOf(tree: SourceTree, path: string): string {
  try {
    return tree.text(path) ?? '';
  } catch {
    return '';
  }
}

/** Where a step is written. */
export function stepOrigin({ file, line }: PlayStep): Origin {
  return { file, line, kind: 'template' };
}
