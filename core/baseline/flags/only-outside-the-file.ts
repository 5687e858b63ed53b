import type { NodeGroup } from '../../ansible/types.ts';
import { listFault, texts } from '../operators/operator.ts';
import { notApplicable, undecided } from '../place-answer.ts';
import type { PlaceAnswer } from '../types.ts';
import { COMMAND_LINE, type FlagCheck, isOnFlagsAlone } from './flag-check.ts';

/** No flag has a field of the configuration file as its twin, except those listed: a flag beats the reviewed file. */
export const ONLY_OUTSIDE_THE_FILE: FlagCheck = {
  fault: ({ check, paths }, facts) => {
    if (paths.join() !== COMMAND_LINE) return { at: ['paths'], message: `${check.op} is for the path ${COMMAND_LINE}` };
    const unknown = texts(check.value).find(name => !Object.hasOwn(facts.flags, name));
    const message = listFault(check.value) ?? (unknown === undefined ? null : `no kubelet has the flag ${unknown}`);
    return message === null ? null : { at: ['check', 'value'], message };
  },
  expected: ({ check }) => `no flag with a field of its own but ${texts(check.value).join(', ')}`,
  evaluate: ({ check }, { group, repository }) => {
    if (isOnFlagsAlone(group)) return [onFlagsAlone(group)];
    const twins = new Map<string, PlaceAnswer>();
    for (const { name, value } of group.flags) {
      const fact = repository.facts.flags[name];
      const field = fact?.field ?? fact?.turnsOn;
      if (field === undefined || texts(check.value).includes(name)) continue;
      const actual = value.value.known ? value.value.json : null;
      const reason = `${name} sets ${field} whatever the configuration file says`;
      twins.set(name, { result: 'violated', path: name, actual, reason, evidence: value.origins });
    }
    if (twins.size > 0) return [...twins.values()];
    if (group.unseenFlags) {
      const why = group.unseenFlags.why.join('; ');
      return [undecided(COMMAND_LINE, `a part of the command line cannot be known from Git: ${why}`, [])];
    }
    const reason = 'no flag has a field of its own';
    return [{ result: 'pass', path: COMMAND_LINE, actual: null, reason, evidence: [] }];
  },
};

/** Without a configuration file flags are the one place for a value: that there should be a file is asked elsewhere. */
function onFlagsAlone({ unseenFlags }: NodeGroup): PlaceAnswer {
  const reason = 'the kubelet has no configuration file that a flag could override';
  if (!unseenFlags) return notApplicable(COMMAND_LINE, reason);
  const why = `--config may be on a part of the command line that cannot be known from Git: ${unseenFlags.why.join('; ')}`;
  return undecided(COMMAND_LINE, why, []);
}
