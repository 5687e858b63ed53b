import { notApplicable } from '../place-answer.ts';
import type { PlaceAnswer } from '../types.ts';
import { isOnGitHub } from './covers.ts';
import { noValue, type RepositoryOperator } from './operator.ts';
import { type Workflow, workflowsOf } from './workflows.ts';

/** A workflow that runs at set times and compares nodes with Git: `ansible-playbook --check --diff`. */
export const PRESENT: RepositoryOperator = {
  fault: noValue,
  words: () => 'a scheduled ansible-playbook --check --diff',
  evaluate: ({ paths: [path = ''] }, subject) => {
    if (!isOnGitHub(subject))
      return [notApplicable(path, 'nothing here is for GitHub; what else runs at set times is not seen')];
    if (subject.rendering.read.size === 0)
      return [notApplicable(path, 'nothing in this repository decides about kubelets')];
    const workflows = workflowsOf(subject.tree);
    const answer = (result: PlaceAnswer['result'], reason: string, one?: Workflow): readonly PlaceAnswer[] => [
      {
        result,
        path,
        location: '',
        actual: null,
        reason,
        evidence: one ? [{ file: one.file, line: 1, kind: 'template' }] : [],
      },
    ];
    const scheduled = workflows.filter(one => one.scheduled);
    const found = scheduled.find(({ commands }) => commands.some(comparesNodes));
    if (found) return answer('pass', `${found.file} compares nodes with Git at set times`, found);
    const broken = workflows.find(({ fault }) => fault !== null);
    if (broken) return answer('undecided', `${broken.file} cannot be read: ${broken.fault ?? ''}`, broken);
    const calling = scheduled.find(({ commands, uses }) => commands.some(callsScript) || uses.some(isUnknown));
    return calling
      ? answer(
          'undecided',
          `${calling.file} runs at set times; what the scripts or actions it calls do is not seen`,
          calling,
        )
      : answer('violated', 'no workflow runs ansible-playbook --check --diff at set times', scheduled[0]);
  },
};

/** `ansible-playbook` that changes nothing and tells what it would. */
function comparesNodes(command: string): boolean {
  return command
    .replaceAll(/\\\r?\n/g, ' ')
    .split(/\r?\n|;|&&|\|\|?/)
    .some(line => {
      const words = line.trim().split(/\s+/);
      const has = (long: string, short: string) =>
        words.includes(long) || words.some(word => /^-[A-Za-z]{1,6}$/.test(word) && word.includes(short));
      return words.some(word => /(?:^|\/)ansible-playbook$/.test(word)) && has('--check', 'C') && has('--diff', 'D');
    });
}

const callsScript = (command: string): boolean =>
  /(?:^|\s)(?:\.\/|bash\s|sh\s|make\s|task\s|just\s)|\.(?:sh|py)\b/.test(command);

/** Actions that only prepare a run. */
const isUnknown = (used: string): boolean => !/^actions\/(?:checkout|setup-\w{1,20}|cache|upload-artifact)@/.test(used);
