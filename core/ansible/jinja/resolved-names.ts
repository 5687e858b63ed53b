import type { CallArguments, Expression, Statement, Target, Template } from './syntax.ts';

/**
 * Names that Jinja looks up as it enters a part of a template, whether the part then uses them or not: all that it
 * names outside the parts below it, in branches not taken too, but for those that are set there first or that belong to
 * a part around it (`jinja2.idtracking`, and `enter_frame` of its compiler).
 */
export type ResolvedNames = Readonly<{
  /** By the node that opens the part: a body, or the test of a loop. */
  of: (part: object) => readonly string[];
}>;

const known = new WeakMap<Template['body'], ResolvedNames>();

/** The names each part of a template looks up; worked out once for a parsed template. */
export function resolvedNames({ body }: Template): ResolvedNames {
  const before = known.get(body);
  if (before) return before;
  const found = new Map<object, readonly string[]>();
  analyse({ key: body, parent: null, parameters: [], visit: symbols => symbols.statements(body) }, found);
  const names: ResolvedNames = { of: part => found.get(part) ?? [] };
  known.set(body, names);
  return names;
}

/** A part with a frame of its own. `key`: the node it is asked for by. */
type Part = Readonly<{
  key: object;
  parent: Symbols | null;
  parameters: readonly string[];
  visit: (symbols: Symbols) => void;
}>;

/** Parts below come when their parent is known whole: a name it uses later is its own as well. */
function analyse(root: Part, found: Map<object, readonly string[]>): void {
  const open: Part[] = [root];
  for (let part = open.pop(); part; part = open.pop()) {
    const symbols = new Symbols(part.parent);
    for (const parameter of part.parameters) symbols.store(parameter);
    part.visit(symbols);
    if (symbols.resolved.size > 0) found.set(part.key, [...symbols.resolved]);
    open.push(...symbols.below);
  }
}

class Symbols {
  readonly #parent: Symbols | null;
  readonly below: Part[];
  #known = new Set<string>();
  #stored = new Set<string>();
  resolved = new Set<string>();

  constructor(parent: Symbols | null, below: Part[] = []) {
    this.#parent = parent;
    this.below = below;
  }

  #knows(name: string): boolean {
    return this.#known.has(name) || this.#knownAround(name);
  }

  #knownAround(name: string): boolean {
    return this.#parent !== null && this.#parent.#knows(name);
  }

  #load(name: string): void {
    if (this.#knows(name)) return;
    this.#known.add(name);
    this.resolved.add(name);
  }

  store(name: string): void {
    this.#stored.add(name);
    this.#known.add(name);
  }

  /** A branch sees what was named before it; what it names is this part's, what it alone sets may stay unset. */
  #branches(branches: readonly ((symbols: Symbols) => void)[]): void {
    const made = branches.map(visit => {
      const branch = new Symbols(this.#parent, this.below);
      branch.#known = new Set(this.#known);
      branch.#stored = new Set(this.#stored);
      visit(branch);
      return branch;
    });
    const before = new Set(this.#stored);
    for (const branch of made) {
      for (const name of branch.resolved) this.resolved.add(name);
      for (const name of branch.#known) this.#known.add(name);
      for (const name of branch.#stored) this.#stored.add(name);
    }
    for (const name of this.#stored) if (!before.has(name) && !this.#knownAround(name)) this.resolved.add(name);
  }

  #part(key: object, parameters: readonly string[], visit: (symbols: Symbols) => void): void {
    this.below.push({ key, parent: this, parameters, visit });
  }

  statements(body: readonly Statement[]): void {
    for (const statement of body) this.#statement(statement);
  }

  #statement(statement: Statement): void {
    switch (statement.type) {
      case 'output':
      case 'do':
        return this.#expression(statement.expression);
      case 'if':
        return this.#if(statement.branches, statement.otherwise);
      case 'for':
        return this.#for(statement);
      case 'set':
        this.#expression(statement.value);
        return this.#target(statement.target);
      case 'set-block':
        this.#target(statement.target);
        return this.#part(statement.body, [], inner => {
          inner.statements(statement.body);
          if (statement.filter) inner.#expression(statement.filter);
        });
      case 'macro':
        this.store(statement.name);
        return this.#macro(statement);
      case 'call-block':
        this.#expression(statement.call);
        return this.#macro(statement);
      case 'filter-block':
        this.#expression(statement.filter);
        return this.#part(statement.body, [], inner => inner.statements(statement.body));
      case 'with':
        for (const [, value] of statement.assignments) this.#expression(value);
        return this.#part(statement.body, [], inner => {
          for (const [target] of statement.assignments) inner.#target(target);
          inner.statements(statement.body);
        });
      case 'include':
      case 'extends':
        return this.#expression(statement.template);
      case 'import':
        this.#expression(statement.template);
        return this.store(statement.name);
      case 'from-import':
        this.#expression(statement.template);
        for (const [, alias] of statement.names) this.store(alias);
        return;
      case 'block':
        this.below.push({
          key: statement.body,
          parent: null,
          parameters: ['self', 'super'],
          visit: inner => inner.statements(statement.body),
        });
        return;
      case 'data':
      case 'break':
      case 'continue':
        return;
    }
  }

  #if(
    branches: readonly Readonly<{ test: Expression; body: readonly Statement[] }>[],
    otherwise: readonly Statement[],
  ) {
    const [first, ...others] = branches;
    if (!first) return;
    this.#expression(first.test);
    const elses = others.map(
      ({ test, body }) =>
        (symbols: Symbols) =>
          symbols.#if([{ test, body }], []),
    );
    this.#branches([
      symbols => symbols.statements(first.body),
      symbols => {
        for (const visit of elses) visit(symbols);
      },
      symbols => symbols.statements(otherwise),
    ]);
  }

  #for(statement: Statement & { type: 'for' }): void {
    this.#expression(statement.iterable);
    const { test, body, otherwise } = statement;
    const targets = namesOf(statement.target);
    if (test) this.#part(test, targets, inner => inner.#expression(test));
    this.#part(body, ['loop', ...targets], inner => inner.statements(body));
    if (otherwise.length > 0) this.#part(otherwise, [], inner => inner.statements(otherwise));
  }

  #macro({ signature, body }: Statement & { type: 'macro' | 'call-block' }): void {
    this.#part(body, ['caller', 'kwargs', 'varargs', ...signature.parameters], inner => {
      for (const preset of signature.defaults) inner.#expression(preset);
      inner.statements(body);
    });
  }

  #target(target: Target): void {
    if (target.type === 'attribute') return this.#load(target.of);
    for (const name of namesOf(target)) this.store(name);
  }

  #expression(expression: Expression): void {
    switch (expression.type) {
      case 'constant':
        return;
      case 'name':
        return this.#load(expression.name);
      case 'tuple':
      case 'list':
        return this.#expressions(expression.items);
      case 'dict':
        return this.#expressions(expression.pairs.flat());
      case 'conditional':
        return this.#expressions([expression.test, expression.whenTrue, expression.otherwise]);
      case 'and':
      case 'or':
      case 'binary':
        return this.#expressions([expression.left, expression.right]);
      case 'not':
      case 'unary':
        return this.#expression(expression.operand);
      case 'compare':
        return this.#expressions([expression.first, ...expression.rest.map(({ operand }) => operand)]);
      case 'concat':
        return this.#expressions(expression.parts);
      case 'attribute':
        return this.#expression(expression.of);
      case 'item':
        return this.#expressions([expression.of, expression.index]);
      case 'slice':
        return this.#expressions([expression.start, expression.stop, expression.step]);
      case 'call':
        this.#expression(expression.callee);
        return this.#arguments(expression.args);
      case 'filter':
      case 'test':
        this.#expressions([expression.input]);
        return this.#arguments(expression.args);
    }
  }

  #expressions(expressions: readonly (Expression | null)[]): void {
    for (const expression of expressions) if (expression) this.#expression(expression);
  }

  #arguments({ positional, named, spread, spreadNamed }: CallArguments): void {
    this.#expressions([...positional, ...named.map(([, value]) => value), spread, spreadNamed]);
  }
}

function namesOf(target: Target): readonly string[] {
  if (target.type === 'tuple') return target.items.flatMap(namesOf);
  return target.type === 'name' ? [target.name] : [];
}
