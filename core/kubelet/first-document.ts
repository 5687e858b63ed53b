/** The characters of a YAML stream's first document, where they begin, and where content follows that is never read. */
export type FirstDocument =
  | Readonly<{ ok: true; text: string; start: number; unread: number | null }>
  | Readonly<{ ok: false; message: string; offset: number }>;

const FORBIDDEN = /[^\t\n\r\x20-\x7E\x85\xA0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/**
 * Cuts a stream down to its first document: go-yaml never reads past the next `---` or `...`. Refuses what go-yaml
 * refuses before any content: control characters and directives other than `%YAML 1.1` and `%TAG`.
 */
export function firstDocument(stream: string): FirstDocument {
  const bom = stream.startsWith('\uFEFF') ? 1 : 0;
  const forbidden = FORBIDDEN.exec(stream.slice(bom));
  if (forbidden)
    return { ok: false, message: 'yaml: control characters are not allowed', offset: bom + forbidden.index };
  let offset = bom;
  let start = bom;
  let content = false;
  let directive: number | null = null;
  for (const line of stream.slice(bom).split(/(?<=\n)/)) {
    const text = line.replace(/\r?\n$/, '');
    if (!content && text.startsWith('%')) {
      if (!/^%(YAML[ \t]+1\.1|TAG[ \t]+\S+[ \t]+\S+)[ \t]*(#.*)?$/.test(text)) {
        const incompatible = /^%YAML[ \t]+\d+\.\d+[ \t]*(#.*)?$/.test(text);
        return {
          ok: false,
          message: `yaml: found ${incompatible ? 'incompatible YAML document' : 'unknown directive name'}`,
          offset,
        };
      }
      directive = offset;
      start = offset + line.length;
    } else if (/^---([ \t]|$)/.test(text)) {
      if (content) return { ok: true, text: stream.slice(start, offset), start, unread: contentAfter(stream, offset) };
      content = true;
      directive = null;
      start = offset + 3;
    } else if (/^\.\.\.([ \t]|$)/.test(text)) {
      return { ok: true, text: stream.slice(start, offset), start, unread: contentAfter(stream, offset) };
    } else if (!/^[ \t]*(#|$)/.test(text)) {
      if (directive !== null)
        return { ok: false, message: 'yaml: did not find expected <document start>', offset: directive };
      content = true;
    }
    offset += line.length;
  }
  return { ok: true, text: stream.slice(start), start, unread: null };
}

/** Offset of the first line from `offset` on that is neither blank, comment nor a bare marker; null when there is none. */
function contentAfter(stream: string, offset: number): number | null {
  const found = /^(?!(?:---|\.\.\.)?[ \t]*(?:#.*)?\r?$)/m.exec(stream.slice(offset));
  return found ? offset + found.index : null;
}
