import { concat, originsOf, slice } from '../jinja/text.ts';
import { identity, mergeOrigins, PythonError, type Str, str } from '../value.ts';
import type { EditContext, EditedText, IniFile } from './edit.ts';
import { isLone, linesOf, withEnd } from './file-lines.ts';
import { isRest, loneAfter } from './rest-of-file.ts';
import { ask, isSame } from './search-text.ts';

/** Encloses what stands before the first section, as the module does; no file has a section of this name. */
const NO_SECTION = '\0';
const HEAD = str(`[${NO_SECTION}]`);
const TAIL = str('[');

/**
 * `community.general.ini_file` (`do_ini`) on a file that exists. The first section of the name counts, with those of
 * the same name right below it; without a section, what stands before the first. Commented options count as the
 * option when it is set, not when it is removed. A file that is changed at all gets plain line breaks.
 * @throws PythonError when the module fails
 */
export function iniFile(context: EditContext, text: Str, edit: IniFile): EditedText {
  const read = iniLines(text);
  const lines = read.map(line => (isLone(line) ? loneLineAfter(context, line, edit) : line));
  const name = edit.section?.text ? edit.section.text : NO_SECTION;
  const all = [HEAD, ...lines, TAIL];
  const { start, end, found } = sectionAt(all, name);
  const section = changedSection(context, all.slice(start, end), edit);
  const body = [...all.slice(0, start), ...section, ...all.slice(end)].slice(1, -1);
  const added = found || edit.state === 'absent' ? [] : newSection(context, edit);
  const rest = lines.findLast(isRest);
  const below = rest && (added.length > 0 || !isLone(body.at(-1) ?? rest)) ? [rest] : [];
  const result = concat(context.budget, [...body, ...added, ...below]);
  const unended = text.text !== '' && !/[\r\n]$/.test(text.text);
  return unended || result.text !== concat(context.budget, read).text ? result : text;
}

/** Lines as text mode reads them: without byte order mark, every line end `\n`; an empty file has one empty line. */
function iniLines(text: Str): Str[] {
  const lines = linesOf(slice(text, text.text.startsWith('\uFEFF') ? 1 : 0), 'any').map(line => {
    const length = line.text.replace(/[\r\n]+$/, '').length;
    return line.text.slice(length) === '\n' ? line : withEnd(slice(line, 0, length));
  });
  return lines.length === 0 ? [str('\n')] : lines;
}

function sectionAt(lines: readonly Str[], name: string): Readonly<{ start: number; end: number; found: boolean }> {
  let start = 0;
  let found = false;
  for (const [index, { text }] of lines.entries()) {
    if (text.startsWith(`[${name}]`)) {
      found = true;
      start = index;
    } else if (text.startsWith('[') && found) return { start, end: index, found };
  }
  return { start: 0, end: 0, found };
}

function changedSection(context: EditContext, lines: readonly Str[], edit: IniFile): readonly Str[] {
  const { option, state } = edit;
  if (state === 'absent') return option ? withoutOption(context, lines, option, edit) : [];
  const section = new SettingOption(context, lines, edit);
  section.settleEqual();
  if (edit.exclusive && !edit.allowNoValue) section.settleRest();
  section.insertMissing();
  return section.lines.map(({ text }) => text);
}

function withoutOption(
  context: EditContext,
  lines: readonly Str[],
  option: Str,
  { exclusive, values }: IniFile,
): readonly Str[] {
  return lines.filter(line => {
    const value = valueOf(option, line, false);
    if (value === null) return true;
    return !exclusive && indexOf(context, values, value) < 0;
  });
}

/** A section while an option of it is set, in the steps of the module. */
class SettingOption {
  /** `settled`: the line says one of the values and is not looked at again. */
  readonly lines: { text: Str; settled: boolean }[];
  readonly #context: EditContext;
  readonly #edit: IniFile;
  /** Values no line says yet. */
  readonly #missing: Str[];
  #hasBare = false;

  constructor(context: EditContext, lines: readonly Str[], edit: IniFile) {
    this.lines = lines.map(text => ({ text, settled: false }));
    this.#context = context;
    this.#edit = edit;
    this.#missing = [...edit.values];
  }

  /** Lines that say a wanted value are written anew; with `allow_no_value` and no value, the first of the option is. */
  settleEqual(): void {
    const { option, allowNoValue } = this.#edit;
    if (!option) return;
    for (const line of this.lines) {
      const value = valueOf(option, line.text, true);
      if (value === null) continue;
      const index = indexOf(this.#context, this.#missing, value);
      if (index >= 0) {
        const bare = value.text === '' && allowNoValue;
        this.#hasBare ||= bare;
        this.#settle(line, bare ? withEnd(option) : this.#assignment(option, this.#missing[index] as Str));
        this.#missing.splice(index, 1);
      } else if (this.#missing.length === 0 && allowNoValue) {
        this.#settle(line, withEnd(option));
        this.#hasBare = true;
        break;
      }
    }
  }

  /** With `exclusive`, other lines of the option take the missing values; what is left of them goes. */
  settleRest(): void {
    const { option } = this.#edit;
    const others = (): { text: Str; settled: boolean }[] => this.lines.filter(line => !line.settled);
    if (!option) {
      if (this.lines.length > 0) throw new PythonError('fails', 'an option is needed to set a value');
      return;
    }
    for (const line of others()) {
      if (this.#missing.length === 0) break;
      if (valueOf(option, line.text, true) === null) continue;
      this.#settle(line, this.#assignment(option, this.#missing.shift() as Str));
    }
    for (const line of others()) {
      const index = this.lines.indexOf(line);
      if (index > 0 && valueOf(option, line.text, true) !== null) this.lines.splice(index, 1);
    }
  }

  /** Values still missing go below the last line that is no comment and not blank. */
  insertMissing(): void {
    const { option, allowNoValue } = this.#edit;
    const last = this.lines.findLastIndex(({ text }) => !/^[ \t]*([#;].*)?\n?$/.test(text.text));
    if (last < 0 || !option) return;
    const bare = this.#missing.length === 0 && allowNoValue && !this.#hasBare ? [withEnd(option)] : [];
    const texts = [...this.#missing.map(value => this.#assignment(option, value)), ...bare];
    this.lines.splice(last + 1, 0, ...texts.map(text => ({ text, settled: true })));
  }

  #settle(line: { text: Str; settled: boolean }, text: Str): void {
    line.text = line.text.text === text.text ? withOriginsOf(text, line.text) : text;
    line.settled = true;
  }

  #assignment(option: Str, value: Str): Str {
    return assignment(this.#context, this.#edit, option, value);
  }
}

function assignment({ budget }: EditContext, { noExtraSpaces }: IniFile, option: Str, value: Str): Str {
  return withEnd(concat(budget, [option, str(noExtraSpaces ? '=' : ' = ', originsOf(option)), value]));
}

function newSection(context: EditContext, edit: IniFile): readonly Str[] {
  const { section, option, values, allowNoValue } = edit;
  const origins = section ? originsOf(section) : [];
  const header = concat(context.budget, [str('[', origins), section ?? str(''), str(']\n', origins)]);
  if (!option) return [header];
  if (values.length > 0) return [header, ...values.map(value => assignment(context, edit, option, value))];
  return allowNoValue ? [header, withEnd(option)] : [header];
}

/** The value a line gives an option, '' for none; null when the line is not about the option. */
function valueOf(option: Str, line: Str, commented: boolean): Str | null {
  const { text } = line;
  const blanks = (from: number): number => from + (/^[ \t]*/.exec(text.slice(from))?.[0].length ?? 0);
  const name = blanks(commented && /^[#;]/.test(text) ? 1 : 0);
  if (!text.startsWith(option.text, name)) return null;
  const sign = blanks(name + option.text.length);
  const end = text.endsWith('\n') ? text.length - 1 : text.length;
  if (sign === end) return slice(line, end, end);
  return text[sign] === '=' ? slice(line, blanks(sign + 1), end) : null;
}

function indexOf(context: EditContext, values: readonly Str[], value: Str): number {
  return values.findIndex(one => isSame(one, value) ?? ask(context, `whether the value is ${one.text}`, value));
}

/** Unknown lines may hold the option. */
function loneLineAfter({ task }: EditContext, line: Str, { section, option, state }: IniFile): Str {
  const names = [section, option].map(name => (name ? identity(name) : 'none'));
  const how = `with option ${names.join(' ')} ${state === 'present' ? 'set' : 'removed'}`;
  const why = `an option is ${state === 'present' ? 'set' : 'removed'} by the task at ${task.at.file}:${task.at.line}`;
  return loneAfter(line, how, why, option ? originsOf(option) : []);
}

function withOriginsOf(text: Str, other: Str): Str {
  const origins = mergeOrigins(originsOf(text), originsOf(other));
  return { ...text, segments: [{ length: text.text.length, origins }] };
}
