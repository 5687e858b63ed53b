import { CST, Lexer } from 'yaml';

/** A fault of layout and the offset where it stands. */
export type LayoutFault = Readonly<{ message: string; offset: number }>;

/**
 * Looks over a YAML text before it is parsed: for nesting deeper than `limit`, which could exhaust the parser's
 * recursion, and for tabs at the beginning of block lines, which go-yaml refuses and the parser may not. Linear.
 */
export function scanLayout(text: string, limit: number): LayoutFault | null {
  let offset = 0;
  let column = 0;
  let flow = 0;
  let indicators = 0;
  let indicator = false;
  let lineStart = true;
  const indents: number[] = [];
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token);
    if (type === 'newline') {
      lineStart = true;
      column = 0;
      indicators = 0;
    } else {
      const first = lineStart && flow === 0;
      if (first && type === 'space' && isTabbed(token, text.slice(offset + token.length, offset + token.length + 1))) {
        return { message: 'yaml: found a tab character that violates indentation', offset };
      }
      if (indicator && flow === 0 && type === 'space' && token.includes('\t')) {
        return { message: 'yaml: found character that cannot start any token', offset };
      }
      if (first && !['space', 'comment', 'doc-mode', 'byte-order-mark'].includes(type ?? '')) {
        while (indents.length > 0 && (indents.at(-1) ?? 0) >= column) indents.pop();
        indents.push(column);
        lineStart = false;
      }
      if (type === 'flow-map-start' || type === 'flow-seq-start') flow++;
      if (type === 'flow-map-end' || type === 'flow-seq-end') flow = Math.max(0, flow - 1);
      indicator = type === 'seq-item-ind' || type === 'explicit-key-ind';
      if (indicator) indicators++;
      if (indents.length + flow + indicators > limit) return { message: `nested deeper than ${limit} levels`, offset };
      if (token.includes('\n')) {
        column = token.length - token.lastIndexOf('\n') - 1;
        lineStart = column === 0;
        indicators = 0;
      } else column += token.length;
    }
    offset += isMarker(token) ? 0 : token.length;
  }
  return null;
}

/** A tab in the first column is refused even on an otherwise empty line; further right only before content. */
function isTabbed(space: string, next: string): boolean {
  return space.startsWith('\t') || (space.includes('\t') && next !== '' && !/[\r\n]/.test(next));
}

/** Tokens the lexer makes up: document start, scalar start, end of flow by indentation. */
function isMarker(token: string): boolean {
  return token === CST.DOCUMENT || token === CST.SCALAR || token === CST.FLOW_END;
}
