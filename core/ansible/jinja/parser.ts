import type { Budget } from '../budget.ts';
import { spend } from '../budget.ts';
import { parseExpression, parseFilterChain, parseFilterName, parsePrimary, parseTuple } from './expression-parser.ts';
import { lex, SyntaxFailure } from './lexer.ts';
import type { Body, Expression, Signature, Statement, SyntaxOptions, Target, Template } from './syntax.ts';
import { describe, TokenStream } from './token-stream.ts';

/**
 * Parses a template's text (line ends `\n`) as Jinja 3.1 does.
 * @throws SyntaxFailure with the offset to blame
 * @throws OverLimit
 */
export function parseTemplate(text: string, options: SyntaxOptions, budget: Budget): Template {
  spend(budget, 1 + (text.length >> 4));
  const parser = new Parser(new TokenStream(lex(text, options), budget.limits), options);
  return { body: parser.template(), mutates: MUTATING_CALL.test(text), dumps: /to_(?:nice_)?yaml/.test(text) };
}
const MUTATING_CALL = /\.\s*(?:append|extend|insert|pop|remove|clear|sort|reverse|update|setdefault|popitem)\b/;

class Parser {
  readonly #stream: TokenStream;
  readonly #options: SyntaxOptions;
  /** Tags that are open, outermost first, each with the tags that may end it. */
  readonly #open: { tag: string; ends: readonly string[] }[] = [];

  constructor(stream: TokenStream, options: SyntaxOptions) {
    this.#stream = stream;
    this.#options = options;
  }

  template(): Body {
    return this.#statements([]);
  }

  /** Statements up to a tag in `ends`, which is left for the caller, or to the end of the template. */
  #statements(ends: readonly string[]): Body {
    return this.#stream.nested(() => {
      const body: Statement[] = [];
      for (;;) {
        const token = this.#stream.current;
        switch (token.type) {
          case 'eof':
            return body;
          case 'data':
            this.#stream.next();
            body.push({ type: 'data', at: token.at, end: token.end });
            break;
          case 'variable_begin': {
            this.#stream.next();
            const expression = parseTuple(this.#stream);
            this.#expect('variable_end');
            body.push({ type: 'output', expression, at: token.at });
            break;
          }
          default:
            this.#expect('block_begin');
            if (this.#stream.isName(...ends)) return body;
            body.push(...this.#statement());
            this.#expect('block_end');
        }
      }
    });
  }

  #expect(type: 'variable_end' | 'block_end' | 'block_begin'): void {
    const token = this.#stream.current;
    if (token.type !== type) throw this.#stream.expected(describe({ type, at: 0 }));
    this.#stream.next();
  }

  /** The body of `tag` up to one of `ends`; returns which one it was, already read. */
  #body(tag: string, ends: readonly string[]): { body: Body; end: string } {
    this.#stream.skipOperator(':');
    this.#expect('block_end');
    this.#open.push({ tag, ends });
    const body = this.#statements(ends);
    if (this.#stream.current.type === 'eof') throw this.#unfinished();
    this.#open.pop();
    const end = this.#stream.expectName().text;
    return { body, end };
  }

  #statement(): Statement[] {
    const token = this.#stream.current;
    if (token.type !== 'name') throw new SyntaxFailure('tag name expected', token.at);
    const { at } = token;
    if (token.text === 'print') return this.#print();
    const rule = this.#rule(token.text);
    if (!rule) throw this.#unknownTag(token.text, at);
    this.#stream.next();
    return [rule(at)];
  }

  #rule(tag: string): ((at: number) => Statement) | null {
    const { extensions } = this.#options;
    switch (tag) {
      case 'if':
        return at => this.#if(at);
      case 'for':
        return at => this.#for(at);
      case 'set':
        return at => this.#set(at);
      case 'macro':
        return at => this.#macro(at);
      case 'call':
        return at => this.#call(at);
      case 'filter':
        return at => this.#filter(at);
      case 'with':
        return at => this.#with(at);
      case 'include':
        return at => this.#include(at);
      case 'import':
        return at => this.#import(at);
      case 'from':
        return at => this.#from(at);
      case 'extends':
        return at => ({ type: 'extends', template: parseExpression(this.#stream), at });
      case 'block':
        return at => this.#block(at);
      case 'autoescape':
        return at => {
          parseExpression(this.#stream);
          return { type: 'with', assignments: [], body: this.#body('autoescape', ['endautoescape']).body, at };
        };
      case 'do':
        if (!extensions.some(name => name.endsWith('.do'))) return null;
        return at => ({ type: 'do', expression: parseTuple(this.#stream), at });
      case 'break':
      case 'continue':
        if (!extensions.some(name => name.endsWith('.loopcontrols'))) return null;
        return at => ({ type: tag, at });
      default:
        return null;
    }
  }

  #print(): Statement[] {
    this.#stream.next();
    const printed: Statement[] = [];
    while (this.#stream.current.type !== 'block_end') {
      if (printed.length > 0) this.#stream.expectOperator(',');
      const { at } = this.#stream.current;
      printed.push({ type: 'output', expression: parseExpression(this.#stream), at });
    }
    return printed;
  }

  #if(at: number): Statement {
    const branches: { test: Expression; body: Body }[] = [];
    for (;;) {
      const test = parseTuple(this.#stream, { inlineIf: false });
      const { body, end } = this.#body('if', ['elif', 'else', 'endif']);
      branches.push({ test, body });
      if (end === 'elif') continue;
      const otherwise = end === 'else' ? this.#body('if', ['endif']).body : [];
      return { type: 'if', branches, otherwise, at };
    }
  }

  #for(at: number): Statement {
    const target = this.#target(['in']);
    this.#stream.expectName('in');
    const iterable = parseTuple(this.#stream, { inlineIf: false, stopAt: ['recursive'] });
    const test = this.#stream.skipName('if') ? parseExpression(this.#stream) : null;
    const recursive = this.#stream.skipName('recursive');
    const { body, end } = this.#body('for', ['endfor', 'else']);
    const otherwise = end === 'else' ? this.#body('for', ['endfor']).body : [];
    return { type: 'for', target, iterable, test, recursive, body, otherwise, at };
  }

  #set(at: number): Statement {
    const target = this.#attributeTarget() ?? this.#target([]);
    if (this.#stream.skipOperator('=')) return { type: 'set', target, value: parseTuple(this.#stream), at };
    const filter = parseFilterChain(this.#stream, null);
    return { type: 'set-block', target, filter, body: this.#body('set', ['endset']).body, at };
  }

  #macro(at: number): Statement {
    const name = this.#stream.expectName().text;
    const signature = this.#signature();
    return { type: 'macro', name, signature, body: this.#body('macro', ['endmacro']).body, at };
  }

  #call(at: number): Statement {
    const signature = this.#stream.isOperator('(') ? this.#signature() : { parameters: [], defaults: [] };
    const call = parseExpression(this.#stream);
    if (call.type !== 'call') throw new SyntaxFailure('expected call', at);
    return { type: 'call-block', call, signature, body: this.#body('call', ['endcall']).body, at };
  }

  #filter(at: number): Statement {
    const filter = parseFilterChain(this.#stream, parseFilterName(this.#stream, null, at)) as Expression;
    return { type: 'filter-block', filter, body: this.#body('filter', ['endfilter']).body, at };
  }

  #with(at: number): Statement {
    const assignments: [Target, Expression][] = [];
    while (this.#stream.current.type !== 'block_end') {
      if (assignments.length > 0) this.#stream.expectOperator(',');
      const target = this.#target([]);
      this.#stream.expectOperator('=');
      assignments.push([target, parseExpression(this.#stream)]);
    }
    return { type: 'with', assignments, body: this.#body('with', ['endwith']).body, at };
  }

  #include(at: number): Statement {
    const template = parseExpression(this.#stream);
    const { following } = this.#stream;
    const ignoreMissing = this.#stream.isName('ignore') && following.type === 'name' && following.text === 'missing';
    if (ignoreMissing) {
      this.#stream.next();
      this.#stream.next();
    }
    return { type: 'include', template, ignoreMissing, context: this.#context(true), at };
  }

  #import(at: number): Statement {
    const template = parseExpression(this.#stream);
    this.#stream.expectName('as');
    const name = this.#stream.expectName().text;
    return { type: 'import', template, name, context: this.#context(false), at };
  }

  #from(at: number): Statement {
    const template = parseExpression(this.#stream);
    this.#stream.expectName('import');
    const names: [string, string][] = [];
    while (this.#stream.current.type === 'name' && !this.#startsContext()) {
      const name = this.#stream.expectName().text;
      names.push([name, this.#stream.skipName('as') ? this.#stream.expectName().text : name]);
      if (!this.#stream.skipOperator(',')) break;
    }
    return { type: 'from-import', template, names, context: this.#context(false), at };
  }

  #startsContext(): boolean {
    const { following } = this.#stream;
    return this.#stream.isName('with', 'without') && following.type === 'name' && following.text === 'context';
  }

  #context(otherwise: boolean): boolean {
    if (!this.#startsContext()) return otherwise;
    const included = this.#stream.isName('with');
    this.#stream.next();
    this.#stream.next();
    return included;
  }

  #block(at: number): Statement {
    const name = this.#stream.expectName().text;
    while (this.#stream.isName('scoped', 'required')) this.#stream.next();
    const { body } = this.#body('block', ['endblock']);
    this.#stream.skipName(name);
    return { type: 'block', name, body, at };
  }

  #signature(): Signature {
    const parameters: string[] = [];
    const defaults: Expression[] = [];
    this.#stream.expectOperator('(');
    while (!this.#stream.isOperator(')')) {
      if (parameters.length > 0) this.#stream.expectOperator(',');
      if (this.#stream.isOperator(')')) break;
      const parameter = this.#stream.expectName();
      parameters.push(parameter.text);
      if (this.#stream.skipOperator('=')) defaults.push(parseExpression(this.#stream));
      else if (defaults.length > 0)
        throw new SyntaxFailure('non-default argument follows default argument', parameter.at);
    }
    this.#stream.expectOperator(')');
    return { parameters, defaults };
  }

  #attributeTarget(): Target | null {
    const { following } = this.#stream;
    if (!(following.type === 'operator' && following.text === '.')) return null;
    const of = this.#stream.expectName().text;
    this.#stream.expectOperator('.');
    return { type: 'attribute', of, name: this.#stream.expectName().text };
  }

  #target(stopAt: readonly string[]): Target {
    const items: Target[] = [];
    let isTuple = false;
    for (;;) {
      if (items.length > 0) this.#stream.expectOperator(',');
      if (this.#stream.isOperator(')', '=') || this.#stream.isName(...stopAt)) break;
      items.push(this.#targetItem());
      if (!this.#stream.isOperator(',')) break;
      isTuple = true;
    }
    const [only] = items;
    return !isTuple && only ? only : { type: 'tuple', items };
  }

  #targetItem(): Target {
    if (this.#stream.skipOperator('(')) {
      const inner = this.#stream.nested(() => this.#target([]));
      this.#stream.expectOperator(')');
      return inner;
    }
    const primary = parsePrimary(this.#stream);
    if (primary.type === 'name') return { type: 'name', name: primary.name };
    throw new SyntaxFailure(`can't assign to '${primary.type}'`, primary.at);
  }

  #unknownTag(tag: string, at: number): SyntaxFailure {
    const inner = this.#open.at(-1);
    if (!inner) return new SyntaxFailure(`Encountered unknown tag '${tag}'.`, at);
    const wanted = inner.ends.map(end => `'${end}'`).join(' or ');
    return new SyntaxFailure(
      `Encountered unknown tag '${tag}'. Jinja was looking for the following tags: ${wanted}. ` +
        `The innermost block that needs to be closed is '${inner.tag}'.`,
      at,
    );
  }

  #unfinished(): SyntaxFailure {
    const inner = this.#open.at(-1);
    const wanted = inner?.ends.map(end => `'${end}'`).join(' or ') ?? '';
    return new SyntaxFailure(
      `Unexpected end of template. Jinja was looking for the following tags: ${wanted}. ` +
        `The innermost block that needs to be closed is '${inner?.tag}'.`,
      this.#stream.current.at,
    );
  }
}
