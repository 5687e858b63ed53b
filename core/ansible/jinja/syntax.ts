import type { Value } from '../value.ts';

/** Jinja's syntax tree. `at` is the offset in the template's source. */
export type Expression = Readonly<{ at: number }> &
  (
    | Readonly<{ type: 'constant'; value: Value }>
    | Readonly<{ type: 'name'; name: string }>
    | Readonly<{ type: 'tuple' | 'list'; items: readonly Expression[] }>
    | Readonly<{ type: 'dict'; pairs: readonly (readonly [Expression, Expression])[] }>
    | Readonly<{ type: 'conditional'; test: Expression; whenTrue: Expression; otherwise: Expression | null }>
    | Readonly<{ type: 'and' | 'or'; left: Expression; right: Expression }>
    | Readonly<{ type: 'not'; operand: Expression }>
    | Readonly<{ type: 'compare'; first: Expression; rest: readonly Comparison[] }>
    | Readonly<{ type: 'binary'; operator: BinaryOperator; left: Expression; right: Expression }>
    | Readonly<{ type: 'unary'; operator: '-' | '+'; operand: Expression }>
    | Readonly<{ type: 'concat'; parts: readonly Expression[] }>
    | Readonly<{ type: 'attribute'; of: Expression; name: string }>
    | Readonly<{ type: 'item'; of: Expression; index: Expression }>
    | Readonly<{ type: 'slice'; start: Expression | null; stop: Expression | null; step: Expression | null }>
    | Readonly<{ type: 'call'; callee: Expression; args: CallArguments }>
    /** `input` is null for the first filter of a filter or set block. */
    | Readonly<{ type: 'filter'; input: Expression | null; name: string; args: CallArguments }>
    | Readonly<{ type: 'test'; input: Expression; name: string; args: CallArguments }>
  );

export type Comparison = Readonly<{ operator: Comparator; operand: Expression }>;
export type Comparator = '==' | '!=' | '<' | '>' | '<=' | '>=' | 'in' | 'not in';
export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';
export type CallArguments = Readonly<{
  positional: readonly Expression[];
  named: readonly (readonly [string, Expression])[];
  spread: Expression | null;
  spreadNamed: Expression | null;
}>;

export type Target =
  | Readonly<{ type: 'name'; name: string }>
  | Readonly<{ type: 'attribute'; of: string; name: string }>
  | Readonly<{ type: 'tuple'; items: readonly Target[] }>;

export type Signature = Readonly<{ parameters: readonly string[]; defaults: readonly Expression[] }>;

export type Body = readonly Statement[];
export type Statement = Readonly<{ at: number }> &
  /** Text as it stands: the source from `at` to `end`. */
  (
    | Readonly<{ type: 'data'; end: number }>
    | Readonly<{ type: 'output'; expression: Expression }>
    | Readonly<{ type: 'if'; branches: readonly Readonly<{ test: Expression; body: Body }>[]; otherwise: Body }>
    | Readonly<{
        type: 'for';
        target: Target;
        iterable: Expression;
        test: Expression | null;
        recursive: boolean;
        body: Body;
        otherwise: Body;
      }>
    | Readonly<{ type: 'set'; target: Target; value: Expression }>
    | Readonly<{ type: 'set-block'; target: Target; filter: Expression | null; body: Body }>
    | Readonly<{ type: 'macro'; name: string; signature: Signature; body: Body }>
    | Readonly<{ type: 'call-block'; call: Expression & { type: 'call' }; signature: Signature; body: Body }>
    | Readonly<{ type: 'filter-block'; filter: Expression; body: Body }>
    | Readonly<{ type: 'with'; assignments: readonly (readonly [Target, Expression])[]; body: Body }>
    | Readonly<{ type: 'include'; template: Expression; ignoreMissing: boolean; context: boolean }>
    | Readonly<{ type: 'import'; template: Expression; name: string; context: boolean }>
    | Readonly<{
        type: 'from-import';
        template: Expression;
        names: readonly (readonly [string, string])[];
        context: boolean;
      }>
    | Readonly<{ type: 'extends'; template: Expression }>
    | Readonly<{ type: 'block'; name: string; body: Body }>
    | Readonly<{ type: 'do'; expression: Expression }>
    | Readonly<{ type: 'break' | 'continue' }>
  );

/**
 * A parsed template. `mutates`: it calls methods that change lists or mappings; `dumps`: it may write YAML, where it
 * shows which of them are the same object.
 */
export type Template = Readonly<{ body: Body; mutates: boolean; dumps: boolean }>;

/** How Ansible sets up Jinja; a first line `#jinja2: lstrip_blocks: True` overrides single options. */
export type SyntaxOptions = Readonly<{
  blockStart: string;
  blockEnd: string;
  variableStart: string;
  variableEnd: string;
  commentStart: string;
  commentEnd: string;
  trimBlocks: boolean;
  lstripBlocks: boolean;
  keepTrailingNewline: boolean;
  /** Backslashes in string literals of `{{ }}` stand for themselves, as in variables and task arguments. */
  literalBackslashes: boolean;
  /** `jinja2_extensions` of ansible.cfg that add tags. */
  extensions: readonly string[];
}>;

export const ANSIBLE_SYNTAX: SyntaxOptions = {
  blockStart: '{%',
  blockEnd: '%}',
  variableStart: '{{',
  variableEnd: '}}',
  commentStart: '{#',
  commentEnd: '#}',
  trimBlocks: true,
  lstripBlocks: false,
  keepTrailingNewline: false,
  literalBackslashes: false,
  extensions: [],
};
