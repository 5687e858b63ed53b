import { z } from 'zod';
import type { KubeletFacts } from '../kubelet/facts.ts';
import type { Json } from '../kubelet/types.ts';
import { fixOf, type WrittenFix } from './fix.ts';
import { operandFor } from './operand.ts';
import { OPERATORS } from './operators.ts';
import { baselineOf, CONTROL, controlOf, faultOf, JSON_VALUE, readFile, refusal } from './parse-baseline.ts';
import { isTighter } from './tightening.ts';
import type { Baseline, Control, Profile, Severity } from './types.ts';

const ADDED = CONTROL.extend({
  id: z.string().regex(/^[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+$/, 'must look like ACME-AREA-01'),
  area: z.string().min(1),
});
const CHANGE = z.strictObject({
  control: z.string().min(1),
  value: JSON_VALUE.exactOptional(),
  severity: CONTROL.shape.severity.exactOptional(),
  profile: CONTROL.shape.profile.exactOptional(),
  fix: CONTROL.shape.fix.exactOptional(),
});
const FILE = z.strictObject({
  controls: z.array(ADDED).min(1).exactOptional(),
  tighten: z.array(CHANGE).min(1).exactOptional(),
});

type Change = z.output<typeof CHANGE>;
type Refuse = (key: string, message: string) => never;

/**
 * An operator's own baseline on top of another: `controls` adds whole controls (each with its `area`), `tighten` asks more
 * of those there are: a narrower value, a higher severity or profile, with a fix that fits.
 * @throws ProblemError `policy-invalid` with file and line for what cannot be, and for what loosens or may loosen.
 */
export function withOwnBaseline(
  baseline: Baseline,
  { file, text }: Readonly<{ file: string; text: string }>,
  facts: KubeletFacts,
): Baseline {
  const { data, lineOf } = readFile(file, text, FILE);
  const added = (data.controls ?? []).map(({ area, ...control }, index) =>
    controlOf(control, area, facts, path => ({ file, line: lineOf(['controls', index, ...path]) })),
  );
  const tightened = new Map<string, Control>();
  for (const [index, change] of (data.tighten ?? []).entries()) {
    const refuse: Refuse = (key, message) => {
      throw refusal(file, lineOf(['tighten', index, key]), `${change.control}: ${message}`);
    };
    const control = baseline.controls.find(({ id }) => id === change.control);
    if (!control) return refuse('control', 'the baseline has no such control');
    if (tightened.has(control.id)) return refuse('control', 'is tightened twice');
    tightened.set(control.id, tighten(control, change, facts, refuse));
  }
  return baselineOf([...baseline.controls.map(control => tightened.get(control.id) ?? control), ...added]);
}

const SEVERITIES: readonly Severity[] = ['low', 'medium', 'high', 'critical'];
const PROFILES: readonly Profile[] = ['advisory', 'extended', 'core'];

function tighten(control: Control, change: Change, facts: KubeletFacts, refuse: Refuse): Control {
  const { severity = control.severity, profile = control.profile } = change;
  const value = (change.value === undefined ? control.check.value : change.value) as Json;
  const after: Control = {
    ...control,
    severity,
    profile,
    check: { op: control.check.op, value },
    fix: change.fix ? fixOf(change.fix as WrittenFix, control.paths) : control.fix,
  };
  const fault = faultOf(after, facts);
  if (fault) return refuse('value', fault.message);
  if (SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(control.severity))
    return refuse('severity', `${severity} is less than ${control.severity}: loosening needs a waiver`);
  if (PROFILES.indexOf(profile) < PROFILES.indexOf(control.profile))
    return refuse('profile', `${profile} is less than ${control.profile}: loosening needs a waiver`);
  if (!isTighter(control, after))
    return refuse(
      'value',
      `${JSON.stringify(value)} allows or may allow what ${JSON.stringify(control.check.value)} does not: loosening needs a waiver`,
    );
  const left = unfixed(after);
  if (left !== null)
    return refuse(
      change.fix ? 'fix' : 'value',
      `the fix sets ${left}, which the value refuses: say what sets it right under \`fix\``,
    );
  return after;
}

/** What the fix of a control on one field sets that its own value refuses. */
function unfixed(control: Control): string | null {
  const { kind, fix, paths, check } = control;
  const [path = ''] = paths;
  const operator = OPERATORS[check.op];
  if (kind !== 'KubeletConfiguration' || !('set' in fix) || !operator || paths.length !== 1) return null;
  return operator.holds(operandFor(control, path), fix.set) ? null : JSON.stringify(fix.set);
}
