import { Lexer } from 'yaml';
import type { Problem } from '../source/problem.ts';
import type { Budget } from './budget.ts';
import { OverLimit } from './budget.ts';

/** The place of an offset: 1-based line and column. */
export type Position = Readonly<{ line: number; column: number }>;

/**
 * Looks a YAML text over in linear time before a parser sees it: parsing deeply nested text can abort the process.
 * @returns what makes the text no YAML at all, in words, or null
 * @throws OverLimit when it is too large or nests too deeply; `at` then says where
 */
export function guardYaml(
  file: string,
  text: string,
  budget: Budget,
  at: (offset: number) => Position,
): { problem: Problem | null; over: { error: OverLimit; offset: number } | null } {
  const { yamlBytes, yamlDepth } = budget.limits;
  if (text.length > yamlBytes || Buffer.byteLength(text) > yamlBytes) {
    return { problem: null, over: { error: new OverLimit(`is larger than ${yamlBytes} bytes`), offset: 0 } };
  }
  const forbidden = FORBIDDEN.exec(text);
  if (forbidden) {
    const code = (forbidden[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return {
      problem: invalid(file, at(forbidden.index), `the character U+${code} is not allowed in YAML`),
      over: null,
    };
  }
  const conflict = conflictMarker(text);
  if (conflict !== null) {
    const message = 'a merge conflict was committed here: remove the <<<<<<<, ======= and >>>>>>> lines';
    return { problem: invalid(file, at(conflict), message), over: null };
  }
  const deep = tooDeep(text, yamlDepth);
  if (deep === null) return { problem: null, over: null };
  return { problem: null, over: { error: new OverLimit(`nests deeper than ${yamlDepth} levels`), offset: deep } };
}

export function invalid(file: string, { line, column }: Position, message: string): Problem {
  return { file, line, column, code: 'yaml-invalid', message };
}

/** What PyYAML's reader refuses, and the private-use characters that stand for unknown values in rendered text. */
const FORBIDDEN =
  /[\uE000\uE001]|[^\t\n\r\x20-\x7E\x85\u00A0-\uD7FF\uE000-\uFFFD\uD800-\uDFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** Offset of the first line of a committed merge conflict, or null. */
function conflictMarker(text: string): number | null {
  const start = /^<{7} .*$/m.exec(text);
  if (!start || !/^={7}\r?$/m.test(text) || !/^>{7} /m.test(text)) return null;
  return start.index;
}

/**
 * Offset at which the text nests deeper than `limit`, or null. Counts flow brackets, the distinct columns at which
 * block nodes open, and the `:` and `?` of one line (`a: b: c` nests while it is being refused).
 */
function tooDeep(text: string, limit: number): number | null {
  const columns: number[] = [];
  let flow = 0;
  let offset = 0;
  let lineStart = 0;
  let opens = true;
  let onLine = 0;
  for (const token of new Lexer().lex(text)) {
    const kind = token === '' ? 'marker' : tokenKind(token);
    if (kind === 'marker') continue;
    if (token === '[' || token === '{') flow += 1;
    else if (token === ']' || token === '}') flow = Math.max(0, flow - 1);
    else if (token === ':' || token === '?') onLine += 1;
    if (kind === 'node') {
      const indicator = token === '-' || token === '?';
      if (flow === 0 && (opens || indicator)) {
        const column = offset - lineStart;
        while (columns.length > 0 && (columns.at(-1) ?? 0) > column) columns.pop();
        if (columns.at(-1) !== column) columns.push(column);
      }
      opens = indicator;
    }
    if (columns.length + flow + Math.max(0, onLine - 1) > limit) return offset;
    offset += token.length;
    const newline = token.lastIndexOf('\n');
    if (newline >= 0) {
      lineStart = offset - token.length + newline + 1;
      opens = true;
      onLine = 0;
    }
    if (flow > 0 && token === ',') onLine = 0;
  }
  return null;
}

/** Lexer markers take no room in the text; white space and comments open nothing. */
function tokenKind(token: string): 'marker' | 'space' | 'node' {
  const first = token[0];
  if (first === '\x02' || first === '\x18' || first === '\x1f') return 'marker';
  return first === ' ' || first === '\t' || first === '#' || first === '\n' || first === '\r' ? 'space' : 'node';
}
