import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { Problem } from '../source/problem.ts';
import type { Origin } from '../source/rope.ts';
import { type Budget, locate, OverLimit, overLimitProblem, spend } from './budget.ts';
import {
  dict,
  digest,
  type Entry,
  list,
  none,
  type Origins,
  PythonError,
  type Str,
  setEntry,
  str,
  unknownValue,
  type Value,
} from './value.ts';
import { guardYaml, invalid, type Position } from './yaml-guard.ts';
import { plainType, plainValue } from './yaml-scalar.ts';

/**
 * What a YAML text holds. With problems there are no documents. `remarks` are what Ansible only warns about:
 * a key given twice in one mapping (the last one counts).
 */
export type LoadedYaml = { documents: Value[]; problems: Problem[]; remarks: Problem[] };

/**
 * YAML as Ansible (PyYAML on libyaml) reads it: YAML 1.1 scalars, merge keys, last duplicate wins. Every value knows
 * the lines of its definition. `!vault` is unknown (`vaulted value`), `!unsafe` text is marked so.
 * @throws ProblemError `over-limit` for a text that is too large, too deep or expands too far through aliases
 */
export function loadYaml(file: string, text: string, budget: Budget): LoadedYaml {
  const lines = new LineCounter();
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) lines.addNewLine(i + 1);
  lines.lineStarts.unshift(0);
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const guarded = guardYaml(file, text, budget, at);
  if (guarded.over) {
    const { error, offset } = guarded.over;
    throw overLimitProblem({ file, ...at(offset) }, error.message);
  }
  if (guarded.problem) return { documents: [], problems: [guarded.problem], remarks: [] };
  const parsed = parse(text);
  const problems = parsed.flatMap(document => syntaxProblems(file, text, document, at));
  const stray = parsed.length === 0 ? /^[^\s#\uFEFF]/m.exec(text) : null;
  if (stray)
    problems.push(
      invalid(
        file,
        at(stray.index),
        'this line stands before any document; a line that starts with % is a YAML directive',
      ),
    );
  if (problems.length > 0) return { documents: [], problems, remarks: [] };
  let current = 0;
  return locate(
    () => ({ file, line: at(current).line }),
    () => {
      const builder = new Builder(file, at, budget, offset => (current = offset));
      try {
        const documents = parsed.map(document => builder.document(document));
        return { documents, problems: [], remarks: builder.remarks };
      } catch (error) {
        if (!(error instanceof PythonError)) throw error;
        return { documents: [], problems: [invalid(file, at(current), error.message)], remarks: [] };
      }
    },
  );
}

function parse(text: string, repairs = 0): Document[] {
  const documents = parseAllDocuments(text, {
    schema: 'failsafe',
    version: '1.1',
    merge: false,
    uniqueKeys: false,
    strict: true,
    prettyErrors: false,
    keepSourceTokens: false,
  });
  if (!Array.isArray(documents) || documents.length === 0) return [];
  const [error] = documents.flatMap(document => document.errors);
  const repaired =
    error && repairs < MAX_REPAIRS && text.length <= REPAIR_LIMIT ? indentContinuation(text, error) : null;
  return repaired === null ? documents : parse(repaired, repairs + 1);
}

const MAX_REPAIRS = 40;
const REPAIR_LIMIT = 64 * 1024;
const INDENT = ' '.repeat(40);

/**
 * libyaml lets the further lines of a quoted scalar or of a flow collection start in any column, the `yaml` package
 * wants them indented: indents the line it stumbles over, which changes neither a value nor a line number. Null when
 * that is not what is wrong.
 */
function indentContinuation(text: string, { message, pos: [offset] }: YAMLError): string | null {
  const quote = /^Missing closing ["']quote/.test(message);
  if (!quote && !message.includes('must be sufficiently indented')) return null;
  const line = quote ? text.indexOf('\n', offset) + 1 : text.lastIndexOf('\n', offset - 1) + 1;
  if (line === 0 || line >= text.length || text.startsWith(INDENT, line)) return null;
  if (/^(?:---|\.\.\.)(?:\s|$)/.test(text.slice(line, line + 4))) return null;
  return `${text.slice(0, line)}${INDENT}${text.slice(line)}`;
}

function syntaxProblems(file: string, text: string, document: Document, at: (offset: number) => Position): Problem[] {
  return document.errors.slice(0, 20).map(error => {
    const position = at(error.pos[0]);
    const line = text.split('\n')[position.line - 1] ?? '';
    return invalid(file, position, inWords(error.code, error.message, line));
  });
}

/** A parser's complaint for a person who just wants to know what to change. */
function inWords(code: string, message: string, line: string): string {
  const [first = message] = message.split('\n');
  if (line.includes('\u00a0'))
    return 'a no-break space (U+00A0) stands here where a plain space must; retype the spaces';
  if (code === 'TAB_AS_INDENT' || (/^[ ]*\t/.test(line) && code !== 'TAG_RESOLVE_FAILED')) {
    return 'a tab is used as indentation; YAML allows only spaces there';
  }
  if (/[[{]%|%[\]}]/.test(line)) return 'a Jinja block {% … %} stands in plain YAML; only templates may hold those';
  if (/:\s*\{\{/.test(line)) return 'a value that starts with {{ must be quoted: "{{ … }}"';
  if (first.startsWith('Implicit map keys need to be followed')) return NEITHER;
  switch (code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
      return line.includes(': ')
        ? 'a second "key: value" on one line; quote the value when it holds a colon'
        : 'a list or mapping stands where a key must';
    case 'MULTILINE_IMPLICIT_KEY':
      return NEITHER;
    case 'BAD_INDENT':
      return 'the indentation fits none of the lines above';
    case 'BAD_SCALAR_START':
      return `${first}; quote it`;
    case 'BAD_DQ_ESCAPE':
      return `${first}; in double quotes a backslash must be doubled, or use single quotes`;
    default:
      return `this is not valid YAML: ${first.charAt(0).toLowerCase()}${first.slice(1)}`;
  }
}

const NEITHER =
  'this line is neither "key: value" nor part of the value above; check its indentation and the line before';

/** Turns the nodes of one text into values. Lives for one text: anchors hold until the next document. */
class Builder {
  readonly remarks: Problem[] = [];
  readonly #file: string;
  readonly #at: (offset: number) => Position;
  readonly #budget: Budget;
  readonly #visit: (offset: number) => void;
  #anchors = new Map<string, { value: Value; size: number }>();
  #size = 0;

  constructor(file: string, at: (offset: number) => Position, budget: Budget, visit: (offset: number) => void) {
    this.#file = file;
    this.#at = at;
    this.#budget = budget;
    this.#visit = visit;
  }

  document(document: Document): Value {
    this.#anchors = new Map();
    const contents = document.contents as Node | null;
    return contents === null ? none([{ file: this.#file, line: 1, kind: 'variable' }]) : this.#node(contents);
  }

  #node(node: Node): Value {
    const [start] = node.range ?? [0];
    this.#visit(start);
    const before = this.#size;
    this.#grow(1);
    if (isAlias(node)) return this.#alias(node.source);
    const value = this.#fresh(node);
    const { anchor } = node as { anchor?: string };
    if (anchor) this.#anchors.set(anchor, { value, size: this.#size - before });
    return value;
  }

  /** Counts nodes as they would be without aliases, so that no text expands without bound later. */
  #grow(nodes: number): void {
    this.#size += nodes;
    spend(this.#budget, 1);
    const { yamlNodes } = this.#budget.limits;
    if (this.#size > yamlNodes)
      throw new OverLimit(`holds more than ${yamlNodes} values, aliases counted as what they repeat`);
  }

  #alias(name: string): Value {
    const anchored = this.#anchors.get(name);
    if (!anchored) throw new PythonError('fails', `the alias *${name} points to no anchor before it, or to itself`);
    this.#grow(anchored.size);
    return anchored.value;
  }

  #fresh(node: Node): Value {
    if (isMap(node)) return this.#tagged(node, 'map', () => this.#mapping(node));
    if (isSeq(node)) {
      return this.#tagged(node, 'seq', () => {
        const items = node.items.map(item => (item === null ? none(this.#origins(node)) : this.#node(item as Node)));
        return list(items, this.#origins(node));
      });
    }
    return this.#scalar(node as Scalar);
  }

  #tagged(node: { tag?: string | undefined }, own: string, build: () => Value): Value {
    const tag = shortTag(node.tag);
    if (tag === '' || tag === own) return build();
    if (tag === '!unsafe') return markUnsafe(build());
    throw new PythonError('fails', `the tag ${tag} is not one Ansible knows here`);
  }

  #mapping(node: YAMLMap): Value {
    const own: { entry: Entry; offset: number }[] = [];
    const merged: Entry[] = [];
    for (const pair of node.items as Pair<Node | null, Node | null>[]) {
      const key = this.#key(pair.key, node);
      const value = pair.value === null ? none(key.origins) : this.#node(pair.value);
      const offset = pair.key?.range?.[0] ?? node.range?.[0] ?? 0;
      if (isMergeKey(pair.key)) merged.push(...this.#merge(value, offset));
      else own.push({ entry: [key, value], offset });
    }
    const entries = new Map<string, Entry>();
    for (const [key, value] of merged) setEntry(entries, key, value);
    const given = new Set<string>();
    for (const { entry, offset } of own) {
      const [key, value] = entry;
      this.#visit(offset);
      const size = entries.size;
      setEntry(entries, key, value);
      const name = key.kind === 'str' ? key.text : JSON.stringify(key);
      if (given.has(name) && entries.size === size) {
        const message = `the key ${name} is given twice in one mapping; only this one counts`;
        this.remarks.push(invalid(this.#file, this.#at(offset), message));
      }
      given.add(name);
    }
    return { ...dict([], this.#origins(node)), entries };
  }

  #key(node: Node | null, parent: Node): Value {
    const isEmpty = node === null || (isScalar(node) && node.type === 'PLAIN' && node.value === '' && !node.tag);
    if (node === null || isEmpty) {
      this.#visit((node ?? parent).range?.[0] ?? 0);
      throw new PythonError('fails', 'a colon stands here without a key before it');
    }
    if (isMap(node) || isSeq(node)) {
      this.#visit(node.range?.[0] ?? 0);
      throw new PythonError(
        'fails',
        'a value that starts with {{ must be quoted: "{{ … }}" (unquoted it is a mapping used as a key)',
      );
    }
    return this.#node(node);
  }

  /** Entries a `<<` brings in, those that count last. */
  #merge(value: Value, offset: number): Entry[] {
    this.#visit(offset);
    if (value.kind === 'dict') return [...value.entries.values()];
    if (value.kind === 'list') {
      return value.items.toReversed().flatMap(item => {
        if (item.kind === 'dict') return [...item.entries.values()];
        throw new PythonError('fails', 'a merge key << takes mappings only');
      });
    }
    throw new PythonError('fails', 'a merge key << takes a mapping or a list of mappings');
  }

  #scalar(node: Scalar): Value {
    const text = typeof node.value === 'string' ? node.value : '';
    const origins = this.#origins(node);
    const tag = shortTag(node.tag);
    if (/[\uE000\uE001]/.test(text))
      throw new PythonError('fails', 'the character U+E000 is reserved for unknown values');
    switch (tag) {
      case '!vault':
      case '!vault-encrypted':
        return unknownValue(`vault:${digest(text)}`, ['vaulted value'], { defined: true, type: 'str', origins });
      case '!unsafe':
        return { ...this.#text(node, text, origins), unsafe: true };
      case 'str':
        return this.#text(node, text, origins);
      case 'int':
      case 'float':
      case 'bool':
      case 'null': {
        const type = plainType(text);
        if (type === tag || (tag === 'float' && type === 'int')) {
          const value = plainValue(text, origins);
          return tag === 'float' && value.kind === 'int'
            ? { kind: 'float', value: Number(value.value), origins }
            : value;
        }
        throw new PythonError('fails', `${JSON.stringify(text)} is not a ${tag}`);
      }
      case '':
        if (node.type === 'PLAIN' || node.type === undefined) {
          const value = plainValue(text, origins);
          return value.kind === 'str' ? this.#text(node, value.text, origins) : value;
        }
        return this.#text(node, text, origins);
      default:
        throw new PythonError('fails', `the tag ${tag} is not one Ansible knows here`);
    }
  }

  /** The lines of a literal block scalar each have their own origin; other text comes from all its lines together. */
  #text(node: Scalar, text: string, origins: Origins): Str {
    const [start] = node.range ?? [0];
    if (node.type !== 'BLOCK_LITERAL' || text === '') return str(text, origins);
    const first = this.#at(start).line + 1;
    const segments = text.split(/(?<=\n)/).map((line, index) => ({
      length: line.length,
      origins: [{ file: this.#file, line: first + index, kind: 'variable' } satisfies Origin],
    }));
    return { kind: 'str', text, segments, origins: [] };
  }

  #origins(node: Node): Origins {
    const [start, end] = node.range ?? [0, 0];
    const { line } = this.#at(start);
    const lineEnd = this.#at(Math.max(start, end - 1)).line;
    return [{ file: this.#file, line, ...(lineEnd > line ? { lineEnd } : {}), kind: 'variable' }];
  }
}

function isMergeKey(node: Node | null): boolean {
  return isScalar(node) && node.type === 'PLAIN' && node.value === '<<' && node.tag === undefined;
}

function shortTag(tag: string | undefined): string {
  return (tag ?? '').replace('tag:yaml.org,2002:', '');
}

function markUnsafe(value: Value): Value {
  switch (value.kind) {
    case 'str':
      return { ...value, unsafe: true };
    case 'list':
      return { ...value, items: value.items.map(markUnsafe) };
    case 'dict':
      return dict(
        [...value.entries.values()].map(([key, item]): Entry => [key, markUnsafe(item)]),
        value.origins,
      );
    default:
      return value;
  }
}
