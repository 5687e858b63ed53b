import { z } from 'zod';
import type { SourceTree } from '../../../source/tree.ts';
import type { GroupSubject } from '../../subject.ts';
import { isAbout } from '../../tasks/about.ts';
import { namedOperator } from '../../tasks/named-operator.ts';
import { named, onePerTask, type TaskView, taskPlace, taskViews } from '../../tasks/task-view.ts';
import type { PlaceAnswer } from '../../types.ts';

/**
 * A mode written as a number has its leading zero: an unquoted 644 is decimal and means 1204. One that comes from a
 * variable is judged by what it means: bits nobody sets together.
 */
export const OCTAL_MODE = namedOperator(
  z.null(),
  () => 'a mode in quotes, or with its leading zero',
  (_, { paths }, subject: GroupSubject) =>
    onePerTask(
      taskViews(subject).flatMap(view =>
        view.calls.flatMap(call => {
          const mode = call.get('mode');
          return mode && isAbout(paths, view, call).holds === true
            ? judge(view, mode.value, subject.repository.tree)
            : [];
        }),
      ),
    ),
);

function judge(
  view: TaskView,
  mode: Readonly<{ known: true; json: string } | { known: false; unknown: Readonly<{ why: readonly string[] }> }>,
  tree: SourceTree,
): readonly PlaceAnswer[] {
  if (!mode.known)
    return [
      taskPlace(
        view,
        'undecided',
        `the mode of ${named(view)} cannot be known from Git: ${mode.unknown.why.join('; ')}`,
      ),
    ];
  const written = numberWritten(view, tree) ?? decimal(mode.json);
  return written === null
    ? [taskPlace(view, 'pass', `${named(view)} sets the mode ${mode.json}`)]
    : [
        {
          ...taskPlace(
            view,
            'violated',
            `${named(view)} sets the mode ${mode.json}: ${written} without a leading zero or quotes is decimal`,
          ),
          actual: mode.json,
        },
      ];
}

/** The number a task has as its mode, where it is written without quotes and without a leading zero. */
function numberWritten({ step, written }: TaskView, tree: SourceTree): string | null {
  const raw = written?.task.args.get('mode');
  if (raw?.kind !== 'int') return null;
  const line = raw.origins.find(({ file }) => file === step.file)?.line ?? 0;
  const text = tree.text(step.file)?.split('\n')[line - 1] ?? '';
  return /\bmode["']?\s*:\s*([1-9]\d*)\b/.exec(text)?.[1] ?? null;
}

/**
 * The decimal number a mode was written as, where that reads as a mode and what came of it does not: bits above the
 * permissions (setuid, sticky), or an owner who may not read.
 */
function decimal(digits: string): string | null {
  const mode = Number.parseInt(digits, 8);
  const text = String(mode);
  const readsAsMode = /^[0-7]{3,4}$/.test(text);
  const isOdd = mode > 0o777 || (mode & 0o400) === 0;
  return readsAsMode && isOdd && !/^[1246]777$|^[24]7[0-7]5$/.test(digits) ? text : null;
}
