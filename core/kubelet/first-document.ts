/** The characters of a YAML stream's first document, and where they begin. */
export type FirstDocument =
  | Readonly<{ ok: true; text: string; start: number }>
  | Readonly<{ ok: false; message: string; offset: number }>;

const FORBIDDEN = /[^\t\n\r\x20-\x7E\x85\xA0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/**
 * Cuts a stream down to its first document: go-yaml never reads past the next `---` or `...`. Refuses what go-yaml
 * refuses before any content: control characters and a `%YAML` version other than 1.1.
 */
export function firstDocument(stream: string): FirstDocument {
  const bom = stream.startsWith('\uFEFF') ? 1 : 0;
  const forbidden = FORBIDDEN.exec(stream.slice(bom));
  if (forbidden)
    return { ok: false, message: 'yaml: control characters are not allowed', offset: bom + forbidden.index };
  let offset = bom;
  let start = bom;
  let content = false;
  for (const line of stream.slice(bom).split(/(?<=\n)/)) {
    const text = line.replace(/\r?\n$/, '');
    if (!content && text.startsWith('%')) {
      const version = /^%YAML[ \t]+(\S+)/.exec(text)?.[1];
      if (version !== undefined && version !== '1.1') {
        return { ok: false, message: 'yaml: found incompatible YAML document', offset };
      }
      start = offset + line.length;
    } else if (/^---([ \t]|$)/.test(text)) {
      if (content) return { ok: true, text: stream.slice(start, offset), start };
      content = true;
      start = offset + 3;
    } else if (/^\.\.\.([ \t]|$)/.test(text)) {
      return { ok: true, text: stream.slice(start, offset), start };
    } else if (!/^[ \t]*(#|$)/.test(text)) {
      content = true;
    }
    offset += line.length;
  }
  return { ok: true, text: stream.slice(start), start };
}
