import { bool, float, int, none, str } from '../value.ts';
import { SyntaxFailure } from './lexer.ts';
import type { BinaryOperator, CallArguments, Comparator, Comparison, Expression } from './syntax.ts';
import { describe, type TokenStream } from './token-stream.ts';

const NO_ARGUMENTS: CallArguments = { positional: [], named: [], spread: null, spreadNamed: null };

/** `expr` with inline `if`. */
export function parseExpression(stream: TokenStream): Expression {
  return stream.nested(() => parseConditional(stream));
}

/** One or more expressions with commas between them; more than one make a tuple. */
export function parseTuple(
  stream: TokenStream,
  options: Readonly<{ inlineIf?: boolean; stopAt?: readonly string[]; mayBeEmpty?: boolean }> = {},
): Expression {
  const { at } = stream.current;
  const items: Expression[] = [];
  let isTuple = false;
  for (;;) {
    if (items.length > 0) stream.expectOperator(',');
    if (endsTuple(stream, options.stopAt ?? [])) break;
    items.push(options.inlineIf === false ? parseOr(stream) : parseExpression(stream));
    if (!stream.isOperator(',')) break;
    isTuple = true;
  }
  const [first] = items;
  if (!isTuple && first) return first;
  if (!isTuple && !options.mayBeEmpty) {
    throw new SyntaxFailure(`Expected an expression, got '${describe(stream.current)}'`, stream.current.at);
  }
  return { type: 'tuple', items, at };
}

function endsTuple(stream: TokenStream, stopAt: readonly string[]): boolean {
  const { type } = stream.current;
  return type === 'variable_end' || type === 'block_end' || stream.isOperator(')') || stream.isName(...stopAt);
}

function parseConditional(stream: TokenStream): Expression {
  let expression = parseOr(stream);
  while (stream.isName('if')) {
    const { at } = stream.next();
    const test = parseOr(stream);
    const otherwise = stream.skipName('else') ? parseExpression(stream) : null;
    expression = { type: 'conditional', test, whenTrue: expression, otherwise, at };
  }
  return expression;
}

function parseOr(stream: TokenStream): Expression {
  let left = parseAnd(stream);
  while (stream.isName('or')) {
    const { at } = stream.next();
    left = { type: 'or', left, right: parseAnd(stream), at };
  }
  return left;
}

function parseAnd(stream: TokenStream): Expression {
  let left = parseNot(stream);
  while (stream.isName('and')) {
    const { at } = stream.next();
    left = { type: 'and', left, right: parseNot(stream), at };
  }
  return left;
}

function parseNot(stream: TokenStream): Expression {
  if (!stream.isName('not')) return parseCompare(stream);
  const { at } = stream.next();
  return stream.nested(() => ({ type: 'not', operand: parseNot(stream), at }));
}

function parseCompare(stream: TokenStream): Expression {
  const { at } = stream.current;
  const first = parseSum(stream);
  const rest: Comparison[] = [];
  for (;;) {
    const operator = takeComparator(stream);
    if (operator === null) break;
    rest.push({ operator, operand: parseSum(stream) });
  }
  return rest.length === 0 ? first : { type: 'compare', first, rest, at };
}

function takeComparator(stream: TokenStream): Comparator | null {
  const token = stream.current;
  if (stream.isOperator('==', '!=', '<', '>', '<=', '>=')) {
    stream.next();
    return (token.type === 'operator' ? token.text : '==') as Comparator;
  }
  if (stream.skipName('in')) return 'in';
  const { following } = stream;
  if (stream.isName('not') && following.type === 'name' && following.text === 'in') {
    stream.next();
    stream.next();
    return 'not in';
  }
  return null;
}

function parseSum(stream: TokenStream): Expression {
  return parseBinary(stream, ['+', '-'], parseConcat);
}

function parseConcat(stream: TokenStream): Expression {
  const { at } = stream.current;
  const parts = [parseProduct(stream)];
  while (stream.skipOperator('~')) parts.push(parseProduct(stream));
  const [only] = parts;
  return parts.length === 1 && only ? only : { type: 'concat', parts, at };
}

function parseProduct(stream: TokenStream): Expression {
  return parseBinary(stream, ['*', '/', '//', '%'], parsePower);
}

function parsePower(stream: TokenStream): Expression {
  return parseBinary(stream, ['**'], parseUnary);
}

function parseBinary(
  stream: TokenStream,
  operators: readonly BinaryOperator[],
  operand: (stream: TokenStream) => Expression,
): Expression {
  let left = operand(stream);
  while (stream.isOperator(...operators)) {
    const token = stream.next();
    const operator = (token.type === 'operator' ? token.text : '+') as BinaryOperator;
    left = { type: 'binary', operator, left, right: operand(stream), at: token.at };
  }
  return left;
}

function parseUnary(stream: TokenStream): Expression {
  return stream.nested(() => parseFilters(stream, parseSigned(stream)));
}

function parseSigned(stream: TokenStream): Expression {
  const { at } = stream.current;
  const operator = stream.isOperator('-') ? '-' : stream.isOperator('+') ? '+' : null;
  if (operator === null) return parsePostfix(stream, parsePrimary(stream));
  stream.next();
  const operand = stream.nested(() => parseSigned(stream));
  return parsePostfix(stream, { type: 'unary', operator, operand, at });
}

/** A name, a literal, or something in brackets. */
export function parsePrimary(stream: TokenStream): Expression {
  const token = stream.current;
  const { at } = token;
  switch (token.type) {
    case 'name':
      stream.next();
      return parseName(token.text, at);
    case 'string': {
      let text = '';
      for (let part = stream.current; part.type === 'string'; part = stream.current) {
        text += part.text;
        stream.next();
      }
      return { type: 'constant', value: str(text), at };
    }
    case 'integer':
      stream.next();
      return { type: 'constant', value: int(token.value), at };
    case 'float':
      stream.next();
      return { type: 'constant', value: float(token.value), at };
    default:
      return stream.nested(() => parseBracketed(stream));
  }
}

function parseName(name: string, at: number): Expression {
  switch (name) {
    case 'true':
    case 'True':
      return { type: 'constant', value: bool(true), at };
    case 'false':
    case 'False':
      return { type: 'constant', value: bool(false), at };
    case 'none':
    case 'None':
      return { type: 'constant', value: none(), at };
    default:
      return { type: 'name', name, at };
  }
}

function parseBracketed(stream: TokenStream): Expression {
  const { at } = stream.current;
  if (stream.skipOperator('(')) {
    const inner = parseTuple(stream, { mayBeEmpty: true });
    stream.expectOperator(')');
    return inner;
  }
  if (stream.skipOperator('[')) {
    const items: Expression[] = [];
    while (!stream.isOperator(']')) {
      if (items.length > 0) stream.expectOperator(',');
      if (stream.isOperator(']')) break;
      items.push(parseExpression(stream));
    }
    stream.expectOperator(']');
    return { type: 'list', items, at };
  }
  if (stream.skipOperator('{')) {
    const pairs: [Expression, Expression][] = [];
    while (!stream.isOperator('}')) {
      if (pairs.length > 0) stream.expectOperator(',');
      if (stream.isOperator('}')) break;
      const key = parseExpression(stream);
      stream.expectOperator(':');
      pairs.push([key, parseExpression(stream)]);
    }
    stream.expectOperator('}');
    return { type: 'dict', pairs, at };
  }
  throw new SyntaxFailure(`unexpected '${describe(stream.current)}'`, at);
}

function parsePostfix(stream: TokenStream, start: Expression): Expression {
  let expression = start;
  for (;;) {
    if (stream.isOperator('.', '[')) expression = parseSubscript(stream, expression);
    else if (stream.isOperator('(')) expression = parseCall(stream, expression);
    else return expression;
  }
}

function parseFilters(stream: TokenStream, start: Expression): Expression {
  let expression = start;
  for (;;) {
    if (stream.isOperator('|')) expression = parseFilter(stream, expression);
    else if (stream.isName('is')) expression = parseTest(stream, expression);
    else if (stream.isOperator('(')) expression = parseCall(stream, expression);
    else return expression;
  }
}

function parseSubscript(stream: TokenStream, of: Expression): Expression {
  const { at } = stream.current;
  if (stream.skipOperator('.')) {
    const name = stream.next();
    if (name.type === 'name') return { type: 'attribute', of, name: name.text, at };
    if (name.type !== 'integer') throw new SyntaxFailure('expected name or number', name.at);
    return { type: 'item', of, index: { type: 'constant', value: int(name.value), at }, at };
  }
  stream.expectOperator('[');
  const indexes: Expression[] = [];
  while (!stream.isOperator(']')) {
    if (indexes.length > 0) stream.expectOperator(',');
    indexes.push(parseIndex(stream));
  }
  stream.expectOperator(']');
  const [only] = indexes;
  return { type: 'item', of, index: indexes.length === 1 && only ? only : { type: 'tuple', items: indexes, at }, at };
}

function parseIndex(stream: TokenStream): Expression {
  const { at } = stream.current;
  let start: Expression | null = null;
  if (!stream.isOperator(':')) {
    start = parseExpression(stream);
    if (!stream.isOperator(':')) return start;
  }
  stream.expectOperator(':');
  const stop = stream.isOperator(':', ']', ',') ? null : parseExpression(stream);
  const step = stream.skipOperator(':') && !stream.isOperator(']', ',') ? parseExpression(stream) : null;
  return { type: 'slice', start, stop, step, at };
}

function parseCall(stream: TokenStream, callee: Expression): Expression & { type: 'call' } {
  const { at } = stream.current;
  return { type: 'call', callee, args: parseArguments(stream), at };
}

function parseArguments(stream: TokenStream): CallArguments {
  stream.expectOperator('(');
  const positional: Expression[] = [];
  const named: [string, Expression][] = [];
  let spread: Expression | null = null;
  let spreadNamed: Expression | null = null;
  for (let first = true; !stream.isOperator(')'); first = false) {
    if (!first) stream.expectOperator(',');
    if (stream.isOperator(')')) break;
    const { current, following } = stream;
    if (stream.skipOperator('*')) spread = parseExpression(stream);
    else if (stream.skipOperator('**')) spreadNamed = parseExpression(stream);
    else if (current.type === 'name' && following.type === 'operator' && following.text === '=') {
      stream.next();
      stream.next();
      named.push([current.text, parseExpression(stream)]);
    } else if (named.length > 0 || spread || spreadNamed) {
      throw new SyntaxFailure('invalid syntax for function call expression', current.at);
    } else positional.push(parseExpression(stream));
  }
  stream.expectOperator(')');
  return { positional, named, spread, spreadNamed };
}

function parseDottedName(stream: TokenStream): string {
  let name = stream.expectName().text;
  while (stream.skipOperator('.')) name += `.${stream.expectName().text}`;
  return name;
}

function parseFilter(stream: TokenStream, input: Expression | null): Expression {
  const { at } = stream.expectOperator('|');
  return parseFilterName(stream, input, at);
}

/** A filter by name, without the bar before it. */
export function parseFilterName(stream: TokenStream, input: Expression | null, at: number): Expression {
  const name = parseDottedName(stream);
  const args = stream.isOperator('(') ? parseArguments(stream) : NO_ARGUMENTS;
  return { type: 'filter', input, name, args, at };
}

/** Further filters after the first one of a filter or set block. */
export function parseFilterChain(stream: TokenStream, first: Expression | null): Expression | null {
  let filter = first;
  while (stream.isOperator('|')) filter = parseFilter(stream, filter);
  return filter;
}

function parseTest(stream: TokenStream, input: Expression): Expression {
  const { at } = stream.expectName('is');
  const negated = stream.skipName('not');
  const name = parseDottedName(stream);
  const test: Expression = { type: 'test', input, name, args: parseTestArguments(stream), at };
  return negated ? { type: 'not', operand: test, at } : test;
}

function parseTestArguments(stream: TokenStream): CallArguments {
  if (stream.isOperator('(')) return parseArguments(stream);
  const { type } = stream.current;
  const starts =
    type === 'name' || type === 'string' || type === 'integer' || type === 'float' || stream.isOperator('[', '{');
  if (!starts || stream.isName('else', 'or', 'and')) return NO_ARGUMENTS;
  if (stream.isName('is')) throw new SyntaxFailure('You cannot chain multiple tests with is', stream.current.at);
  const argument = parsePostfix(stream, parsePrimary(stream));
  return { ...NO_ARGUMENTS, positional: [argument] };
}
