import { originsAt, type RenderedText } from '../source/rope.ts';
import { joinTexts, literalText, NO_TEXT, sliceText } from './rendered-text.ts';

/** A word of a shell command, quotes taken off. `fixed`: nothing in it is filled in when the shell runs. */
export type ShellWord = Readonly<{ text: RenderedText; fixed: boolean }>;

/** `> file`, `>> file`, `< file`; a here-document is `<<` with its text. */
export type Redirection = Readonly<{ operator: string; target: ShellWord }>;

/** One simple command. `piped`: it reads what the command before it writes. */
export type SimpleCommand = Readonly<{
  words: readonly ShellWord[];
  redirections: readonly Redirection[];
  piped: boolean;
  /** The line it starts on. */
  at: RenderedText;
}>;

/** `straight`: every command runs, one after the other, whatever the others answer. */
export type ShellScript = Readonly<{ commands: readonly SimpleCommand[]; straight: boolean }>;

/** Words that only lead to a command. */
const KEYWORDS = new Set([
  'if',
  'then',
  'else',
  'elif',
  'fi',
  'for',
  'while',
  'until',
  'do',
  'done',
  'case',
  'esac',
  '{',
  '}',
  '!',
]);

/**
 * Takes a shell script apart into simple commands (POSIX shell grammar, as far as words, quotes, operators,
 * redirections and here-documents go). Variables set to fixed text earlier in the script are filled in; whatever else
 * the shell fills in makes a word not fixed. Nothing is run.
 *
 * @param operators false for a command without a shell: everything is one command
 */
export function shellScript(script: RenderedText, operators: boolean): ShellScript {
  return new Reader(script, operators).read();
}

/** One pass over a script. */
class Reader {
  private readonly script: RenderedText;
  private readonly operators: boolean;
  private readonly commands: SimpleCommand[] = [];
  private readonly variables = new Map<string, ShellWord>();
  private readonly awaited: { end: string; literal: boolean; indented: boolean; keep: (text: ShellWord) => void }[] =
    [];
  private words: ShellWord[] = [];
  private redirections: Redirection[] = [];
  private piped = false;
  private straight = true;
  private begin = 0;
  private at = 0;

  constructor(script: RenderedText, operators: boolean) {
    this.script = script;
    this.operators = operators;
  }

  read(): ShellScript {
    const { text } = this.script;
    while (this.at < text.length) {
      const char = text[this.at] ?? '';
      if (char === '\n' && this.operators) this.endLine();
      else if (/\s/.test(char)) this.at++;
      else if (text.startsWith('\\\n', this.at)) this.at += 2;
      else if (char === '#' && this.operators) this.at = this.lineEnd(this.at);
      else if (this.operators && /[;&|()<>]/.test(char)) this.operator();
      else if (this.operators && /^\d+[<>]/.test(text.slice(this.at, this.at + 8))) this.at++;
      else this.words.push(this.word());
    }
    this.endCommand(false);
    return { commands: this.commands, straight: this.straight };
  }

  private lineEnd(from: number): number {
    const end = this.script.text.indexOf('\n', from);
    return end < 0 ? this.script.text.length : end;
  }

  private endLine(): void {
    this.at++;
    for (const { end, literal, indented, keep } of this.awaited.splice(0)) {
      const start = this.at;
      for (;;) {
        const lineEnd = this.lineEnd(this.at);
        const line = this.script.text.slice(this.at, lineEnd);
        const over = lineEnd >= this.script.text.length;
        if ((indented ? line.replace(/^\t+/, '') : line).trimEnd() === end || over) {
          const body = sliceText(this.script, start, over && line.trim() !== end ? lineEnd : this.at);
          keep({ text: body, fixed: literal || !/[$`]/.test(body.text) });
          this.at = Math.min(lineEnd + 1, this.script.text.length);
          break;
        }
        this.at = lineEnd + 1;
      }
    }
    this.endCommand(false);
  }

  private operator(): void {
    const match = /^(?:<<<|<<-?|>>|>\||&>>?|[<>]&|&&|\|\||\|&|;;|[;&|()<>])/.exec(
      this.script.text.slice(this.at, this.at + 3),
    );
    const operator = match?.[0] ?? ';';
    this.at += operator.length;
    if (/[<>]/.test(operator)) {
      this.redirect(operator);
      return;
    }
    if (operator === '&&' || operator === '||' || /[()]/.test(operator)) this.straight = false;
    this.endCommand(operator.startsWith('|') && operator !== '||');
  }

  private redirect(operator: string): void {
    while (/[ \t]/.test(this.script.text[this.at] ?? '')) this.at++;
    const quoted = /["'\\]/.test(this.script.text[this.at] ?? '');
    const target = this.word();
    if (!operator.startsWith('<<') || operator === '<<<') {
      this.redirections.push({ operator: operator.replace('|', ''), target });
      return;
    }
    const { redirections } = this;
    this.awaited.push({
      end: target.text.text,
      literal: quoted,
      indented: operator === '<<-',
      keep: text => redirections.push({ operator: '<<', target: text }),
    });
  }

  private endCommand(pipes: boolean): void {
    if (this.awaited.length > 0 && !pipes && this.words.length === 0) return;
    const leading = this.words.findIndex(({ text }) => !KEYWORDS.has(text.text));
    if (leading !== 0 && this.words.length > 0) this.straight = false;
    const words = leading < 0 ? [] : this.words.slice(leading);
    const assigned = words.length === 1 ? /^([A-Za-z_]\w*)=/.exec(words[0]?.text.text ?? '') : null;
    if (assigned && words[0]) {
      const { text, fixed } = words[0];
      const value = sliceText(text, assigned[0].length, text.text.length);
      if (fixed) this.variables.set(assigned[1] ?? '', { text: value, fixed });
      else this.variables.delete(assigned[1] ?? '');
    } else if (words.length > 0 || this.redirections.length > 0) {
      const at = sliceText(this.script, this.begin, Math.max(this.begin + 1, this.at));
      this.commands.push({ words, redirections: this.redirections, piped: this.piped, at });
    }
    this.words = [];
    this.redirections = [];
    this.piped = pipes;
    this.begin = this.at;
  }

  private word(): ShellWord {
    const { text } = this.script;
    if (this.words.length === 0 && this.redirections.length === 0) this.begin = this.at;
    const parts: RenderedText[] = [];
    let fixed = true;
    let from = this.at;
    let quote = '';
    const keep = (): void => {
      if (this.at > from) parts.push(sliceText(this.script, from, this.at));
    };
    for (; this.at < text.length; this.at++) {
      const char = text[this.at] ?? '';
      const next = text[this.at + 1] ?? '';
      if (quote === '' && (/\s/.test(char) || (this.operators && /[;&|()<>]/.test(char)))) break;
      if (char === '\\' && quote !== "'" && (quote === '' || '"\\$`\n'.includes(next))) {
        keep();
        if (next !== '\n') parts.push(literalText(next, originsAt(this.script, this.at, this.at + 2)));
        this.at++;
        from = this.at + 1;
      } else if (quote === '' ? char === '"' || char === "'" : char === quote) {
        keep();
        quote = quote === '' ? char : '';
        from = this.at + 1;
      } else if (this.operators && quote !== "'" && (char === '`' || char === '$')) {
        const reference = /^\$(?:\{(\w+)\}|(\w+))/.exec(text.slice(this.at, this.at + 80));
        const known = this.variables.get(reference?.[1] ?? reference?.[2] ?? '');
        if (reference && known) {
          keep();
          parts.push(known.text);
          this.at += reference[0].length - 1;
          from = this.at + 1;
        } else fixed = fixed && char === '$' && !/[\w{(]/.test(next);
        if (text.startsWith('$(', this.at)) this.at = this.substitutionEnd(this.at);
      }
    }
    keep();
    return { text: parts.length > 0 ? joinTexts(parts) : NO_TEXT, fixed };
  }

  /** The closing bracket of `$(`, or the end of the script. */
  private substitutionEnd(from: number): number {
    let depth = 0;
    for (let at = from + 1; at < this.script.text.length; at++) {
      if (this.script.text[at] === '(') depth++;
      if (this.script.text[at] === ')' && --depth === 0) return at;
    }
    return this.script.text.length - 1;
  }
}
