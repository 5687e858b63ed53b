import type { NodeGroup } from '../../ansible/types.ts';
import type { KubeletProblem } from '../../kubelet/types.ts';
import { type Origin, originsAt } from '../../source/rope.ts';
import { undecided } from '../place-answer.ts';
import { configurationOrigins } from '../read-field.ts';
import type { PlaceAnswer } from '../types.ts';
import type { Configuration, FieldCheck } from './field-check.ts';

/** Stands in `paths` for the text as a whole. */
export const WHOLE_TEXT = '*';

/** The texts name only fields this kubelet has, in the right case: others are ignored with a line in the log. */
export const KNOWN_FIELDS = textCheck({
  expected: 'only fields this kubelet has, written as it writes them',
  blames: problem => isOfTexts(problem) && problem.effect === 'ignores' && problem.path !== '' && !isDuplicate(problem),
  good: 'every field is one this kubelet has',
});

/** No key stands twice in one map. */
export const NO_DUPLICATE_KEYS = textCheck({
  expected: 'every key once',
  blames: problem => isOfTexts(problem) && isDuplicate(problem),
  good: 'every key stands once',
});

/** Every feature gate that is named exists in this minor and may be set so. */
export const KNOWN_GATES = textCheck({
  expected: 'only gates of this Kubernetes version, none against its lock',
  blames: problem => problem.stage === 'featureGates' && problem.effect === 'refuses',
  good: 'every gate that is named exists and can be set so',
});

type TextCheck = Readonly<{ expected: string; blames: (problem: KubeletProblem) => boolean; good: string }>;

/** A check that rests on what loading says of the texts. */
function textCheck({ expected, blames, good }: TextCheck): FieldCheck {
  return {
    fault: ({ check, paths }) => {
      if (check.value !== null) return { at: ['check', 'value'], message: `${check.op} takes no value` };
      return paths.join() === WHOLE_TEXT
        ? null
        : { at: ['paths'], message: `${check.op} is for the path ${WHOLE_TEXT}` };
    },
    expected: () => expected,
    evaluate: (_, configuration) => judge(configuration, blames, good),
    rank: () => 0,
  };
}

function judge({ subject, verdict }: Configuration, blames: TextCheck['blames'], good: string): readonly PlaceAnswer[] {
  const blamed = verdict.problems.filter(blames);
  const always = subject.group.kubeletAlternatives.every(one => one.verdict.problems.some(blames));
  if (blamed.length > 0 && !always)
    return [undecided(WHOLE_TEXT, `${blamed[0]?.message}, but only under conditions nobody knows from Git`, [])];
  if (blamed.length > 0) return blamed.map(problem => violation(problem, subject.group));
  const [open] = [...verdict.open.values()];
  if (open) return [undecided(WHOLE_TEXT, `a part of the text cannot be known from Git: ${open.why.join('; ')}`, [])];
  const refusal = verdict.values.size === 0 ? verdict.problems.find(({ effect }) => effect === 'refuses') : undefined;
  if (refusal) return [undecided(WHOLE_TEXT, `the kubelet stops before it comes to that: ${refusal.message}`, [])];
  return [
    { result: 'pass', path: WHOLE_TEXT, actual: null, reason: good, evidence: configurationOrigins(subject.group) },
  ];
}

function violation(problem: KubeletProblem, group: NodeGroup): PlaceAnswer {
  const path = problem.path === '' ? WHOLE_TEXT : problem.path;
  return { result: 'violated', path, actual: null, reason: problem.message, evidence: placeOf(problem, group) };
}

/** Where a problem stands, when the group's own configuration file holds it; else that file. */
function placeOf({ in: place, span, path }: KubeletProblem, group: NodeGroup): readonly Origin[] {
  const text = group.files.find(({ kind }) => kind === 'KubeletConfiguration')?.text;
  const name = path.slice(path.lastIndexOf('.') + 1);
  if (place === 'config' && text && span && name !== '' && text.text.slice(span.start, span.end).includes(name))
    return originsAt(text, span.start, span.end).slice(0, 1);
  return group.provenance.get(path) ?? configurationOrigins(group);
}

const isOfTexts = ({ stage }: KubeletProblem): boolean => stage === 'decode' || stage === 'drop-in';

/** What go-yaml and encoding/json say of a key that stands twice. */
const isDuplicate = ({ message }: KubeletProblem): boolean => /already set in map|^duplicate field /.test(message);
