import { deeper, spend } from '../budget.ts';
import { isFixed } from '../fixed-values.ts';
import { isSince } from '../types.ts';
import {
  allOrigins,
  dict,
  type Entry,
  list,
  NeedsHost,
  none,
  PythonError,
  type Str,
  str,
  undefinedValue,
  type Value,
} from '../value.ts';
import { convert } from './convert.ts';
import { executeTemplate, joined } from './execute.ts';
import { type Frame, type Loaded, namesLookedUp, type Run, type Unit, worksOnCopies } from './frame.ts';
import { nativeValue, withLists } from './native.ts';
import { readOverrides } from './overrides.ts';
import { parseTemplate } from './parser.ts';
import { toText } from './python.ts';
import { nothingRemembered, ValueMemory } from './remembered-values.ts';
import type { ParsedTemplates, Scope } from './scope.ts';
import { ANSIBLE_SYNTAX, type SyntaxOptions, type Template } from './syntax.ts';
import { concat, originsOf, placeAt, slice, sourceOf } from './text.ts';
import { NeedsDecision } from './undecided.ts';

export function parsed(run: Run, templates: ParsedTemplates, text: string, syntax: SyntaxOptions): Template {
  const key = JSON.stringify(syntax);
  let texts = templates.get(key);
  if (!texts) templates.set(key, (texts = new Map()));
  let template = texts.get(text);
  if (!template) texts.set(text, (template = parseTemplate(text, syntax, run.budget)));
  return template;
}

/** Whether evaluating a value gives the value itself. */
function isPlain(value: Value): boolean {
  if (value.kind === 'str') return value.unsafe === true || !mayBeTemplate(value.text);
  return isFixed(value) || (value.kind !== 'list' && value.kind !== 'tuple' && value.kind !== 'dict');
}

/** Whether Ansible would take the text for a template at all. */
export function mayBeTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%') || text.includes('{#');
}

/** Templates the variables of a scope when they are asked for, each once. Lives for one outcome. */
export class Variables {
  readonly #run: Run;
  readonly #scope: Scope;
  readonly #templates: ParsedTemplates;
  readonly #values = new Map<string, Value | undefined>();
  readonly #active = new Set<string>();
  /** Is told what evaluations ask for. */
  readonly memory: ValueMemory;

  constructor(run: Run, scope: Scope, templates: ParsedTemplates) {
    this.#run = run;
    this.#scope = scope;
    this.#templates = templates;
    this.memory = new ValueMemory(run, scope.remembered ?? nothingRemembered(), {
      evaluated: name => this.get(name),
      raw: name => scope.lookup(name),
    });
  }

  /** A variable's evaluated value; undefined when there is none. @throws PythonError for a variable that needs itself */
  get(name: string): Value | undefined {
    const value = this.#values.has(name) ? this.#values.get(name) : this.#find(name);
    this.memory.evaluated(name, value);
    return value;
  }

  /**
   * Evaluates a variable only to fail as Ansible would. Where that hangs on an unknown condition or on what each host has
   * its own of, nothing is claimed.
   * @throws PythonError, OverLimit
   */
  attempt(name: string): void {
    if (this.#values.has(name)) return this.memory.evaluated(name, this.#values.get(name));
    const run = this.#run;
    const { at, decide } = run;
    const { depth } = run.budget;
    run.decide = () => {
      throw new NeedsDecision();
    };
    try {
      this.#find(name);
    } catch (error) {
      if (!(error instanceof NeedsDecision || error instanceof NeedsHost)) throw error;
      run.budget.depth = depth;
      this.memory.askedElse();
      return;
    } finally {
      run.decide = decide;
    }
    run.at = at;
    this.memory.evaluated(name, this.#values.get(name));
  }

  #find(name: string): Value | undefined {
    const raw = this.#scope.lookup(name) ?? this.#special(name);
    const value = raw && (isPlain(raw) ? raw : this.#evaluated(name, raw));
    this.#values.set(name, value);
    return value;
  }

  #special(name: string): Value | undefined {
    const names = this.#scope.names?.bind(this.#scope);
    if (name !== 'vars' || !names) return undefined;
    const keys = (): Iterable<string> => {
      this.memory.askedElse();
      return names();
    };
    return { kind: 'lazy', name: 'vars', get: key => this.get(key), keys, origins: [] };
  }

  #evaluated(name: string, raw: Value): Value {
    const recursive = this.#active.has(name);
    try {
      if (recursive)
        throw new PythonError('fails', `recursive loop detected: the variable ${name} needs its own value`);
      this.#active.add(name);
      return deeper(this.#run.budget, () => this.memory.valueOf(name, raw, () => this.#templated(name, raw)));
    } catch (error) {
      this.memory.askedElse();
      throw error;
    } finally {
      if (!recursive) this.#active.delete(name);
    }
  }

  /** A variable whose value needs something undefined is undefined itself. */
  #templated(name: string, raw: Value): Value {
    const { at } = this.#run;
    const { depth } = this.#run.budget;
    try {
      return this.template(raw);
    } catch (error) {
      if (!(error instanceof PythonError) || error instanceof NeedsDecision) throw error;
      const instead = error.reason === 'undefined' ? undefined : this.#scope.instead?.(name, raw, error.message);
      if (error.reason !== 'undefined' && !instead) throw error;
      this.#run.budget.depth = depth;
      this.#run.at = at;
      if (instead) {
        this.memory.askedElse();
        return instead;
      }
      return undefinedValue(
        name,
        `${error.message} (needed by the variable ${name}${definedAt(raw)})`,
        allOrigins(raw),
      );
    }
  }

  /** The value with all templates in it evaluated, as Ansible's `Templar.template`. @throws PythonError, OverLimit */
  template(value: Value): Value {
    spend(this.#run.budget);
    if (isFixed(value)) return value;
    switch (value.kind) {
      case 'str':
        return value.unsafe || !mayBeTemplate(value.text) ? value : this.#text(value);
      case 'list':
        return deeper(this.#run.budget, () =>
          list(
            value.items.map(item => this.#part(item)),
            value.origins,
          ),
        );
      case 'tuple':
        return deeper(this.#run.budget, () =>
          list(
            value.items.map(item => this.#part(item)),
            value.origins,
          ),
        );
      case 'dict':
        return deeper(this.#run.budget, () => {
          const pairs = [...value.entries.values()].map(([key, item]): Entry => [key, this.#part(item)]);
          return dict(pairs, value.origins);
        });
      default:
        return value;
    }
  }

  #part(value: Value): Value {
    if (isPlain(value)) return value;
    if (!isSince(this.#run.ansible, '2.19')) return this.memory.partOf(value, () => this.template(value));
    const { at, budget } = this.#run;
    const { depth } = budget;
    try {
      return this.memory.partOf(value, () => this.template(value));
    } catch (error) {
      if (!(error instanceof PythonError) || error instanceof NeedsDecision) throw error;
      budget.depth = depth;
      this.#run.at = at;
      return this.#failing(value, error);
    }
  }

  /** Since ansible-core 2.19 items of lists and mappings are evaluated as they are asked for. */
  #failing(raw: Value, { reason, message }: PythonError): Value {
    const missing = undefinedValue('', `${message}${definedAt(raw)}`, allOrigins(raw));
    if (reason === 'undefined') return missing;
    this.memory.askedElse();
    return this.#scope.instead?.([...this.#active].at(-1) ?? '', raw, message) ?? { ...missing, failure: message };
  }

  /** `{{ name }}` alone hands a number, boolean or None over as it is; everything else goes through text. */
  #text(text: Str): Value {
    const [, name] = /^\{\{\s*(\w*)\s*\}\}$/.exec(text.text) ?? [];
    const raw = name ? this.#scope.lookup(name) : undefined;
    if (name) this.memory.raw(name, raw);
    if (raw && ['bool', 'int', 'float'].includes(raw.kind))
      return { ...raw, origins: [...raw.origins, ...originsOf(text)] };
    if (raw?.kind === 'none') return none([...raw.origins, ...originsOf(text)]);
    const { at } = this.#run;
    const file = placeAt(at.source, at.offset).file;
    const result = this.render(text, { ...ANSIBLE_SYNTAX, literalBackslashes: true }, true, file);
    this.#run.at = at;
    return result;
  }

  /** Renders one text on its own. Newlines at its end are kept as Ansible keeps them. @throws PythonError, OverLimit */
  render(text: Str, syntax: SyntaxOptions, converts: boolean, file: string): Value {
    const run = this.#run;
    const { body, syntax: own } = readOverrides(normalized(run, text), syntax);
    const source = sourceOf(body);
    run.at = { source, offset: 0 };
    const extensions = this.#scope.extensions ?? [];
    const template = parsed(run, this.#templates, body.text, { ...own, extensions });
    const loaded: Loaded = { file, source, template };
    const unit: Unit = {
      file,
      source,
      syntax: { ...own, extensions },
      converts,
      seesVariables: true,
      copies: worksOnCopies(run, template) ? new Map() : null,
      mutates: template.mutates,
      names: namesLookedUp(run, template),
      constants: template.dumps ? new Map() : null,
      blocks: new Map(),
    };
    const frame: Frame = { names: new Map(), parent: null, unit };
    const nodes: Value[] = [];
    run.converts = converts;
    executeTemplate(run, loaded, frame, { nodes, controls: [] });
    if (isSince(run.ansible, '2.19')) return this.#native(nodes, body, converts);
    const result = converts ? convert(run.budget, nodes) : joined(run, nodes);
    return result.kind === 'str' ? this.#withNewlines(result, body) : result;
  }

  /** Only text keeps the newlines at its end; a template file that comes to something else is written as its text. */
  #native(nodes: readonly Value[], body: Str, asValue: boolean): Value {
    const { budget } = this.#run;
    const result = nativeValue(budget, nodes);
    if (result.kind === 'str' || result.kind === 'unknown') {
      return asValue && result.kind === 'unknown' ? result : this.#withNewlines(toText(budget, result), body);
    }
    if (asValue) return result;
    return result.kind === 'none' ? str('', result.origins) : toText(budget, withLists(result, true));
  }

  #withNewlines(result: Str, source: Str): Str {
    const count = (text: string) => /\n*$/.exec(text)?.[0].length ?? 0;
    const missing = count(source.text) - count(result.text);
    if (missing <= 0) return result;
    const { verbatim, unsafe } = result;
    const end = str('\n'.repeat(missing), source.segments.at(-1)?.origins ?? []);
    const whole = concat(this.#run.budget, [result, end]);
    return { ...whole, ...(verbatim ? { verbatim } : {}), ...(unsafe ? { unsafe } : {}) };
  }
}

/** Line ends as Jinja has them. */
function normalized(run: Run, text: Str): Str {
  if (!text.text.includes('\r')) return text;
  const parts: Str[] = [];
  let last = 0;
  for (const match of text.text.matchAll(/\r\n?/g)) {
    parts.push(slice(text, last, match.index), str('\n', originsOf(slice(text, match.index, match.index + 1))));
    last = match.index + match[0].length;
  }
  return concat(run.budget, [...parts, slice(text, last)]);
}

function definedAt(raw: Value): string {
  const [origin] = allOrigins(raw);
  return origin && origin.file !== '' ? `, ${origin.file}:${origin.line}` : '';
}
