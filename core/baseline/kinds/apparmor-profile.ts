import type { NodeFile, NodeGroup } from '../../ansible/types.ts';
import { originsAt, type RenderedText, UNKNOWN_TOKEN } from '../../source/rope.ts';
import { isProfilePath } from '../apparmor-profiles.ts';
import { agreedOn, destOf, fileName } from '../file-texts.ts';
import type { Fault, Kind } from '../kind.ts';
import { moduleOf, originOf } from '../node-paths.ts';
import { notApplicable, undecided } from '../place-answer.ts';
import type { GroupSubject } from '../subject.ts';
import type { Control, PlaceAnswer } from '../types.ts';

/** Controls over the modes of AppArmor profiles: flags in the files tasks place, and commands that change a mode. */
export const APPARMOR_PROFILE: Kind = { scope: 'node-group', fault, evaluate, expected, gone: 'unknown' };

const LOOSENING = /\baa-(?:complain|disable|teardown)\b/;

function fault({ check }: Control): Fault | null {
  if (check.op !== 'disjoint')
    return { at: ['check', 'op'], message: `unknown operator ${check.op} for AppArmor profiles` };
  return flagsOf(check.value).length > 0 ? null : { at: ['check', 'value'], message: 'value must be a list of texts' };
}

function flagsOf(value: Control['check']['value']): readonly string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string') ? value : [];
}

function expected({ check }: Control): string {
  return `none of ${flagsOf(check.value).join(', ')}`;
}

function evaluate(control: Control, { group }: GroupSubject): readonly PlaceAnswer[] {
  const [path = ''] = control.paths;
  const files = group.files.filter(file => isProfilePath(destOf(file)) && file.text !== null);
  const answers = [
    ...files.map(file => ({ ...judgeFile(control, path, file), location: `${destOf(file)} ${path}` })),
    ...loosened(path, group),
  ];
  return answers.length > 0 ? answers : [notApplicable(path, 'no task places or changes an AppArmor profile')];
}

/** The flags of a profile's header: `flags=(complain, attach_disconnected) {`, the word `flags=` may be missing. */
const HEADER = /\(([^()]*)\)\s*\{/g;

function judgeFile(control: Control, path: string, file: NodeFile): PlaceAnswer {
  return agreedOn(file, path, text => {
    const code = text.text.replace(/^[ \t]*#.*$/gm, comment => ' '.repeat(comment.length));
    for (const match of code.matchAll(HEADER)) {
      const flags = (match[1] ?? '').split(/[\s,]+/);
      const bad = flagsOf(control.check.value).find(flag => flags.includes(flag));
      if (bad === undefined) continue;
      const evidence = originsAt(text, match.index, match.index + match[0].length);
      const reason = `a profile in ${fileName(file)} has the flag ${bad}, so it is not enforced`;
      return { result: 'violated', path, actual: bad, reason, evidence };
    }
    const unknown = unknownHeader(text, code);
    return unknown === null
      ? { result: 'pass', path, actual: null, reason: `the profiles in ${fileName(file)} are enforced`, evidence: [] }
      : undecided(path, `the flags of a profile in ${fileName(file)} cannot be known from Git: ${unknown}`, []);
  });
}

/** Why a header, or whole lines in which one may stand, cannot be known; null when all can. */
function unknownHeader({ unknowns }: RenderedText, code: string): string | null {
  for (const line of code.split('\n')) {
    const [token] = line.matchAll(UNKNOWN_TOKEN);
    if (token && (/[({]|\bflags\b/.test(line) || line.trim() === token[0]))
      return unknowns.get(token[1] ?? '')?.why.join('; ') ?? 'not known from Git';
  }
  return null;
}

/** Commands that take profiles out of enforcement. */
function loosened(path: string, { steps }: NodeGroup): readonly PlaceAnswer[] {
  return steps.flatMap(step => {
    if (!/^(?:command|shell|raw)$/.test(moduleOf(step))) return [];
    return step.calls.flatMap((call): readonly PlaceAnswer[] => {
      const text = (call.get('_raw_params') ?? call.get('cmd') ?? call.get('argv'))?.value;
      if (!text?.known || !LOOSENING.test(text.json)) return [];
      const location = `${step.role ?? ''} ${step.task ?? ''} ${step.module ?? ''}`;
      const name = step.task ?? 'a task';
      if (step.runs !== true)
        return [{ ...undecided(path, `${name} runs ${text.json}, if it runs at all`, [originOf(step)]), location }];
      const reason = `${name} runs ${text.json}, which takes profiles out of enforcement`;
      return [{ result: 'violated', path, location, actual: text.json, reason, evidence: [originOf(step)] }];
    });
  });
}
