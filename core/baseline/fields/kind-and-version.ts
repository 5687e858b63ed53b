import type { NodeFile, NodeGroup } from '../../ansible/types.ts';
import { readText, wrongKind } from '../../kubelet/read-text.ts';
import type { SourceNode } from '../../kubelet/source-node.ts';
import { originsAt, type RenderedText } from '../../source/rope.ts';
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
  const file = configurationFile(group);
  if (!file) return notApplicable(WHOLE_TEXT, 'no file of the repository is the kubelet configuration of these nodes');
  const texts = file.alternatives.map(({ text }) => text);
  const answers = texts.map(text => judgeText(file, text));
  const [first] = answers;
  if (first && !file.truncated && answers.every(({ result }) => result === first.result)) return first;
  return undecided(WHOLE_TEXT, 'what the file holds depends on conditions that cannot be known from Git', []);
}

/** The file that --config names, else the one that says it is a KubeletConfiguration. */
function configurationFile({ files, flags }: NodeGroup): NodeFile | undefined {
  const named = flags.findLast(({ name }) => name === '--config')?.value.value;
  const byFlag = files.find(
    ({ dest, text }) => text !== null && named?.known && dest.value.known && dest.value.json === named.json,
  );
  return byFlag ?? files.find(({ kind }) => kind === 'KubeletConfiguration');
}

function judgeText(file: NodeFile, text: RenderedText): PlaceAnswer {
  const read = readText({ name: '', text: text.text, unknowns: text.unknowns }, 'config', '');
  if (!read.ok) return undecided(WHOLE_TEXT, `the file cannot be read: ${read.message}`, []);
  const evidence = originsAt(text, 0, text.text.length).slice(0, 1);
  if (isUnknown(read.root, 'apiVersion') || isUnknown(read.root, 'kind'))
    return undecided(WHOLE_TEXT, 'apiVersion or kind cannot be known from Git', evidence);
  const wrong = wrongKind(read.root, { dropIn: false, format: read.format });
  if (!wrong)
    return { result: 'pass', path: WHOLE_TEXT, actual: null, reason: 'apiVersion and kind are right', evidence };
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

function isUnknown(root: SourceNode, key: string): boolean {
  if (root.kind === 'unknown') return true;
  if (root.kind !== 'map') return false;
  const entry = root.entries.findLast(one => one.key === key);
  return entry ? entry.value.kind === 'unknown' : root.open !== null;
}
