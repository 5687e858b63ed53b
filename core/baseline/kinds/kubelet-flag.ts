import type { NodeGroup } from '../../ansible/types.ts';
import type { KubeletFacts } from '../../kubelet/facts.ts';
import type { Json } from '../../kubelet/types.ts';
import { expectedWords } from '../expected.ts';
import { type FlagCheck, isOnFlagsAlone } from '../flags/flag-check.ts';
import { ONLY_OUTSIDE_THE_FILE } from '../flags/only-outside-the-file.ts';
import { PLACED_DIRECTORY, PLACED_FILE } from '../flags/placed.ts';
import { type Fault, flagFault, type Kind } from '../kind.ts';
import { operandFor } from '../operand.ts';
import { ABSENT, OPERATORS, operatorFault, shown } from '../operators.ts';
import { notApplicable, undecided } from '../place-answer.ts';
import type { GroupSubject } from '../subject.ts';
import type { Control, PlaceAnswer } from '../types.ts';

/** Controls over raw command-line flags: a flag beats the file, so what re-enables something must not be there. */
export const KUBELET_FLAG: Kind = { scope: 'node-group', fault, evaluate, expected, gone: 'fixed' };

/** Operators that are more than a comparison of one value. */
const CHECKS: Readonly<Record<string, FlagCheck>> = {
  'only-outside-the-file': ONLY_OUTSIDE_THE_FILE,
  'placed-file': PLACED_FILE,
  'placed-directory': PLACED_DIRECTORY,
};

function expected(control: Control, path: string): string {
  return CHECKS[control.check.op]?.expected(control) ?? expectedWords(control, path);
}

function fault(control: Control, facts: KubeletFacts): Fault | null {
  const check = CHECKS[control.check.op];
  if (check) return check.fault(control, facts);
  return flagFault(control.paths, 'paths', facts) ?? operatorFault(control);
}

function evaluate(control: Control, subject: GroupSubject): readonly PlaceAnswer[] {
  const { group } = subject;
  const path = control.paths[0] ?? '';
  if (!group.kubelet && group.flags.length === 0) {
    return [notApplicable(path, 'no kubelet configuration or flags are known for these nodes')];
  }
  const check = CHECKS[control.check.op];
  return check ? check.evaluate(control, subject) : control.paths.map(name => judge(control, name, group));
}

function judge(control: Control, path: string, group: NodeGroup): PlaceAnswer {
  const flag = group.flags.findLast(({ name }) => name.replaceAll('_', '-') === path);
  const expected = expectedWords(control, path);
  if (!flag && group.unseenFlags) {
    const why = group.unseenFlags.why.join('; ');
    return undecided(path, `${path} may be on a part of the command line that cannot be known from Git: ${why}`, []);
  }
  if (!flag) return absent(control, path, group, expected);
  const { value, origins } = flag.value;
  if (!value.known)
    return undecided(path, `${path} cannot be known from Git: ${value.unknown.why.join('; ')}`, origins);
  const actual = typed(value.json);
  if (OPERATORS[control.check.op]?.holds(operandFor(control, path), actual)) {
    return { result: 'pass', path, actual, reason: `${path} is ${shown(actual)}`, evidence: origins };
  }
  return {
    result: 'violated',
    path,
    actual,
    reason: `${path} is ${shown(actual)}; expected ${expected}`,
    evidence: origins,
  };
}

/** No flag: the file decides, or without a file the flag's own default, which may be the loose one. */
function absent(control: Control, path: string, group: NodeGroup, expected: string): PlaceAnswer {
  const flagsOnly = isOnFlagsAlone(group);
  const meaning = flagsOnly ? control.absent?.viaFlagsOnly : control.absent?.viaConfigFile;
  const allowed = OPERATORS[control.check.op]?.holds(operandFor(control, path), ABSENT) ?? false;
  const holds = allowed && meaning !== 'fail' && meaning !== 'warn';
  const reason = flagsOnly
    ? `${path} is not set and there is no configuration file, so the flag's default acts`
    : `${path} is not set`;
  return holds
    ? { result: 'pass', path, actual: null, reason, evidence: [] }
    : { result: 'violated', path, actual: null, reason: `${reason}; expected ${expected}`, evidence: [] };
}

/** Booleans as Go's flag package reads them; a flag without a value is true. */
function typed(text: string): Json {
  if (/^(1|t|T|TRUE|true|True|)$/.test(text)) return true;
  if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false;
  return text;
}
