import type { RenderedText } from '../source/rope.ts';
import { joinTexts, literalText, sliceText, trimText } from './rendered-text.ts';

/** One `Key=value` of a unit or drop-in, continuation lines joined. */
export type UnitSetting = Readonly<{ section: string; key: string; value: RenderedText }>;

/**
 * The settings of a unit file in order (systemd.syntax(7), `config_parse`): a backslash at the end of a line joins
 * the next one with a blank, comment lines between them are skipped, white space around `=` and at line ends does not
 * count. What is no setting is skipped.
 */
export function unitSettings(unit: RenderedText): readonly UnitSetting[] {
  const settings: UnitSetting[] = [];
  let section = '';
  let parts: RenderedText[] = [];
  const finish = (): void => {
    const line = joinTexts(parts);
    parts = [];
    const header = /^\s*\[([^\]]*)\]\s*$/.exec(line.text);
    if (header) {
      section = header[1] ?? '';
      return;
    }
    const setting = /^\s*([A-Za-z][\w-]*)\s*=/.exec(line.text);
    if (!setting) return;
    const value = trimText(sliceText(line, setting[0].length, line.text.length));
    settings.push({ section, key: setting[1] ?? '', value });
  };
  for (const { start, end } of lineSpans(unit.text)) {
    const text = unit.text.slice(start, end);
    if (/^\s*[#;]/.test(text)) continue;
    if (/^\s*$/.test(text) && parts.length === 0) continue;
    const continued = text.endsWith('\\');
    parts.push(sliceText(unit, start, continued ? end - 1 : end));
    if (continued) parts.push(literalText(' '));
    else finish();
  }
  if (parts.length > 0) finish();
  return settings;
}

/** Lines of a text without their line breaks. */
export function* lineSpans(text: string): Generator<Readonly<{ start: number; end: number }>> {
  for (let start = 0; start < text.length; ) {
    const at = text.indexOf('\n', start);
    const end = at < 0 ? text.length : at;
    yield { start, end: text[end - 1] === '\r' && end > start ? end - 1 : end };
    start = end + 1;
  }
}
