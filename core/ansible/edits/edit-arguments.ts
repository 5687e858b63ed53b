import type { Origin, Unknown } from '../../source/rope.ts';
import type { HostRun } from '../host-run.ts';
import type { Scope } from '../jinja/render.ts';
import { originsOf, tokenOf } from '../jinja/text.ts';
import { OMIT } from '../scope.ts';
import type { Task } from '../task.ts';
import { templated } from '../template-text.ts';
import {
  allOrigins,
  digest,
  holdsOwn,
  identity,
  mergeOrigins,
  NeedsHost,
  PythonError,
  pythonType,
  type Str,
  str,
  unknownIn,
  unknownValue,
  type Value,
} from '../value.ts';
import type { BlockInFile, Edit, EditTask, IniFile, LineInFile, Replace } from './edit.ts';

/** Modules that change a file that is there. */
export const EDIT_MODULES: ReadonlySet<string> = new Set([
  'lineinfile',
  'replace',
  'blockinfile',
  'ini_file',
  'community.general.ini_file',
]);

/** An argument on which the way the module works hangs, and that is not known. */
class UnknownArgument extends Error {
  readonly unknown: Unknown;
  constructor(unknown: Unknown) {
    super(unknown.key);
    this.name = 'UnknownArgument';
    this.unknown = unknown;
  }
}

/**
 * The arguments of an editing task, evaluated and read as the module's argument_spec reads them. Text comes from the
 * line of the task and from the variables in it.
 */
export function readEdit(run: HostRun, task: Task, module: string, scope: Scope): EditTask {
  const args = new Arguments(run, task, scope);
  const edit = readSafely(args, module);
  return { edit, at: task.at, signature: digest(JSON.stringify([module, args.read])) };
}

function readSafely(args: Arguments, module: string): Edit {
  try {
    if (module === 'lineinfile') return lineInFile(args);
    if (module === 'replace') return replace(args);
    if (module === 'blockinfile') return blockInFile(args);
    return iniFile(args);
  } catch (error) {
    if (error instanceof UnknownArgument) return { module: 'unknown', why: error.unknown };
    if (error instanceof PythonError) return { module: 'refused', message: error.message };
    throw error;
  }
}

function lineInFile(args: Arguments): LineInFile {
  const edit: LineInFile = {
    module: 'lineinfile',
    state: args.state(),
    regexp: args.text('regexp', 'regex'),
    searchString: args.text('search_string'),
    line: args.text('line', 'value'),
    insertAfter: args.text('insertafter'),
    insertBefore: args.text('insertbefore'),
    backrefs: args.flag('backrefs', false),
    firstMatch: args.flag('firstmatch', false),
  };
  args.exclusive('insertbefore', edit.insertBefore, 'insertafter', edit.insertAfter);
  args.exclusive('regexp', edit.regexp, 'search_string', edit.searchString);
  args.exclusive('backrefs', args.given('backrefs'), 'search_string', edit.searchString);
  if (edit.state === 'absent') {
    if (!edit.regexp && !edit.searchString && !edit.line)
      throw new PythonError('fails', 'one of line, search_string, or regexp is required with state=absent');
    return edit;
  }
  if (edit.backrefs && !edit.regexp) throw new PythonError('fails', 'regexp is required with backrefs=true');
  if (!edit.line) throw new PythonError('fails', 'line is required with state=present');
  return edit;
}

function replace(args: Arguments): Replace {
  const regexp = args.text('regexp');
  if (!regexp) throw new PythonError('fails', 'missing required arguments: regexp');
  return {
    module: 'replace',
    regexp,
    replacement: args.text('replace') ?? str(''),
    after: args.text('after'),
    before: args.text('before'),
  };
}

function blockInFile(args: Arguments): BlockInFile {
  const edit: BlockInFile = {
    module: 'blockinfile',
    state: args.state(),
    marker: args.text('marker') ?? args.own('# {mark} ANSIBLE MANAGED BLOCK'),
    markerBegin: args.text('marker_begin') ?? args.own('BEGIN'),
    markerEnd: args.text('marker_end') ?? args.own('END'),
    block: args.text('block', 'content') ?? str(''),
    insertAfter: args.text('insertafter'),
    insertBefore: args.text('insertbefore'),
    prependNewline: args.flag('prepend_newline', false),
    appendNewline: args.flag('append_newline', false),
  };
  args.exclusive('insertbefore', edit.insertBefore, 'insertafter', edit.insertAfter);
  return edit;
}

function iniFile(args: Arguments): IniFile {
  const value = args.text('value');
  const list = args.texts('values');
  args.exclusive('value', value, 'values', list);
  const given = value ? [value] : (list ?? []);
  const edit: IniFile = {
    module: 'ini_file',
    state: args.state(),
    section: args.text('section'),
    option: args.text('option'),
    values: given.filter((one, index) => given.findIndex(other => identity(other) === identity(one)) === index),
    exclusive: args.flag('exclusive', true),
    noExtraSpaces: args.flag('no_extra_spaces', false),
    allowNoValue: args.flag('allow_no_value', false),
  };
  if (edit.state === 'present' && !edit.allowNoValue && edit.values.length === 0) {
    throw new PythonError('fails', 'value(s) must be defined if state=present and allow_no_value=False');
  }
  return edit;
}

const TRUE = /^(?:y|yes|on|1|true|t|1\.0)$/i;
const FALSE = /^(?:n|no|off|0|false|f|0\.0)$/i;

/** The arguments of one task by name, evaluated as they are asked for. */
export class Arguments {
  /** What was read, by name, as text that is equal for equal arguments. */
  readonly read: Record<string, string> = {};
  readonly #run: HostRun;
  readonly #task: Task;
  readonly #scope: Scope;

  constructor(run: HostRun, task: Task, scope: Scope) {
    this.#run = run;
    this.#task = task;
    this.#scope = scope;
  }

  /** An argument as text, its unknown parts as tokens; null when it is not given, none or omitted. */
  text(name: string, alias?: string): Str | null {
    const raw = this.#raw(name, alias);
    if (!raw) return null;
    const value = this.#value(name, raw);
    const text = asText(name, value);
    return text && from(text, raw, this.#task);
  }

  /** An argument that is a list of texts; one text is split at commas. */
  texts(name: string): Str[] | null {
    const raw = this.#raw(name);
    if (!raw) return null;
    const value = this.#value(name, raw);
    if (value.kind === 'list') return value.items.flatMap(item => this.#item(name, item, raw));
    if (value.kind === 'str' && !value.unknowns?.size && value.text !== OMIT)
      return value.text.split(',').map(part => from(str(part, originsOf(value)), raw, this.#task));
    const text = asText(name, value);
    return text && [from(text, raw, this.#task)];
  }

  /** @throws UnknownArgument, PythonError */
  flag(name: string, otherwise: boolean): boolean {
    const raw = this.#raw(name);
    if (!raw) return otherwise;
    const value = this.#value(name, raw);
    if (value.kind === 'bool') return value.value;
    const text = asText(name, value);
    if (!text) return otherwise;
    this.#known(name, text);
    if (TRUE.test(text.text)) return true;
    if (FALSE.test(text.text)) return false;
    throw new PythonError('fails', `${name} is not a boolean: ${text.text}`);
  }

  /** As `boolean(…, strict=False)`: what is no boolean, or not known, counts as given here. */
  isTrue(name: string, otherwise: boolean): boolean {
    try {
      return this.flag(name, otherwise);
    } catch (error) {
      if (error instanceof UnknownArgument || error instanceof PythonError) return otherwise;
      throw error;
    }
  }

  /** @throws UnknownArgument, PythonError */
  state(): 'present' | 'absent' {
    const text = this.text('state');
    if (!text) return 'present';
    this.#known('state', text);
    if (text.text === 'present' || text.text === 'absent') return text.text;
    throw new PythonError('fails', `value of state must be one of: absent, present, got: ${text.text}`);
  }

  /** The argument as written; null when it is not given. */
  given(name: string): Value | null {
    return this.#raw(name) ?? null;
  }

  /** Text of the module itself, which comes from the task. */
  own(text: string): Str {
    return str(text, [placeOf(this.#task)]);
  }

  /** @throws PythonError when both are given */
  exclusive(one: string, first: unknown, other: string, second: unknown): void {
    if (first !== null && second !== null)
      throw new PythonError('fails', `parameters are mutually exclusive: ${one}|${other}`);
  }

  #raw(name: string, alias?: string): Value | undefined {
    return this.#task.args.get(name) ?? (alias === undefined ? undefined : this.#task.args.get(alias));
  }

  #value(name: string, raw: Value): Value {
    const value = templated(this.#run, raw, this.#scope);
    if (holdsOwn(value)) throw new NeedsHost();
    this.read[name] = identity(value);
    return value;
  }

  #item(name: string, item: Value, raw: Value): readonly Str[] {
    const text = asText(name, item);
    return text ? [from(text, raw, this.#task)] : [];
  }

  #known(name: string, text: Str): void {
    const unknown = unknownIn(text);
    if (unknown) throw new UnknownArgument({ key: unknown.key, why: [`its ${name} is not known`, ...unknown.why] });
  }
}

/** `_check_type_str`: scalars as Python prints them. */
function asText(name: string, value: Value): Str | null {
  switch (value.kind) {
    case 'none':
      return null;
    case 'str':
      return value.text === OMIT ? null : value;
    case 'bool':
      return str(value.value ? 'True' : 'False', value.origins);
    case 'int':
      return str(String(value.value), value.origins);
    case 'unknown':
      return tokenOf(value);
    default: {
      const why = `${name} is a ${pythonType(value)}, not text`;
      return tokenOf(unknownValue(`text of ${identity(value)}`, [why], { defined: true, origins: allOrigins(value) }));
    }
  }
}

/** Origin of what is written in the task itself. */
function placeOf({ at }: Task): Origin {
  return { file: at.file, line: at.line, kind: 'template' };
}

/** The text as a line of the task that was filled with variables: each run comes from the task's line too. */
function from(text: Str, raw: Value, task: Task): Str {
  const written = raw.kind === 'str' ? originsOf(raw) : allOrigins(raw);
  const isWritten = (origin: Origin): boolean =>
    written.some(one => one.file === origin.file && one.line === origin.line && one.kind === origin.kind);
  const [first] = written;
  const own: Origin = first?.file === task.at.file ? { ...first, kind: 'template' } : placeOf(task);
  const segments = text.segments.map(({ length, origins }) => {
    const moved = origins.map((origin): Origin => (isWritten(origin) ? { ...origin, kind: 'template' } : origin));
    const hasOwn = moved.some(origin => origin.kind === 'template' && origin.file === task.at.file);
    return { length, origins: hasOwn ? moved : mergeOrigins(moved, [own]) };
  });
  return { ...text, segments, origins: text.text === '' ? [own] : [] };
}
