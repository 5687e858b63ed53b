import { posix } from 'node:path';
import { z } from 'zod';
import type { StepCall } from '../../../ansible/types.ts';
import type { SourceTree } from '../../../source/tree.ts';
import type { GroupSubject } from '../../subject.ts';
import { isAbout } from '../../tasks/about.ts';
import { namedOperator } from '../../tasks/named-operator.ts';
import { argument, named, onePerTask, type TaskView, taskPlace, taskViews } from '../../tasks/task-view.ts';
import type { PlaceAnswer } from '../../types.ts';

/** Folder of a role or playbook in which a module looks for its source. */
const FORM = z.record(z.string(), z.string().min(1));

/** What a task copies or templates is in the repository. */
export const SOURCES_EXIST = namedOperator(
  FORM,
  () => 'a source that is in the repository',
  (folders, { paths }, subject: GroupSubject) =>
    onePerTask(
      taskViews(subject).flatMap(view => {
        const folder = Object.hasOwn(folders, view.module) ? folders[view.module] : undefined;
        if (folder === undefined) return [];
        return view.calls
          .filter(call => isAbout(paths, view, call).holds !== false)
          .flatMap(call => judge(folder, view, call, subject));
      }),
    ),
);

function judge(
  folder: string,
  view: TaskView,
  call: StepCall,
  { repository, group }: GroupSubject,
): readonly PlaceAnswer[] {
  const source = argument(view, call, 'src');
  const remote = argument(view, call, 'remote_src');
  if (!source || source.text === '' || (remote && /^(?:true|yes|on|1)$/i.test(remote.text))) return [];
  if (source.unknown !== null)
    return [taskPlace(view, 'undecided', `the source of ${named(view)} cannot be known from Git: ${source.unknown}`)];
  const { file, line } = view.step;
  const missing = group.problems.some(
    problem => problem.code === 'missing-file' && problem.file === file && problem.line === line,
  );
  const found = missing ? 'nowhere' : whereIs(repository.tree, folder, file, source.text);
  switch (found) {
    case 'near':
      return [taskPlace(view, 'pass', `${source.text} is in the repository`)];
    case 'elsewhere':
      return [
        taskPlace(
          view,
          'undecided',
          `${source.text} of ${named(view)} is in another place of the repository than Ansible looks first`,
        ),
      ];
    case 'nowhere':
      return [taskPlace(view, 'violated', `${source.text}, the source of ${named(view)}, is not in the repository`)];
  }
}

/** Whether a source is where Ansible looks: folders of the task's file and those above it, each with its own `folder`. */
function whereIs(tree: SourceTree, folder: string, file: string, source: string): 'near' | 'elsewhere' | 'nowhere' {
  const name = source.replace(/\/$/, '');
  if (name.startsWith('/')) return 'elsewhere';
  const is = (path: string): boolean => tree.entry(path) !== undefined || tree.isDirectory(path);
  for (let above = posix.dirname(file); ; above = posix.dirname(above)) {
    const base = above === '.' ? '' : above;
    if (is(posix.join(base, folder, name)) || is(posix.join(base, name))) return 'near';
    if (base === '') break;
  }
  const last = posix.normalize(name).replace(/^(?:\.\.\/)+/, '');
  return tree.entries().some(({ path }) => path === last || path.endsWith(`/${last}`)) ? 'elsewhere' : 'nowhere';
}
