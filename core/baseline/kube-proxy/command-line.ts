import type { Origin } from '../../source/rope.ts';

/**
 * One word of a command line. Parts that are not known stand in its text as unknown tokens; `sure`: whether it is there
 * at all, and no condition decides it.
 */
export type Word = Readonly<{ text: string; sure: boolean; evidence: readonly Origin[] }>;

/** A flag of kube-proxy; `value` is null where it cannot be known, '' where none is given. */
export type ProxyFlag = Readonly<{ name: string; value: string | null; sure: boolean; evidence: readonly Origin[] }>;

/** How kube-proxy is started; `open`: whether there may be flags nobody can see. */
export type ProxyStart = Readonly<{ flags: readonly ProxyFlag[]; open: boolean; evidence: readonly Origin[] }>;

const UNKNOWN = '\uE000';
const PROGRAM = /(?:^|\/)kube-proxy$/;
const SHELL = /(?:^|\/)(?:ba|da|z)?sh$/;

/**
 * What of a command line is kube-proxy's: everything behind the program, through `hyperkube` and `sh -c` too. Null when
 * it starts something else. `named`: whether it is kube-proxy's own container, whose image may hold the program; behind
 * another program no flag is sure.
 */
export function proxyStart(words: readonly Word[], named: boolean): ProxyStart | null {
  const [first] = words;
  const all = first && SHELL.test(first.text) ? words.flatMap(scriptWords) : words;
  const at = all.findLastIndex(({ text }) => PROGRAM.test(text));
  if (at < 0 && !named) return null;
  const own = all.slice(at + 1);
  const isProgram = at >= 0 || first?.text.startsWith('-') === true;
  const end = own.findIndex(({ text }) => /^(?:[;&|]|\d?[<>])/.test(text));
  const given = end < 0 ? own : own.slice(0, end);
  return {
    flags: given
      .flatMap((word, index) => flagOf(word, given[index + 1]))
      .map(flag => ({ ...flag, sure: flag.sure && isProgram })),
    open: given.some((word, index) => mayBeFlag(word, given[index - 1])),
    evidence: (all[at] ?? first)?.evidence ?? [],
  };
}

/** The words of a shell script, which are its only in the simple cases; what a shell may put in place of one is not known. */
function scriptWords(word: Word): readonly Word[] {
  return word.text
    .split(/\s+/)
    .map(text => text.replace(/^["']|["']$/g, ''))
    .filter(text => text !== '')
    .map(text => ({ ...word, text }));
}

function flagOf(word: Word, next: Word | undefined): readonly ProxyFlag[] {
  const match = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(word.text);
  if (!match) return [];
  const { sure, evidence } = word;
  const name = `--${match[1]?.replaceAll('_', '-') ?? ''}`;
  const text = match[2] ?? (next && !next.text.startsWith('-') ? next.text : '');
  return [{ name, value: text.includes(UNKNOWN) ? null : text, sure, evidence }];
}

/** Whether a word is not known from its first character on, or a variable of a shell: then it may be any flag. */
function mayBeFlag({ text }: Word, before: Word | undefined): boolean {
  if (!/^(?:-[^=]*)?\uE000|^\$/.test(text)) return false;
  return text.startsWith('-') || !/^--?[\w-]+$/.test(before?.text ?? '');
}
