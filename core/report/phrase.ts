import { code, plain, visible } from './foreign-text.ts';

/** A sentence of our words and of foreign text, told apart so that each place can show them safely. */
export type Phrase = readonly (string | Readonly<{ foreign: string; cap?: number }>)[];

export const foreign = (text: string, cap?: number): Readonly<{ foreign: string; cap?: number }> =>
  cap === undefined ? { foreign: text } : { foreign: text, cap };

/** Foreign parts in code spans. */
export function toMarkdown(phrase: Phrase): string {
  return phrase.map(part => (typeof part === 'string' ? part : code(part.foreign, part.cap))).join('');
}

/** For places of GitHub that show plain text. */
export function toPlain(phrase: Phrase): string {
  return phrase.map(part => (typeof part === 'string' ? part : plain(part.foreign, part.cap))).join('');
}

/** For terminals: nothing in it moves the cursor or changes colours. */
export function toTerminal(phrase: Phrase): string {
  return phrase.map(part => (typeof part === 'string' ? part : visible(part.foreign, part.cap))).join('');
}

/** Phrases with words between them. */
export function joined(phrases: readonly Phrase[], separator: string): Phrase {
  return phrases.flatMap((phrase, index) => (index === 0 ? phrase : [separator, ...phrase]));
}
