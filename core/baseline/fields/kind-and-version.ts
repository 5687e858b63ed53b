import type { NodeFile, NodeGroup } from '../../ansible/types.ts';
import { isKindOpen, readText, wrongKind } from '../../kubelet/read-text.ts';
import { type Origin, originsAt, type RenderedText } from '../../source/rope.ts';
import { notApplicable, undecided } from '../place-answer.ts';
import type { PlaceAnswer } from '../types.ts';
import type { FieldCheck } from './field-check.ts';
import { WHOLE_TEXT } from './text-checks.ts';

/** The file --config names says the one apiVersion and kind a kubelet loads. */
export const KIND_AND_VERSION: FieldCheck = {
  fault: ({ check, paths }) => {
    if (check.value !== null) return { at: ['check', 'value'], message: 'kind-and-version takes no value' };
    return paths.join() === WHOLE_TEXT
      ? null
      : { at: ['paths'], message: `kind-and-version is for the path ${WHOLE_TEXT}` };
  },
  expected: () => 'kubelet.config.k8s.io/v1beta1, KubeletConfiguration',
  evaluate: (_, { subject }) => [judge(subject.group)],
  rank: () => 0,
};

function judge(group: NodeGroup): PlaceAnswer {
  const named = fileOfFlag(group);
  const file = named ?? group.files.find(({ kind }) => kind === 'KubeletConfiguration');
  if (!file) return notApplicable(WHOLE_TEXT, 'no file of the repository is the kubelet configuration of these nodes');
  const texts = file.alternatives.map(({ text }) => text);
  const [only] = texts;
  if (named && only && group.kubelet?.accepted) return right(originsAt(only, 0, 1).slice(0, 1));
  const answers = texts.map(text => judgeText(file, text));
  const [first] = answers;
  if (first && !file.truncated && answers.every(({ result }) => result === first.result)) return first;
  return undecided(WHOLE_TEXT, 'what the file holds depends on conditions that cannot be known from Git', []);
}

/** The file that --config names. A kubelet that accepts its configuration has read the right kind there. */
function fileOfFlag({ files, flags }: NodeGroup): NodeFile | undefined {
  const named = flags.findLast(({ name }) => name === '--config')?.value.value;
  return files.find(
    ({ dest, text }) => text !== null && named?.known && dest.value.known && dest.value.json === named.json,
  );
}

function right(evidence: readonly Origin[]): PlaceAnswer {
  return { result: 'pass', path: WHOLE_TEXT, actual: null, reason: 'apiVersion and kind are right', evidence };
}

function judgeText(file: NodeFile, text: RenderedText): PlaceAnswer {
  const read = readText({ name: '', text: text.text, unknowns: text.unknowns }, 'config', '');
  if (!read.ok) return undecided(WHOLE_TEXT, `the file cannot be read: ${read.message}`, []);
  const evidence = originsAt(text, 0, 1).slice(0, 1);
  const form = { dropIn: false, format: read.format };
  if (isKindOpen(read.root, form))
    return undecided(WHOLE_TEXT, 'apiVersion or kind cannot be known from Git', evidence);
  const wrong = wrongKind(read.root, form);
  if (!wrong) return right(evidence);
  const span = wrong.node.origin.span;
  const at = span ? originsAt(text, span.start, span.end).slice(0, 1) : evidence;
  const reason = `${file.source ?? 'the configuration'}: ${wrong.message}`;
  return {
    result: 'violated',
    path: wrong.path || WHOLE_TEXT,
    actual: null,
    reason,
    evidence: at,
    location: WHOLE_TEXT,
  };
}
