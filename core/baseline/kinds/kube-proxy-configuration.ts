import type { NodeFile } from '../../ansible/types.ts';
import { nodeAt, textAt } from '../../kubelet/node-at.ts';
import { readText } from '../../kubelet/read-text.ts';
import type { SourceNode } from '../../kubelet/source-node.ts';
import type { Json } from '../../kubelet/types.ts';
import { type Origin, originsAt, type RenderedText, type Unknown } from '../../source/rope.ts';
import { expectedWords } from '../expected.ts';
import { agreedOn, fileName } from '../file-texts.ts';
import type { Kind } from '../kind.ts';
import { operandFor } from '../operand.ts';
import { isEmpty } from '../operators/operator.ts';
import { ABSENT, OPERATORS, operatorFault, shown } from '../operators.ts';
import { notApplicable, undecided, worstOf } from '../place-answer.ts';
import type { GroupSubject } from '../subject.ts';
import type { Control, PlaceAnswer } from '../types.ts';

/** Controls over the KubeProxyConfiguration documents of a group's files, kubeadm's multi-document files included. */
export const KUBE_PROXY_CONFIGURATION: Kind = {
  scope: 'node-group',
  fault: control => operatorFault(control),
  evaluate,
  expected: expectedWords,
  gone: 'unknown',
};

function evaluate(control: Control, { group }: GroupSubject): readonly PlaceAnswer[] {
  const path = control.paths[0] ?? '';
  const files = group.files.filter(({ kind }) => kind === 'KubeProxyConfiguration' || kind === 'kubeadm');
  if (files.length === 0) return [notApplicable(path, 'no KubeProxyConfiguration is known for these nodes')];
  return files.flatMap(file => control.paths.map(name => answerOf(control, name, file)));
}

/** The answer all texts of a file agree on; where they differ, conditions decide and it is undecided. */
function answerOf(control: Control, path: string, file: NodeFile): PlaceAnswer {
  if (!file.text) {
    return file.kind === 'KubeProxyConfiguration'
      ? undecided(path, `the text of ${fileName(file)} is not known`, [])
      : notApplicable(path, '');
  }
  return agreedOn(
    file,
    path,
    text =>
      worstOf(documentsOf(file, text).map(document => judge(control, path, text, document))) ??
      notApplicable(path, `${fileName(file)} holds no KubeProxyConfiguration`),
  );
}

type ProxyDocument = Readonly<{ root: SourceNode | null; offset: number; fault: string }>;

/** Documents of kind KubeProxyConfiguration with where each starts; one that cannot be read counts when the file is all its own. */
function documentsOf(file: NodeFile, whole: RenderedText): readonly ProxyDocument[] {
  const documents: ProxyDocument[] = [];
  let offset = 0;
  for (const text of whole.text.split(/^(?=---(?:[ \t]|$))/m)) {
    if (text.replace(/^---.*/, '').trim() !== '') {
      const read = readText({ name: '', text, unknowns: whole.unknowns }, 'config', '');
      if (!read.ok) {
        if (file.kind === 'KubeProxyConfiguration') documents.push({ root: null, offset, fault: read.message });
      } else if (textAt(read.root, ['kind']) === 'KubeProxyConfiguration') {
        documents.push({ root: read.root, offset, fault: '' });
      }
    }
    offset += text.length;
  }
  return documents;
}

function judge(
  control: Control,
  path: string,
  text: RenderedText,
  { root, offset, fault }: ProxyDocument,
): PlaceAnswer {
  if (!root) return undecided(path, `the KubeProxyConfiguration cannot be read: ${fault}`, []);
  const node = nodeAt(root, path.split('.'));
  const span = (node ?? root).origin.span;
  const evidence: readonly Origin[] = span ? originsAt(text, offset + span.start, offset + span.end).slice(0, 4) : [];
  const hidden = node && unknownIn(node);
  if (hidden) return undecided(path, `${path} cannot be known from Git: ${hidden.why.join('; ')}`, evidence);
  const open = root.kind === 'map' ? root.open : null;
  const json = node ? jsonOf(node) : null;
  const unset = isEmpty(json);
  if (unset && open)
    return undecided(
      path,
      `${path} may be set by a part of the file that cannot be known: ${open.why.join('; ')}`,
      evidence,
    );
  const holds = OPERATORS[control.check.op]?.holds(operandFor(control, path), unset ? ABSENT : json) ?? false;
  const what = unset ? `${path} is not set` : `${path} is ${shown(json)}`;
  return holds
    ? { result: 'pass', path, actual: json, reason: what, evidence }
    : { result: 'violated', path, actual: json, reason: `${what}; expected ${expectedWords(control, path)}`, evidence };
}

/** The first unknown in a value or the items of a list. */
function unknownIn(node: SourceNode): Unknown | null {
  if (node.kind === 'unknown') return node.unknown;
  return node.kind === 'list' ? (node.items.map(unknownIn).find(found => found !== null) ?? null) : null;
}

/** A value, or a list of values; null of anything else. */
function jsonOf(node: SourceNode): Json {
  if (node.kind === 'list') return node.items.map(jsonOf);
  if (node.kind === 'number') return Number(node.text);
  return node.kind === 'string' || node.kind === 'bool' ? node.value : null;
}
