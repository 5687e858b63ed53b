import type { SourceNode } from '../kubelet/source-node.ts';
import { originsAt, type RenderedText } from '../source/rope.ts';
import { sliceText, tracedOf } from './rendered-text.ts';
import type { Traced } from './types.ts';

/** A scalar as text with its origins. */
export function scalarOf(text: RenderedText, node: SourceNode): Traced<string> {
  const { span } = node.origin;
  const origins = span ? originsAt(text, span.start, span.end) : [];
  const known = (json: string): Traced<string> => ({ value: { known: true, json }, origins });
  switch (node.kind) {
    case 'string':
      return known(node.value);
    case 'bool':
      return known(String(node.value));
    case 'number':
      return known(node.text);
    case 'unknown': {
      if (!span) return { value: { known: false, unknown: node.unknown }, origins };
      const quoted = /^(["'])[\s\S]*\1$/.test(text.text.slice(span.start, span.end)) && span.end - span.start > 1;
      return tracedOf(sliceText(text, span.start + (quoted ? 1 : 0), span.end - (quoted ? 1 : 0)));
    }
    default:
      return known('');
  }
}
