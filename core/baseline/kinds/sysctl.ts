import type { NodeGroup, Sysctl } from '../../ansible/types.ts';
import type { Json } from '../../kubelet/types.ts';
import type { Fault, Kind } from '../kind.ts';
import { operandFor } from '../operand.ts';
import { notApplicable, undecided } from '../place-answer.ts';
import { readField } from '../read-field.ts';
import type { GroupSubject } from '../subject.ts';
import type { Control, PlaceAnswer } from '../types.ts';

/** Controls over kernel settings that tasks make, one place for each setting (`kernel.panic`). */
export const SYSCTL: Kind = { scope: 'node-group', fault, evaluate, expected, gone: 'unknown' };

/**
 * What one setting must be, as a control holds it for its path.
 * `stock`: what a kernel has where nothing sets it; null where distributions differ.
 */
type Wanted = Readonly<{ is?: number; atLeast?: number; stock?: number | null }>;

const GUARD = 'protectKernelDefaults';

/** `kernel-defaults` asks for the values the kubelet looks for at its start; `conflict` only judges what is set. */
const OPERANDS: Readonly<Record<string, (wanted: Wanted) => boolean>> = {
  'kernel-defaults': ({ is, stock }) => typeof is === 'number' && (typeof stock === 'number' || stock === null),
  conflict: ({ is, atLeast, stock }) =>
    (typeof is === 'number') !== (typeof atLeast === 'number') && stock === undefined,
};

const WORDS: Readonly<Record<string, string>> = {
  'kernel-defaults': 'value must have, for each path, is: a number and stock: a number or null',
  conflict: 'value must have, for each path, is: a number or atLeast: a number',
};

function fault(control: Control): Fault | null {
  const { op } = control.check;
  const fits = Object.hasOwn(OPERANDS, op) ? OPERANDS[op] : undefined;
  if (!fits) return { at: ['check', 'op'], message: `unknown operator ${op} for kernel settings` };
  const index = control.paths.findIndex(path => !/^[a-z0-9_]+(?:\.[\w-]+)+$/.test(path));
  if (index >= 0)
    return { at: ['paths', index], message: `${control.paths[index]} is no kernel setting in dotted form` };
  return control.paths.every(path => fits(wantedFor(control, path)))
    ? null
    : { at: ['check', 'value'], message: WORDS[op] ?? '' };
}

function wantedFor(control: Control, path: string): Wanted {
  const operand = operandFor(control, path);
  return operand !== null && typeof operand === 'object' && !Array.isArray(operand) ? (operand as Wanted) : {};
}

function expected(control: Control, path: string): string {
  const { is, atLeast } = wantedFor(control, path);
  return is === undefined ? `at least ${atLeast ?? ''}` : String(is);
}

function evaluate(control: Control, { group, repository }: GroupSubject): readonly PlaceAnswer[] {
  if (control.check.op === 'conflict') return control.paths.map(path => judge(control, path, group));
  const [first = ''] = control.paths;
  if (!group.kubelet) return [notApplicable(first, 'no kubelet configuration or flags are known for these nodes')];
  const guard = readField(group, group.kubelet, GUARD, repository.facts);
  if (guard.known && guard.json !== true) {
    const reason = `${GUARD} is not on, so the kubelet sets these values itself`;
    return [{ ...notApplicable(GUARD, reason), evidence: guard.evidence }];
  }
  const answers = control.paths.map(path => askedBy(guard.evidence, judge(control, path, group)));
  if (guard.known || !answers.some(({ result }) => result === 'violated')) return answers;
  return [undecided(GUARD, guard.why, guard.evidence)];
}

/** A setting nobody makes has no place of its own: what asks for it is the place to look at. */
function askedBy(guard: PlaceAnswer['evidence'], answer: PlaceAnswer): PlaceAnswer {
  return answer.evidence.length > 0 ? answer : { ...answer, evidence: guard };
}

function judge(control: Control, path: string, group: NodeGroup): PlaceAnswer {
  const settings = settingsOf(group, path);
  const [worst] = settings
    .map(setting => judgeSetting(control, path, setting))
    .sort((left, right) => Number(left.result !== 'violated') - Number(right.result !== 'violated'));
  const open = group.sysctls.open;
  if (open && worst?.result !== 'violated') {
    const why = `${path} may be set by a part of a file that cannot be known from Git: ${open.why.join('; ')}`;
    return undecided(path, why, worst?.evidence ?? []);
  }
  return worst ?? judgeUnset(control, path);
}

/** The settings of a name; a pattern counts where nothing names it (sysctl.d(5)). */
function settingsOf({ sysctls }: NodeGroup, path: string): readonly Sysctl[] {
  const named = sysctls.settings.filter(({ name }) => name === path);
  if (named.some(({ file }) => file !== null)) return named;
  const matching = sysctls.settings.filter(({ name }) => name.includes('*') && settingPattern(name).test(path));
  return [...matching, ...named];
}

function settingPattern(name: string): RegExp {
  const parts = name.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^.]*')}$`);
}

function judgeSetting(control: Control, path: string, { value, file }: Sysctl): PlaceAnswer {
  const { origins } = value;
  if (!value.value.known) {
    return undecided(path, `${path} cannot be known from Git: ${value.value.unknown.why.join('; ')}`, origins);
  }
  const actual = numeric(value.value.json);
  const where = file === null ? 'on the running kernel' : `in ${file}`;
  const is = `${path} is set to ${value.value.json} ${where}`;
  return conforms(wantedFor(control, path), actual)
    ? { result: 'pass', path, actual, reason: is, evidence: origins }
    : { result: 'violated', path, actual, reason: `${is}; expected ${expected(control, path)}`, evidence: origins };
}

function numeric(text: string): Json {
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

function conforms({ is, atLeast }: Wanted, actual: Json): boolean {
  if (typeof actual !== 'number') return false;
  return is === undefined ? actual >= (atLeast ?? Number.POSITIVE_INFINITY) : actual === is;
}

function judgeUnset(control: Control, path: string): PlaceAnswer {
  const { stock } = wantedFor(control, path);
  if (control.check.op === 'conflict') return notApplicable(path, `no task sets ${path}`);
  if (stock === null || stock === undefined) {
    return undecided(path, `no task sets ${path}, and distributions differ in the value they ship`, []);
  }
  const reason = `no task sets ${path}: it stays at the kernel's ${stock}`;
  return conforms(wantedFor(control, path), stock)
    ? { result: 'pass', path, actual: stock, reason, evidence: [] }
    : {
        result: 'violated',
        path,
        actual: stock,
        reason: `${reason}, and with ${GUARD} the kubelet does not start; expected ${expected(control, path)}`,
        evidence: [],
      };
}
