/** Escapes text for HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, one => `&#${one.charCodeAt(0)};`);
}

const ALLOWED_TAG = /^<(\/?)(br|sub|sup|kbd|b|i|em|strong|ins|del|samp)\s*\/?>$/i;
const KEPT = /\uE100(\d+)\uE101/g;

/**
 * Inline Markdown: code spans, bold, italic, strike, links with http(s) targets, a few harmless tags. Mentions become
 * links as on GitHub, so that a page shows whom a text would have pinged.
 */
function inline(text: string): string {
  const kept: string[] = [];
  const keep = (html: string) => `\uE100${kept.push(html) - 1}\uE101`;
  const html = text
    .replace(/(`+)([\s\S]*?[^`])\1(?!`)/g, (_, _ticks: string, code: string) =>
      keep(`<code>${escapeHtml(code.replace(/^ (.*) $/s, '$1'))}</code>`),
    )
    .replace(/\\([\\`*_{}[\]()#+\-.!|<>~@])/g, (_, one: string) => (one === '@' ? '@' : keep(escapeHtml(one))))
    .replace(/<[^<>]+>/g, tag => (ALLOWED_TAG.test(tag) ? keep(tag.toLowerCase()) : tag))
    .replace(/!\[([^\]]*)\]\([^)\s]*\)/g, (_, alt: string) => keep(`<em>[image: ${escapeHtml(alt)}]</em>`))
    .replace(/\[([^\]]+)\]\((?:<(https?:\/\/[^>\s]+)>|(https?:\/\/[^)\s]+))\)/g, (_, label: string, ...to: string[]) =>
      keep(`<a href="${escapeHtml(to[0] ?? to[1] ?? '')}" rel="nofollow">${inline(label)}</a>`),
    );
  return escapeHtml(html)
    .replace(/(^|[^\w/&#;])@([a-z\d](?:[a-z\d-]*[a-z\d])?(?:\/[\w-]+)?)/gi, '$1<a class="mention" href="#">@$2</a>')
    .replace(/\*\*(?=\S)([^*]+?)\*\*/g, '<strong>$1</strong>')
    .replace(/(^|[^\w*])\*(?=\S)([^*]+?)\*(?!\w)/g, '$1<em>$2</em>')
    .replace(/(^|[^\w])_(?=\S)([^_]+?)_(?!\w)/g, '$1<em>$2</em>')
    .replace(/~~([^~]+)~~/g, '<del>$1</del>')
    .replace(KEPT, (_, index: string) => kept[Number(index)] ?? '');
}

const FENCE = /^( {0,3})(`{3,}|~{3,})\s*([\w+-]*)/;
const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;

/** Cells of a table row; a pipe inside a code span or behind a backslash separates nothing. */
function cells(row: string): readonly string[] {
  const found = [''];
  let tick = false;
  const inner = row.trim().replace(/^\|/, '').replace(/\|$/, '');
  for (let index = 0; index < inner.length; index++) {
    const one = inner[index] ?? '';
    if (one === '\\' && inner[index + 1] === '|') {
      found.push(`${found.pop() ?? ''}|`);
      index += 1;
    } else if (one === '|' && !tick) {
      found.push('');
    } else {
      if (one === '`') tick = !tick;
      found.push((found.pop() ?? '') + one);
    }
  }
  return found.map(cell => cell.trim());
}

function table(rows: readonly string[]): string {
  const [head = '', , ...body] = rows;
  const row = (text: string, tag: string) =>
    `<tr>${cells(text)
      .map(cell => `<${tag}>${inline(cell)}</${tag}>`)
      .join('')}</tr>`;
  return `<table><thead>${row(head, 'th')}</thead><tbody>${body.map(one => row(one, 'td')).join('')}</tbody></table>`;
}

function list(rows: readonly string[]): string {
  const indent = ITEM.exec(rows[0] ?? '')?.[1]?.length ?? 0;
  const ordered = /^\s*\d/.test(rows[0] ?? '');
  const items: { text: string; below: string[] }[] = [];
  for (const row of rows) {
    const match = ITEM.exec(row);
    if (match && (match[1]?.length ?? 0) <= indent) items.push({ text: match[3] ?? '', below: [] });
    else items.at(-1)?.below.push(row);
  }
  const html = items.map(({ text, below }) => {
    const shift = Math.min(...below.filter(row => row.trim() !== '').map(row => row.length - row.trimStart().length));
    const inner = below.length === 0 ? '' : markdown(below.map(row => row.slice(shift)).join('\n'));
    const box = /^\[([ xX])\]\s+/.exec(text);
    const mark = box ? (box[1] === ' ' ? '☐ ' : '☑ ') : '';
    return `<li>${mark}${inline(box ? text.slice(box[0].length) : text)}${inner}</li>`;
  });
  return ordered ? `<ol>${html.join('')}</ol>` : `<ul>${html.join('')}</ul>`;
}

/**
 * A safe subset of GitHub's Markdown as HTML, for pages of the double: headings, paragraphs, lists, tables, quotes, rules,
 * fences, `<details>`. HTML comments vanish as on GitHub, all other HTML is shown as text.
 */
export function markdown(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const html: string[] = [];
  let index = 0;
  const takeWhile = (holds: (line: string) => boolean): readonly string[] => {
    const from = index;
    while (index < lines.length && holds(lines[index] ?? '')) index += 1;
    return lines.slice(from, index);
  };
  while (index < lines.length) {
    const line = lines[index] ?? '';
    const fence = FENCE.exec(line);
    const heading = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/.exec(line);
    const tag = /^\s*<(\/?(?:details|summary)(?: open)?)>/.exec(line);
    if (line.trim() === '') {
      index += 1;
    } else if (fence) {
      const [, , mark = '', info = ''] = fence;
      index += 1;
      const body = takeWhile(one => !(one.trim().startsWith(mark) && one.trim().replaceAll(mark.charAt(0), '') === ''));
      index += 1;
      const label = info === 'suggestion' ? '<span class="label">Suggested change</span>' : '';
      html.push(`<div class="fence ${escapeHtml(info)}">${label}<pre>${escapeHtml(body.join('\n'))}</pre></div>`);
    } else if (/^\s*<!--/.test(line)) {
      takeWhile(one => !one.includes('-->'));
      lines[index] = (lines[index] ?? '').replace(/^.*?-->/, '');
    } else if (heading) {
      const level = heading[1]?.length ?? 1;
      html.push(`<h${level}>${inline(heading[2] ?? '')}</h${level}>`);
      index += 1;
    } else if (tag) {
      const rest = line.trim().slice(tag[0].trim().length);
      const closed = /^(.*)<\/summary>(.*)$/.exec(rest);
      if (tag[1] === 'summary' && closed) {
        html.push(`<summary>${inline(closed[1] ?? '')}</summary>`);
        lines[index] = closed[2] ?? '';
      } else {
        html.push(`<${tag[1]}>`);
        lines[index] = rest;
      }
    } else if (/^ {0,3}([-*_])( *\1){2,} *$/.test(line)) {
      html.push('<hr>');
      index += 1;
    } else if (line.startsWith('>')) {
      const quoted = takeWhile(one => one.startsWith('>')).map(one => one.replace(/^> ?/, ''));
      const alert = /^\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]$/.exec(quoted[0] ?? '')?.[1];
      html.push(
        alert === undefined
          ? `<blockquote>${markdown(quoted.join('\n'))}</blockquote>`
          : `<blockquote class="alert ${alert.toLowerCase()}"><strong>${alert}</strong>${markdown(quoted.slice(1).join('\n'))}</blockquote>`,
      );
    } else if (
      line.includes('|') &&
      /^[\s|:-]*-[\s|:-]*$/.test(lines[index + 1] ?? '') &&
      (lines[index + 1] ?? '').includes('|')
    ) {
      html.push(table(takeWhile(one => one.includes('|') && one.trim() !== '')));
    } else if (ITEM.test(line)) {
      html.push(list(takeWhile(one => ITEM.test(one) || (/^\s{2,}/.test(one) && one.trim() !== ''))));
    } else {
      const paragraph = takeWhile(
        one => one.trim() !== '' && !FENCE.test(one) && !/^\s*(<!--|<\/?(details|summary)|#{1,6}\s|>)/.test(one),
      );
      if (paragraph.length === 0) index += 1;
      else html.push(`<p>${inline(paragraph.join('\n').replace(/<!--[\s\S]*?-->/g, '')).replaceAll('\n', '<br>')}</p>`);
    }
  }
  return html.join('\n');
}

/** Whom a text would ping: mentions outside code. */
export function mentionsIn(text: string): readonly string[] {
  return [...markdown(text).matchAll(/<a class="mention" href="#">@([^<]+)<\/a>/g)].map(match => match[1] ?? '');
}
