import type { Unknown } from '../../source/rope.ts';
import type { Budget } from '../budget.ts';
import type { Place } from '../repository.ts';
import type { Str } from '../value.ts';

/** Arguments of `lineinfile`, read as its argument_spec reads them; null stands for None. */
export type LineInFile = Readonly<{
  module: 'lineinfile';
  state: 'present' | 'absent';
  regexp: Str | null;
  searchString: Str | null;
  line: Str | null;
  insertAfter: Str | null;
  insertBefore: Str | null;
  backrefs: boolean;
  firstMatch: boolean;
}>;

/** Arguments of `replace`. */
export type Replace = Readonly<{
  module: 'replace';
  regexp: Str;
  replacement: Str;
  after: Str | null;
  before: Str | null;
}>;

/** Arguments of `blockinfile`; `prependNewline` and `appendNewline` exist from ansible-core 2.16 on. */
export type BlockInFile = Readonly<{
  module: 'blockinfile';
  state: 'present' | 'absent';
  marker: Str;
  markerBegin: Str;
  markerEnd: Str;
  block: Str;
  insertAfter: Str | null;
  insertBefore: Str | null;
  prependNewline: boolean;
  appendNewline: boolean;
}>;

/** Arguments of `community.general.ini_file`; `values` holds `value` too, each once. */
export type IniFile = Readonly<{
  module: 'ini_file';
  state: 'present' | 'absent';
  section: Str | null;
  option: Str | null;
  values: readonly Str[];
  exclusive: boolean;
  noExtraSpaces: boolean;
  allowNoValue: boolean;
}>;

/** A change whose way of working is not known: what it does to the file cannot be told. */
export type UnknownEdit = Readonly<{ module: 'unknown'; why: Unknown }>;

/** Arguments the module refuses: the task fails and leaves the file alone. */
export type RefusedEdit = Readonly<{ module: 'refused'; message: string }>;

/** What one task does to a file that is there already. */
export type Edit = LineInFile | Replace | BlockInFile | IniFile | UnknownEdit | RefusedEdit;

/** An edit and the task that makes it. `signature` is equal for tasks with equal arguments, wherever they stand. */
export type EditTask = Readonly<{ edit: Edit; at: Place; signature: string }>;

/** The file after an edit; with `stated`, all that is known is that these lines are somewhere in it. */
export type EditedText = Str | Undecided;
export type Undecided = Readonly<{ kind: 'undecided'; why: string; stated: Str | null }>;

/** What an edit works with. `decide` takes an unknown condition to hold or not; each way is explored. */
export type EditContext = Readonly<{
  budget: Budget;
  decide: (condition: Readonly<{ unknown: Unknown; negated: boolean }>) => boolean;
  task: EditTask;
}>;

export function undecided(why: string, stated: Str | null = null): Undecided {
  return { kind: 'undecided', why, stated };
}

/** Texts an edit puts into a file. */
export function statedTexts(edit: Edit): readonly Str[] {
  switch (edit.module) {
    case 'lineinfile':
      return edit.line && edit.state === 'present' ? [edit.line] : [];
    case 'replace':
      return [edit.replacement];
    case 'blockinfile':
      return [edit.block];
    case 'ini_file':
      return edit.state === 'present' ? [...(edit.option ? [edit.option] : []), ...edit.values] : [];
    default:
      return [];
  }
}
