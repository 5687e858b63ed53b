import { newBudget } from '../budget.ts';
import { PythonError, type Str, type Value } from '../value.ts';
import { truthOf } from './engine.ts';
import { parseLiteral } from './literal.ts';
import type { SyntaxOptions } from './syntax.ts';
import { slice } from './text.ts';

const PREFIX = '#jinja2:';

const FLAGS: Readonly<Record<string, 'trimBlocks' | 'lstripBlocks' | 'keepTrailingNewline'>> = {
  trim_blocks: 'trimBlocks',
  lstrip_blocks: 'lstripBlocks',
  keep_trailing_newline: 'keepTrailingNewline',
};
type Delimiter = 'blockStart' | 'blockEnd' | 'variableStart' | 'variableEnd' | 'commentStart' | 'commentEnd';
const DELIMITERS: Readonly<Record<string, Delimiter>> = {
  block_start_string: 'blockStart',
  block_end_string: 'blockEnd',
  variable_start_string: 'variableStart',
  variable_end_string: 'variableEnd',
  comment_start_string: 'commentStart',
  comment_end_string: 'commentEnd',
};

/** Takes a first line `#jinja2: lstrip_blocks: True, …` off a text and applies what it sets. @throws PythonError */
export function readOverrides(text: Str, syntax: SyntaxOptions): { body: Str; syntax: SyntaxOptions } {
  if (!text.text.startsWith(PREFIX)) return { body: text, syntax };
  const newline = text.text.indexOf('\n');
  const line = text.text.slice(PREFIX.length, newline < 0 ? -1 : newline);
  let own = syntax;
  for (const pair of line.split(',')) {
    const colon = pair.indexOf(':');
    if (colon < 0) throw new PythonError('syntax', `failed to parse jinja2 override '${pair.trim()}'`);
    const name = pair.slice(0, colon).trim();
    own = override(own, name, pair.slice(colon + 1).trim());
  }
  return { body: newline < 0 ? text : slice(text, newline + 1), syntax: own };
}

function override(syntax: SyntaxOptions, name: string, written: string): SyntaxOptions {
  const literal = {
    kind: 'str',
    text: written,
    segments: [{ length: written.length, origins: [] }],
    origins: [],
  } as const;
  const value: Value | string = parseLiteral(newBudget(), literal);
  if (typeof value === 'string') throw new PythonError('syntax', `failed to parse jinja2 override ${name}: ${written}`);
  const flag = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
  const truth = truthOf(value);
  if (flag && typeof truth === 'boolean') return { ...syntax, [flag]: truth };
  const delimiter = Object.hasOwn(DELIMITERS, name) ? DELIMITERS[name] : undefined;
  if (delimiter && value.kind === 'str' && value.text !== '') return { ...syntax, [delimiter]: value.text };
  throw new PythonError('syntax', `the jinja2 override ${name} is not evaluated`);
}
