import { atLeast, type FieldFact, type KubeletFacts } from '../../kubelet/facts.ts';
import { gateSpec } from '../../kubelet/feature-gates.ts';
import { type KubeletVerdict, MINORS } from '../../kubelet/types.ts';
import { fieldOf } from '../field-types.ts';
import { ANY_OF, BOTH_OR_NONE, IMPLIES, NOT_BOTH } from '../fields/combinations.ts';
import { EACH } from '../fields/each.ts';
import { configurationOf, type FieldCheck } from '../fields/field-check.ts';
import { HAS_KEYS } from '../fields/has-keys.ts';
import { KEYS_WITHIN } from '../fields/keys-within.ts';
import { KIND_AND_VERSION } from '../fields/kind-and-version.ts';
import { PER_ROLE } from '../fields/per-role.ts';
import { SINGLE } from '../fields/single.ts';
import { SUITES_FIT_KEY } from '../fields/suites-fit-key.ts';
import { TAINT_REGISTERED } from '../fields/taint-registered.ts';
import { KNOWN_FIELDS, KNOWN_GATES, NO_DUPLICATE_KEYS, WHOLE_TEXT } from '../fields/text-checks.ts';
import type { Fault, Kind } from '../kind.ts';
import { isBeyondCovered } from '../kubernetes-range.ts';
import { notApplicable, undecided } from '../place-answer.ts';
import { configurationOrigins } from '../read-field.ts';
import type { GroupSubject } from '../subject.ts';
import type { Control, PlaceAnswer } from '../types.ts';

/**
 * Controls over effective kubelet fields. What nothing sets is judged by the value that acts: the file default under
 * --config, the flag default without. Where that value is nil, the control's `absent` says what it means.
 */
export const KUBELET_CONFIGURATION: Kind = {
  scope: 'node-group',
  fault,
  evaluate,
  expected: (control, path) => checkOf(control).expected(control, path),
  gone: 'unknown',
};

/** Operators over several fields; every other one judges each field by itself. */
const SEVERAL: Readonly<Record<string, FieldCheck>> = {
  'any-of': ANY_OF,
  'both-or-none': BOTH_OR_NONE,
  implies: IMPLIES,
  'not-both': NOT_BOTH,
  each: EACH,
  'has-keys': HAS_KEYS,
  'keys-within': KEYS_WITHIN,
  'per-role': PER_ROLE,
  'suites-fit-key': SUITES_FIT_KEY,
  'taint-registered': TAINT_REGISTERED,
};

/** Operators on what loading says of the texts: they answer where there is no effective configuration, too. */
const OF_TEXTS: Readonly<Record<string, FieldCheck>> = {
  'known-fields': KNOWN_FIELDS,
  'known-gates': KNOWN_GATES,
  'kind-and-version': KIND_AND_VERSION,
  'no-duplicate-keys': NO_DUPLICATE_KEYS,
};

/** What judges the control's operator. */
export function checkOf({ check: { op } }: Control): FieldCheck {
  return OF_TEXTS[op] ?? SEVERAL[op] ?? SINGLE;
}

function fault(control: Control, facts: KubeletFacts): Fault | null {
  const unknown = control.paths.findIndex(path => path !== WHOLE_TEXT && !fieldOf(path, facts));
  if (unknown >= 0) return { at: ['paths', unknown], message: `no kubelet field is called ${control.paths[unknown]}` };
  if (control.paths.includes(WHOLE_TEXT) && !(control.check.op in OF_TEXTS))
    return { at: ['paths'], message: `${control.check.op} needs fields, not ${WHOLE_TEXT}` };
  return laterFault(control, facts) ?? checkOf(control).fault(control, facts);
}

/** A field that comes after the covered minors needs a control that says so: on any other node it would judge nothing. */
function laterFault({ paths, kubernetes }: Control, facts: KubeletFacts): Fault | null {
  const later = paths.findIndex(path => isAfterAll(facts.fields[path]?.since));
  if (later < 0 || isBeyondCovered(kubernetes)) return null;
  const since = facts.fields[paths[later] ?? '']?.since ?? '';
  return { at: ['paths', later], message: `${paths[later]} needs kubernetes: ">=${since}", no earlier kubelet has it` };
}

function isAfterAll(since: FieldFact['since']): boolean {
  return since !== undefined && MINORS.every(minor => !atLeast(minor, since));
}

function evaluate(control: Control, subject: GroupSubject): readonly PlaceAnswer[] {
  const verdict = subject.group.kubelet;
  const path = control.paths[0] ?? '';
  if (!verdict) {
    const other = checkOf(control).unconfigured?.(control, subject);
    return other ?? [notApplicable(path, 'no kubelet configuration is known for these nodes')];
  }
  const readable = verdict.values.size > 0 || control.check.op in OF_TEXTS;
  if (readable) return checkOf(control).evaluate(control, configurationOf(subject, verdict));
  const against = againstLocks(control, verdict, subject);
  if (against.length > 0) return against;
  const refusal = verdict.problems.find(({ effect }) => effect === 'refuses') ?? verdict.problems[0];
  return [undecided(path, `the configuration cannot be judged: ${refusal?.message ?? 'it cannot be read'}`, [])];
}

/** Gates set against their lock: what is written there is the opposite of the lock, and the kubelet does not start with it. */
function againstLocks(
  control: Control,
  { minor, problems }: KubeletVerdict,
  subject: GroupSubject,
): readonly PlaceAnswer[] {
  const { group, repository } = subject;
  return control.paths.flatMap((path): readonly PlaceAnswer[] => {
    const problem = problems.find(one => one.stage === 'featureGates' && one.path === path);
    const spec = problem && gateSpec(path.slice('featureGates.'.length), repository.facts, minor);
    if (!problem || !spec?.locked || checkOf(control).rank(control, path, !spec.on) === 0) return [];
    const evidence = group.provenance.get(path) ?? configurationOrigins(group);
    return [{ result: 'violated', path, actual: !spec.on, reason: problem.message, evidence }];
  });
}
