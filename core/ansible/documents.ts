import type { RenderedText } from '../source/rope.ts';
import { documentKinds } from './file-kind.ts';

/** A part of a rendered text with the origins of its characters. */
export function sliceText(rendered: RenderedText, start: number, end: number): RenderedText {
  const segments: { length: number; origins: RenderedText['segments'][number]['origins'] }[] = [];
  let offset = 0;
  for (const segment of rendered.segments) {
    const length = Math.min(end, offset + segment.length) - Math.max(start, offset);
    if (length > 0) segments.push({ length, origins: segment.origins });
    offset += segment.length;
  }
  return { text: rendered.text.slice(start, end), segments, unknowns: rendered.unknowns };
}

/** The documents of a YAML stream, each from after its `---` line to before the next. */
export function splitDocuments(rendered: RenderedText): readonly RenderedText[] {
  const documents: RenderedText[] = [];
  let start = 0;
  for (const match of rendered.text.matchAll(/^---(?=\s|$).*(?:\n|$)/gm)) {
    if (match.index > start) documents.push(sliceText(rendered, start, match.index));
    start = match.index + match[0].length;
  }
  documents.push(sliceText(rendered, start, rendered.text.length));
  return documents.filter(document => document.text.trim() !== '');
}

/** The document of one kind, such as the KubeletConfiguration in a kubeadm file; null when there is none. */
export function documentOfKind(rendered: RenderedText, kind: string): RenderedText | null {
  return splitDocuments(rendered).find(document => documentKinds(document.text).has(kind)) ?? null;
}
