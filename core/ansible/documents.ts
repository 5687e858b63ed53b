import type { RenderedText } from '../source/rope.ts';
import { documentKinds } from './file-kind.ts';
import { sliceText } from './rendered-text.ts';

/** The documents of a YAML stream that hold something, each from after its `---` line to before the next. */
function* documentSpans(text: string): Generator<Readonly<{ start: number; end: number }>> {
  let start = 0;
  for (const match of text.matchAll(/^---(?=\s|$).*(?:\n|$)/gm)) {
    if (text.slice(start, match.index).trim() !== '') yield { start, end: match.index };
    start = match.index + match[0].length;
  }
  if (text.slice(start).trim() !== '') yield { start, end: text.length };
}

/** Documents that hold this in their text, at most that many. */
export function documentsWith(rendered: RenderedText, content: RegExp, limit: number): readonly RenderedText[] {
  const found: RenderedText[] = [];
  for (const { start, end } of documentSpans(rendered.text)) {
    if (found.length >= limit) break;
    if (content.test(rendered.text.slice(start, end))) found.push(sliceText(rendered, start, end));
  }
  return found;
}

/** The first document of one kind, such as the KubeletConfiguration in a kubeadm file; null when there is none. */
export function documentOfKind(rendered: RenderedText, kind: string): RenderedText | null {
  for (const { start, end } of documentSpans(rendered.text)) {
    if (documentKinds(rendered.text.slice(start, end)).has(kind)) return sliceText(rendered, start, end);
  }
  return null;
}
