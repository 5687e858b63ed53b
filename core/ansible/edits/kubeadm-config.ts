import type { RenderedText } from '../../source/rope.ts';
import { newBudget } from '../budget.ts';
import type { DistributionDefault } from '../distribution-defaults.ts';
import { applyEdits, type FileState } from '../file-states.ts';
import { concat } from '../jinja/text.ts';
import type { Condition } from '../types.ts';
import { toRendered, toStr, withEnd } from './file-lines.ts';
import { asLaidOutByKubeadm } from './kubeadm-layout.ts';
import { restOf } from './rest-of-file.ts';

/** A KubeletConfiguration given to kubeadm, and what kubeadm fills in beside it. */
export type KubeadmDocument = Readonly<{
  conditions: readonly Condition[];
  text: RenderedText;
  defaults: readonly DistributionDefault[];
}>;

/**
 * The kubelet's configuration as kubeadm writes it from a document, after the tasks that edit it. Where a part of the
 * document is not known, neither is its layout, and only lines that are known to be there can be edited.
 */
export function editedKubeadmConfig(edited: FileState, document: KubeadmDocument): readonly KubeadmDocument[] {
  const { conditions } = document;
  const text = asLaidOutByKubeadm(document.text, document.defaults) ?? withUnknownLayout(document.text);
  const state = { ...edited, alternatives: [{ conditions, text }], when: null, unseenEdits: [], problem: null };
  return applyEdits(state, edited.unseenEdits).alternatives.map(one => ({ ...one, defaults: [] }));
}

function withUnknownLayout(document: RenderedText): RenderedText {
  const text = toStr(document);
  const ended = text.text === '' || text.text.endsWith('\n') ? text : withEnd(text);
  const rest = restOf('kubeadm configuration', ['the layout in which kubeadm writes the configuration'], []);
  return toRendered(concat(newBudget(), [ended, rest]));
}
