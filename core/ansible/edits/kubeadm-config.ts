import type { RenderedText } from '../../source/rope.ts';
import { newBudget } from '../budget.ts';
import type { DistributionDefault } from '../distribution-defaults.ts';
import { applyEdits, type EditWrite, type FileState } from '../file-states.ts';
import { concat, tokenOf } from '../jinja/text.ts';
import type { Condition } from '../types.ts';
import { type Str, str, unknownValue } from '../value.ts';
import { type Edit, soughtTexts, statedTexts } from './edit.ts';
import { toRendered, toStr, withEnd } from './file-lines.ts';
import { restOf } from './rest-of-file.ts';

/** A KubeletConfiguration given to kubeadm, and what kubeadm fills in beside it. */
export type KubeadmDocument = Readonly<{
  conditions: readonly Condition[];
  text: RenderedText;
  defaults: readonly DistributionDefault[];
}>;

/**
 * The kubelet's configuration as kubeadm writes it from a document, after the tasks that edit it. Settings kubeadm
 * fills in stand in the text where an edit speaks of them. What an edit does to nested lines, whose layout is
 * kubeadm's, is not told.
 */
export function editedKubeadmConfig(edited: FileState, document: KubeadmDocument): readonly KubeadmDocument[] {
  const edits = edited.unseenEdits;
  const { text, defaults } = asKubeadmWrites(document, edits);
  const { conditions } = document;
  const state = { ...edited, alternatives: [{ conditions, text }], when: null, unseenEdits: [], problem: null };
  return applyEdits(state, edits).alternatives.map(one => ({ ...one, defaults }));
}

function asKubeadmWrites(
  { text: document, defaults }: KubeadmDocument,
  edits: readonly EditWrite[],
): Readonly<{ text: RenderedText; defaults: readonly DistributionDefault[] }> {
  const text = toStr(document);
  const ended = text.text === '' || text.text.endsWith('\n') ? text : withEnd(text);
  if (!edits.every(({ edit: { edit } }) => isOfOneTopLine(edit))) {
    const rest = restOf('kubeadm configuration', ['the layout in which kubeadm writes the configuration'], []);
    return { text: toRendered(concat(newBudget(), [ended, rest])), defaults: [] };
  }
  const spoken = edits.flatMap(({ edit: { edit } }) => [...soughtTexts(edit), ...statedTexts(edit)]);
  const filled = defaults.filter(
    ({ path }) =>
      !path.includes('.') &&
      spoken.some(one => one.text.includes(path)) &&
      !new RegExp(`^["']?${path}["']?[ \\t]*:`, 'm').test(document.text),
  );
  return {
    text: toRendered(concat(newBudget(), [ended, ...filled.map(lineOf)])),
    defaults: defaults.filter(one => !filled.includes(one)),
  };
}

function lineOf({ path, value }: DistributionDefault): Str {
  const said = value.known
    ? str(typeof value.json === 'string' ? value.json : JSON.stringify(value.json))
    : tokenOf(unknownValue(value.unknown.key, value.unknown.why));
  return withEnd(concat(newBudget(), [str(`${path}: `), said]));
}

/** Whether an edit only speaks of a line that begins at the margin, which is laid out the same whoever writes it. */
function isOfOneTopLine(edit: Edit): boolean {
  if (edit.module !== 'lineinfile' && edit.module !== 'replace') return false;
  return [...soughtTexts(edit), ...statedTexts(edit)].every(({ text }) => text === '' || /^\^?#?\w[^\n]*$/.test(text));
}
