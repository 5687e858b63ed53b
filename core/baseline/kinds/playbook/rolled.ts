import { z } from 'zod';
import type { GroupSubject } from '../../subject.ts';
import { NAMES, namedOperator } from '../../tasks/named-operator.ts';
import { effectOf } from '../../tasks/restarts.ts';
import { named, onePerTask, type TaskView, taskPlace, taskViews } from '../../tasks/task-view.ts';
import type { PlaceAnswer } from '../../types.ts';

const FORM = z.strictObject({ units: NAMES });

/** What starts the kubelet anew does so on some hosts before the others: `serial` of the play, or `throttle: 1`. */
export const ROLLED = namedOperator(
  FORM,
  () => 'serial with less than all hosts',
  ({ units }, _, subject: GroupSubject) => {
    const hosts = subject.inventory.hosts.length;
    if (hosts < 2) return [];
    return onePerTask(
      taskViews(subject)
        .filter(
          ({ step, written }) => written !== null && effectOf(step.file, written.task, units, 'restart').holds === true,
        )
        .map(view => judge(view, hosts)),
    );
  },
);

function judge(view: TaskView, hosts: number): PlaceAnswer {
  const { serial } = view.step.settings;
  if (view.written?.task.oneByOne) return taskPlace(view, 'pass', `${named(view)} runs on one host at a time`);
  if (serial === null)
    return taskPlace(view, 'violated', `${named(view)} restarts the kubelet on all hosts of its play at once`);
  if (serial.includes('{{'))
    return taskPlace(view, 'undecided', `how many hosts the play takes at once cannot be known from Git: ${serial}`);
  const [first = ''] = serial.replace(/[[\]"\s]/g, '').split(',');
  const all = first.endsWith('%') ? Number.parseFloat(first) >= 100 : Number(first) >= hosts || Number(first) <= 0;
  return all
    ? taskPlace(view, 'violated', `${named(view)} restarts the kubelet on all hosts at once: serial is ${serial}`)
    : taskPlace(view, 'pass', `the play of ${named(view)} takes ${first} of its hosts first`);
}
