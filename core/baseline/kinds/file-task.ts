import type { NodeGroup } from '../../ansible/types.ts';
import type { Json } from '../../kubelet/types.ts';
import type { Origin } from '../../source/rope.ts';
import { modeBits, octalDigits } from '../file-mode.ts';
import type { Fault, Kind } from '../kind.ts';
import { type NodePath, nodePaths, type Setting, speaksOf } from '../node-paths.ts';
import { notApplicable, undecided, worstOf } from '../place-answer.ts';
import type { GroupSubject } from '../subject.ts';
import type { Control, PlaceAnswer } from '../types.ts';

/** Controls over mode or owner of the files and folders that tasks place or protect (`*` within a folder, `**` below it). */
export const FILE_TASK: Kind = { scope: 'node-group', fault, evaluate, expected, gone: 'unknown' };

const OPERANDS: Readonly<Record<string, Readonly<{ form: RegExp; words: string }>>> = {
  'mode-at-most': { form: /^[0-7]{3,4}$/, words: 'octal digits in quotes, such as "600"' },
  'owner-eq': { form: /^[a-z_][a-z0-9_-]*:[a-z_][a-z0-9_-]*$/, words: 'owner:group' },
};

function fault(control: Control): Fault | null {
  const { op, value } = control.check;
  const operand = Object.hasOwn(OPERANDS, op) ? OPERANDS[op] : undefined;
  if (!operand) return { at: ['check', 'op'], message: `unknown operator ${op} for files` };
  return typeof value === 'string' && operand.form.test(value)
    ? null
    : { at: ['check', 'value'], message: `value must be ${operand.words}` };
}

function expected({ check }: Control): string {
  return check.op === 'mode-at-most' ? `at most ${String(check.value).padStart(4, '0')}` : String(check.value);
}

function evaluate(control: Control, { group }: GroupSubject): readonly PlaceAnswer[] {
  const patterns = control.paths.flatMap(path => named(path, group));
  const paths = nodePaths(group).filter(path => patterns.some(pattern => speaksOf(pattern, path)));
  if (paths.length === 0) {
    return [notApplicable(control.paths[0] ?? '', `no task places ${control.paths.join(' or ')} on these nodes`)];
  }
  return paths.map(path =>
    control.check.op === 'mode-at-most' ? judgeMode(control, path) : judgeOwner(control, path),
  );
}

/** A path as written, or the one a name in brackets stands for on these nodes. */
function named(path: string, group: NodeGroup): readonly string[] {
  switch (path) {
    case '<kubeletConfiguration>':
      return group.files.flatMap(({ kind, dest }) =>
        kind === 'KubeletConfiguration' && dest.value.known ? [dest.value.json] : [],
      );
    case '<clientCAFile>':
      return fieldPath(group, 'authentication.x509.clientCAFile');
    default:
      return [path];
  }
}

function fieldPath({ kubelet }: NodeGroup, field: string): readonly string[] {
  const value = kubelet?.values.get(field)?.value;
  return value?.known && typeof value.json === 'string' && value.json !== '' ? [value.json] : [];
}

function judgeMode(control: Control, path: NodePath): PlaceAnswer {
  return judge('mode', path, path.mode, (text, evidence) => {
    const bits = modeBits(text);
    if (bits === null)
      return undecided(path.path, `the mode ${text} of ${path.path} depends on the file's mode before`, evidence, text);
    const actual = octalDigits(bits);
    const most = Number.parseInt(String(control.check.value), 8);
    return (bits & ~most & 0o7777) === 0
      ? answer('pass', path, actual, `${path.path} has mode ${actual}`, evidence)
      : answer('violated', path, actual, `${path.path} has mode ${actual}; expected ${expected(control)}`, evidence);
  });
}

const ROOT: ReadonlySet<string> = new Set(['root', '0']);

function judgeOwner(control: Control, path: NodePath): PlaceAnswer {
  const [owner = '', group = ''] = String(control.check.value).split(':');
  const is = (wanted: string, text: string) => text === wanted || (ROOT.has(wanted) && ROOT.has(text));
  const side = (what: 'owner' | 'group', wanted: string, settings: readonly Setting[]) =>
    judge(what, path, settings, (text, evidence) =>
      is(wanted, text)
        ? answer('pass', path, text, `the ${what} of ${path.path} is ${text}`, evidence)
        : answer('violated', path, text, `the ${what} of ${path.path} is ${text}; expected ${wanted}`, evidence),
    );
  const sides = [side('owner', owner, path.owner), side('group', group, path.group)];
  return worstOf(sides) ?? notApplicable(path.path, '');
}

/** What the tasks that set an attribute agree on; where they do not, conditions decide and it is undecided. */
function judge(
  what: 'mode' | 'owner' | 'group',
  path: NodePath,
  settings: readonly Setting[],
  judgeText: (text: string, evidence: readonly Origin[]) => PlaceAnswer,
): PlaceAnswer {
  const [first] = settings;
  if (!first || first.when) {
    const why = first?.when
      ? `the task that sets the ${what} of ${path.path} may not run: ${first.when.why.join('; ')}`
      : `no task sets the ${what} of ${path.path}: it keeps what it has, or gets what the umask and the user leave`;
    return undecided(path.path, why, [first?.at ?? path.task]);
  }
  const answers = settings.map(({ value, at }) => {
    const evidence = value.origins.length > 0 ? value.origins : [at];
    if (value.value.known) return judgeText(value.value.json, evidence);
    const why = value.value.unknown.why.join('; ');
    return undecided(path.path, `the ${what} of ${path.path} cannot be known from Git: ${why}`, evidence);
  });
  const [only] = answers;
  if (only && answers.every(({ result }) => result === only.result)) return worstOf(answers) ?? only;
  const later = settings.find(({ when }) => when);
  const why = `the ${what} of ${path.path} depends on ${later?.when?.why.join('; ') ?? 'unknown conditions'}`;
  return undecided(path.path, why, worstOf(answers)?.evidence ?? []);
}

function answer(
  result: PlaceAnswer['result'],
  { path }: NodePath,
  actual: Json,
  reason: string,
  evidence: readonly Origin[],
): PlaceAnswer {
  return { result, path, actual, reason, evidence };
}
