import { modeOfText, octal } from '../ansible/file-mode.ts';
import { plainType } from '../ansible/yaml-scalar.ts';
import { valueToSet } from '../baseline/fix.ts';
import type { Control } from '../baseline/types.ts';
import { parseGoDuration } from '../kubelet/go-duration.ts';
import type { Json } from '../kubelet/types.ts';
import { type LineLiteral, lineLiterals } from './line-literals.ts';
import type { Finding } from './types.ts';

/**
 * A line with the literal a finding rests on replaced by what its fix sets; indentation, quotes, spelling of booleans and
 * the comment at its end stay. Null where the line holds no such literal, or several that could be meant.
 */
export function setLiteral(line: string, finding: Finding, control: Control): string | null {
  const literal = literalOf(line, finding, control);
  const value = literal && wanted(literal, finding, control);
  const text = literal && value ? written(value.value, literal) : null;
  if (!literal || text === null) return null;
  const changed = line.slice(0, literal.start) + text + line.slice(literal.end);
  return changed === line ? null : changed;
}

/** The literal with the value found, under the field's or flag's own name before any other; that only when it is alone. */
function literalOf(line: string, { path, actual }: Finding, { flags }: Control): LineLiteral | null {
  const own = valueOf(actual, path);
  const fitting = lineLiterals(line).filter(literal => says(literal, own, path));
  const flag = fitting.filter(({ given, name }) => given === 'flag' && (flags.includes(name) || name === path));
  const other = fitting.filter(({ given }) => given !== 'flag');
  const key = path.slice(path.lastIndexOf('.') + 1);
  const named = other.filter(({ name }) => name === key || name === path);
  const [meant = []] = [flag, named, other].filter(literals => literals.length > 0);
  return meant.length === 1 ? (meant[0] ?? null) : null;
}

/** The path's own value where a control looks at several at once. */
function valueOf(actual: Json, path: string): Json {
  if (actual === null || typeof actual !== 'object' || Array.isArray(actual)) return actual;
  return (actual as Readonly<Record<string, Json>>)[path] ?? null;
}

/** What the fix sets in place of the literal: of `owner:group` the part the literal's name asks for. */
function wanted({ name }: LineLiteral, { path }: Finding, { fix, check }: Control): Readonly<{ value: Json }> | null {
  const set = valueToSet(fix, path);
  if (!set || check.op !== 'owner-eq') return set;
  const [owner = '', group = ''] = String(set.value).split(':');
  if (name === 'owner' || name === 'group') return { value: name === 'owner' ? owner : group };
  return owner === group ? { value: owner } : null;
}

/** Whether a literal is a way to write the value. */
function says(literal: LineLiteral, actual: Json, path: string): boolean {
  const { text, style } = literal;
  if (Array.isArray(actual)) return JSON.stringify(itemsOf(text)) === JSON.stringify(actual.map(String));
  if (style === 'list' || actual === null || typeof actual === 'object') return false;
  if (typeof actual === 'boolean') return BOOLEANS.some(pair => pair[actual ? 0 : 1] === text);
  if (typeof actual === 'number') return text !== '' && Number(text) === actual;
  if (text === actual) return true;
  if (path.startsWith('/')) return modeOf(literal) === actual;
  const duration = parseGoDuration(text);
  return duration !== null && duration === parseGoDuration(String(actual));
}

const itemsOf = (text: string): readonly string[] =>
  text.split(',').map(item => item.trim().replace(/^(["'])(.*)\1$/, '$2'));

/** A file mode as octal digits; a plain YAML number without a leading zero is decimal. */
function modeOf({ given, style, text }: LineLiteral): string | null {
  const isDecimal = given === ':' && style === 'plain' && /^[1-9]\d*$/.test(text);
  return isDecimal ? octal(Number(text)) : modeOfText(text);
}

/** Spellings of true and false that go together. */
const BOOLEANS = [
  ['true', 'false'],
  ['True', 'False'],
  ['TRUE', 'FALSE'],
  ['yes', 'no'],
  ['Yes', 'No'],
  ['YES', 'NO'],
  ['on', 'off'],
  ['On', 'Off'],
  ['ON', 'OFF'],
] as const;

/** A value in the style of the literal it replaces, or null where that style cannot hold it. */
function written(value: Json, literal: LineLiteral): string | null {
  const text = textOf(value, literal);
  if (text === null || /["'\\\n{}]/.test(text)) return null;
  switch (literal.style) {
    case 'double':
      return `"${text}"`;
    case 'single':
      return `'${text}'`;
    case 'list':
      return `[${text}]`;
    case 'plain':
      if (literal.given !== ':') return /[\s#]/.test(text) ? null : text;
      return typeof value === 'string' && !isPlain(text) ? `"${text}"` : text;
  }
}

function textOf(value: Json, { style, text }: LineLiteral): string | null {
  if (Array.isArray(value)) {
    const isQuoted = /["']/.test(text);
    if (!value.every(item => typeof item === 'string') || (style === 'list' && isQuoted)) return null;
    return value.join(style === 'list' ? ', ' : ',');
  }
  if (value === null || typeof value === 'object' || style === 'list') return null;
  if (typeof value !== 'boolean') return String(value);
  const spelling = BOOLEANS.find(pair => pair.some(word => word === text));
  return spelling?.[value ? 0 : 1] ?? String(value);
}

/** Whether a text is itself as a plain YAML scalar. */
const isPlain = (text: string): boolean =>
  /^[\w/.][\w/.:-]*$/.test(text) && !text.endsWith(':') && plainType(text) === 'str';
