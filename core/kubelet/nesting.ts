import { CST, Lexer } from 'yaml';

/**
 * Offset at which a YAML text nests deeper than `limit`, or null. Linear in the text: it runs before the parser, whose
 * recursion a hostile text could exhaust. Counts flow brackets, growing indents and block indicators on one line.
 */
export function nestingTooDeep(text: string, limit: number): number | null {
  let offset = 0;
  let column = 0;
  let flow = 0;
  let indicators = 0;
  let lineStart = true;
  const indents: number[] = [];
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token);
    if (type === 'newline') {
      lineStart = true;
      column = 0;
      indicators = 0;
    } else {
      if (lineStart && type !== 'space' && type !== 'comment' && flow === 0 && type !== 'doc-mode') {
        while (indents.length > 0 && (indents.at(-1) ?? 0) >= column) indents.pop();
        indents.push(column);
        lineStart = false;
      }
      if (type === 'flow-map-start' || type === 'flow-seq-start') flow++;
      if (type === 'flow-map-end' || type === 'flow-seq-end') flow = Math.max(0, flow - 1);
      if (type === 'seq-item-ind' || type === 'explicit-key-ind') indicators++;
      if (indents.length + flow + indicators > limit) return offset;
      if (token.includes('\n')) {
        column = token.length - token.lastIndexOf('\n') - 1;
        lineStart = column === 0;
        indicators = 0;
      } else column += token.length;
    }
    offset += CST.tokenType(token) === 'doc-mode' || token === '\x02' || token === '\x1f' ? 0 : token.length;
  }
  return null;
}
