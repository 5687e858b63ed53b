/** A value written out on one line, and the name it is given to. */
export type LineLiteral = Readonly<{
  /** The key before `:` or `=` (`readOnlyPort`, a variable's name, a feature gate), or the flag (`--read-only-port`). */
  name: string;
  /** `:` of YAML and JSON, `=` of INI, units, gates and `key=value` arguments, `flag` of a command line. */
  given: ':' | '=' | 'flag';
  style: 'plain' | 'single' | 'double' | 'list';
  /** What stands between the quotes or brackets, or the plain text. */
  text: string;
  /** Where it begins and ends in the line, quotes and brackets included (UTF-16 units). */
  start: number;
  end: number;
}>;

/** Longer lines hold generated text: nobody wants them repeated in a comment. */
const LONGEST = 1000;

const QUOTED = `"([^"\\\\]*)"|'([^'\\\\]*)'`;
/** What a plain scalar begins with; commas are part of one that is not inside brackets. */
const WORD = '[\\w./~+-]';
const ASSIGNED = new RegExp(
  `(?<=^|[\\s{,])(["']?)([A-Za-z_][\\w./-]*)\\1(?:\\s*:\\s+|(?<=["']):)(?=(?:${QUOTED}|\\[([^\\][{}]*)\\]|(${WORD}[^\\s"'{}[\\]]*(?<!,)(?=\\s*$)|${WORD}[^\\s"'{},[\\]]*))\\s*(?:[,}]|$))`,
  'gd',
);
const EQUALLED = new RegExp(
  `(?<=^|[\\s{,"'=])()([A-Za-z_][\\w./-]*)\\s*=\\s*(?=(?:${QUOTED}|()|(${WORD}[^\\s"'{},[\\]=]*))(?:[\\s,}\\]"']|$))`,
  'gd',
);
const FLAG = new RegExp(
  `(?<![\\w-])()(--[a-z][\\w-]*)(?:=|\\s+)(?=(?:${QUOTED}|()|(?!--)([^\\s"'\\\\{}[\\]]*[^\\s"'\\\\{}[\\],]))(?:[\\s,\\]"'\\\\]|$))`,
  'gd',
);

/**
 * The literals of a line of YAML, JSON, INI, a systemd unit or a template of one of these, from left to right per way
 * of writing them. None of a comment, of a value that goes on over several lines and of one with template code in it.
 */
export function lineLiterals(line: string): readonly LineLiteral[] {
  if (line.length > LONGEST) return [];
  const code = withoutComment(line);
  return [...found(code, ASSIGNED, ':'), ...found(code, EQUALLED, '='), ...found(code, FLAG, 'flag')];
}

/** Up to a `#` at the start or after a space, outside quotes. */
function withoutComment(line: string): string {
  const code = /^(?:[^#"']|"[^"]*"|'[^']*'|(?<=\S)#)*/.exec(line)?.[0] ?? '';
  return code.length === line.length || line[code.length] === '#' ? code : line;
}

const STYLES = [
  [3, 'double'],
  [4, 'single'],
  [5, 'list'],
  [6, 'plain'],
] as const;

function found(code: string, form: RegExp, given: LineLiteral['given']): readonly LineLiteral[] {
  return [...code.matchAll(form)].flatMap(match => {
    const [, , name = ''] = match;
    for (const [index, style] of STYLES) {
      const span = match.indices?.[index];
      const text = match[index];
      if (!span || text === undefined || (style === 'list' && given !== ':')) continue;
      const around = style === 'plain' ? 0 : 1;
      return [{ name, given, style, text, start: span[0] - around, end: span[1] + around }];
    }
    return [];
  });
}
