import { UNKNOWN_TOKEN } from '../../../core/source/rope.ts';

/** A text as words; in their place, what may be any text: over lines (`any`) or within one (`any of a line`). */
export type Words = readonly (string | typeof ANY | typeof ANY_OF_LINE)[];

const ANY = Symbol('any');
const ANY_OF_LINE = Symbol('any of a line');

/** What the oracle of the corpus put where only a real node, or another role, would have told. */
const STAND_INS = /STUB_\w+|stub-[\w-]+|\b192\.0\.2\.\d+\b|\b(?:node|cp)1\b/;
const WORD = new RegExp(`${UNKNOWN_TOKEN.source}|(${STAND_INS.source})|\\n|[^\\S\\n]+|[\\w.]+|.`, 'gs');

/** Ends of files and blanks at ends of lines do not count. */
export function wordsOf(text: string): Words {
  const tidy = text
    .replace(/\r\n/g, '\n')
    .replace(/[ \t]+$/gm, '')
    .trimEnd();
  return [...tidy.matchAll(WORD)].map(([word, unknown, standIn]) =>
    unknown !== undefined ? ANY : standIn !== undefined ? ANY_OF_LINE : word,
  );
}

/** Whether two texts can be one, whatever the places in either that may be any text hold. */
export function fits(ours: Words, theirs: Words): boolean {
  let reached = Array.from({ length: theirs.length + 1 }, () => false);
  reached[0] = true;
  for (let j = 0; j < theirs.length; j++) reached[j + 1] = reached[j] === true && isAny(theirs[j]);
  for (const word of ours) {
    const next = Array.from({ length: theirs.length + 1 }, () => false);
    next[0] = reached[0] === true && isAny(word);
    for (let j = 0; j < theirs.length; j++) {
      const other = theirs[j];
      next[j + 1] =
        (reached[j] === true && word === other) ||
        (takes(word, other) && (next[j] === true || reached[j + 1] === true)) ||
        (takes(other, word) && (reached[j + 1] === true || next[j] === true));
    }
    reached = next;
  }
  return reached[theirs.length] === true;
}

type Word = Words[number] | undefined;

const isAny = (word: Word): boolean => word === ANY || word === ANY_OF_LINE;

/** Whether a place that may be any text can hold this word. */
function takes(place: Word, word: Word): boolean {
  return place === ANY || (place === ANY_OF_LINE && word !== '\n');
}
