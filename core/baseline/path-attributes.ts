import { modeOfText, octal } from '../ansible/file-mode.ts';
import type { Json } from '../kubelet/types.ts';
import type { Origin } from '../source/rope.ts';
import { type NodePath, originOf, pathWords, type Setting } from './node-paths.ts';
import { notApplicable, undecided, worstOf } from './place-answer.ts';
import type { PlaceAnswer } from './types.ts';

/**
 * Whether the mode of a path grants nothing beyond `ofFile` (permission bits, as a mask). A folder may also be entered
 * by those who may read it.
 */
export function judgeMode(path: NodePath, ofFile: number): PlaceAnswer {
  const most = path.directory ? ofFile | ((ofFile & 0o444) >> 2) : ofFile;
  const name = pathWords(path);
  return judge('mode', path, path.mode, (text, evidence) => {
    const actual = modeOfText(text);
    if (actual === null)
      return undecided(name, `the mode ${text} of ${name} depends on the file's mode before`, evidence, text);
    return (Number.parseInt(actual, 8) & ~most & 0o7777) === 0
      ? answer('pass', path, actual, `${name} has mode ${actual}`, evidence)
      : answer('violated', path, actual, `${name} has mode ${actual}; expected at most ${octal(most)}`, evidence);
  });
}

const ROOT: ReadonlySet<string> = new Set(['root', '0']);

/** Whether owner and group of a path are one of the pairs `owner:group`; what may be one of them is undecided. */
export function judgeOwner(path: NodePath, allowed: readonly string[]): PlaceAnswer {
  const answers = allowed.map(pair => judgePair(path, pair));
  const kindest =
    answers.find(({ result }) => result === 'pass') ??
    answers.find(({ result }) => result === 'undecided') ??
    answers[0];
  return kindest ?? notApplicable(pathWords(path), '');
}

function judgePair(path: NodePath, pair: string): PlaceAnswer {
  const name = pathWords(path);
  const [owner = '', group = ''] = pair.split(':');
  const is = (wanted: string, text: string) => text === wanted || (ROOT.has(wanted) && ROOT.has(text));
  const side = (what: 'owner' | 'group', wanted: string, settings: readonly Setting[]) =>
    judge(what, path, settings, (text, evidence) =>
      is(wanted, text)
        ? answer('pass', path, text, `the ${what} of ${name} is ${text}`, evidence)
        : answer('violated', path, text, `the ${what} of ${name} is ${text}; expected ${wanted}`, evidence),
    );
  const first = side('owner', owner, path.owner);
  return worstOf([first, side('group', group, path.group)]) ?? first;
}

/** What the tasks that set an attribute agree on; where they do not, conditions decide and it is undecided. */
function judge(
  what: 'mode' | 'owner' | 'group',
  path: NodePath,
  settings: readonly Setting[],
  judgeText: (text: string, evidence: readonly Origin[]) => PlaceAnswer,
): PlaceAnswer {
  const name = pathWords(path);
  const [first] = settings;
  if (!first || first.when) {
    const why = first?.when
      ? `the task that sets the ${what} of ${name} may not run: ${first.when.why.join('; ')}`
      : `no task sets the ${what} of ${name}: it keeps what it has, or gets what the umask and the user leave`;
    const last = path.steps.at(-1);
    return undecided(name, why, first ? [first.at] : last ? [originOf(last)] : []);
  }
  const answers = settings.map(({ value, at }) => {
    const evidence = value.origins.length > 0 ? value.origins : [at];
    if (value.value.known) return judgeText(value.value.json, evidence);
    const why = value.value.unknown.why.join('; ');
    return undecided(name, `the ${what} of ${name} cannot be known from Git: ${why}`, evidence);
  });
  const [only] = answers;
  if (only && answers.every(({ result }) => result === only.result)) return worstOf(answers) ?? only;
  const later = settings.find(({ when }) => when);
  const why = `the ${what} of ${name} depends on ${later?.when?.why.join('; ') ?? 'unknown conditions'}`;
  return undecided(name, why, worstOf(answers)?.evidence ?? []);
}

function answer(
  result: PlaceAnswer['result'],
  path: NodePath,
  actual: Json,
  reason: string,
  evidence: readonly Origin[],
): PlaceAnswer {
  return { result, path: pathWords(path), actual, reason, evidence };
}
