import { OverLimit } from '../budget.ts';
import { SyntaxFailure, type Token } from './lexer.ts';

/** The tokens of one template, read in order. Lives while the template is parsed. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;
  #nodes = 0;
  readonly #limits: Readonly<{ expressionNesting: number; templateNodes: number }>;

  constructor(tokens: readonly Token[], limits: Readonly<{ expressionNesting: number; templateNodes: number }>) {
    this.#tokens = tokens;
    this.#limits = limits;
  }

  get current(): Token {
    return this.#at(this.#index);
  }

  get following(): Token {
    return this.#at(this.#index + 1);
  }

  #at(index: number): Token {
    return this.#tokens[Math.min(index, this.#tokens.length - 1)] as Token;
  }

  next(): Token {
    const token = this.current;
    if (this.#index < this.#tokens.length - 1) this.#index += 1;
    this.#nodes += 1;
    if (this.#nodes > this.#limits.templateNodes)
      throw new OverLimit(`has more than ${this.#limits.templateNodes} parts`, token.at);
    return token;
  }

  isOperator(...texts: readonly string[]): boolean {
    const token = this.current;
    return token.type === 'operator' && texts.includes(token.text);
  }

  isName(...texts: readonly string[]): boolean {
    const token = this.current;
    return token.type === 'name' && texts.includes(token.text);
  }

  skipOperator(text: string): boolean {
    if (!this.isOperator(text)) return false;
    this.next();
    return true;
  }

  skipName(text: string): boolean {
    if (!this.isName(text)) return false;
    this.next();
    return true;
  }

  expectOperator(text: string): Token {
    if (!this.isOperator(text)) throw this.expected(text);
    return this.next();
  }

  expectName(text?: string): Token & { type: 'name' } {
    const token = this.current;
    if (token.type !== 'name' || (text !== undefined && token.text !== text)) throw this.expected(text ?? 'name');
    this.next();
    return token;
  }

  expected(what: string): SyntaxFailure {
    return new SyntaxFailure(`expected token '${what}', got '${describe(this.current)}'`, this.current.at);
  }

  /** Runs a recursive rule one level deeper. @throws OverLimit */
  nested<T>(rule: () => T): T {
    this.#depth += 1;
    if (this.#depth > this.#limits.expressionNesting)
      throw new OverLimit(`nests deeper than ${this.#limits.expressionNesting} levels`, this.current.at);
    try {
      return rule();
    } finally {
      this.#depth -= 1;
    }
  }
}

/** A token as Jinja names it in its messages. */
export function describe(token: Token): string {
  switch (token.type) {
    case 'block_end':
      return 'end of statement block';
    case 'variable_end':
      return 'end of print statement';
    case 'block_begin':
      return 'begin of statement block';
    case 'variable_begin':
      return 'begin of print statement';
    case 'eof':
      return 'end of template';
    case 'data':
      return 'template data';
    case 'integer':
    case 'float':
      return String(token.value);
    default:
      return token.text;
  }
}
