import type { Survey } from '../survey.ts';
import { isVariableFile } from './variable-definitions.ts';

/** Texts between braces of Jinja. */
const BRACES = /\{\{[\s\S]{1,4000}?\}\}|\{%[\s\S]{1,4000}?%\}/g;
/** Keywords whose values are expressions without braces, with the lines that belong to them. */
const BARE =
  /^([ \t]*)(?:-[ \t]+)?(?:when|failed_when|changed_when|until|that|var|loop|with_\w+)[ \t]*[:=](.*(?:\n(?:\1[ \t]+\S.*|\1-[ \t].*|[ \t]*(?=\n)))*)/gm;
const INLINE_VAR = /\bvar=(\w+)/g;
const NAME = /(?<![\w'"])[A-Za-z_]\w*/g;
const QUOTED_NAME = /(?:\[|lookup\(['"]vars['"],[ \t]*|vars\.)['"]?([A-Za-z_]\w*)/g;

/**
 * Every name that tasks, plays and templates of the repository use in an expression, and the names that the variables
 * they use are made of. Templates of a role without tasks are read by nobody.
 */
export function namesRead({ naming }: Survey): ReadonlySet<string> {
  const withTasks = new Set(naming.flatMap(({ path }) => /^(.*?)(?:^|\/)tasks\//.exec(path)?.[1] ?? []));
  const read = new Set<string>();
  const variables = new Map<string, string[]>();
  for (const { path, text } of naming) {
    if (isVariableFile(path)) addVariables(variables, text);
    else if (isRun(path, withTasks)) for (const name of namesIn(text)) read.add(name);
  }
  for (const name of read)
    for (const text of variables.get(name) ?? []) for (const made of namesIn(text)) read.add(made);
  return read;
}

function isRun(path: string, withTasks: ReadonlySet<string>): boolean {
  const role = /^(.*\/)?roles\/.+?(?=\/templates\/)/.exec(path)?.[0];
  return role === undefined || withTasks.has(role);
}

/** Top-level keys of a file of variables with the text of what they are set to. */
function addVariables(variables: Map<string, string[]>, text: string): void {
  for (const block of text.split(/^(?=["']?[A-Za-z_]\w*["']?[ \t]*:)/m)) {
    const name = /^["']?([A-Za-z_]\w*)/.exec(block)?.[1];
    if (name !== undefined && block.includes('{')) variables.set(name, [...(variables.get(name) ?? []), block]);
  }
}

/** Names the expressions in a text use. */
export function* namesIn(text: string): Generator<string> {
  const expressions = [
    ...[...text.matchAll(BRACES)].map(match => match[0]),
    ...[...text.matchAll(BARE)].map(match => match[2] ?? ''),
  ];
  for (const expression of expressions) {
    for (const match of expression.matchAll(NAME)) yield match[0];
    for (const match of expression.matchAll(QUOTED_NAME)) yield match[1] ?? '';
  }
  for (const match of text.matchAll(INLINE_VAR)) yield match[1] ?? '';
}
