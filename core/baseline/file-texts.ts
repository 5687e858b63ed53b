import type { NodeFile } from '../ansible/types.ts';
import type { RenderedText } from '../source/rope.ts';
import { notApplicable, undecided, worstOf } from './place-answer.ts';
import type { PlaceAnswer } from './types.ts';

/** A file as people name it: the repository file it is made of, else where it lands. */
export function fileName({ source, dest }: NodeFile): string {
  return source ?? (dest.value.known ? dest.value.json : 'a file');
}

/** Where a file lands on the node; '' when that is not known. */
export function destOf({ dest }: NodeFile): string {
  return dest.value.known ? dest.value.json : '';
}

/** Every text a file may have, with why it has that one. */
export function textsOf(file: NodeFile): readonly Readonly<{ text: RenderedText; why: readonly string[] }>[] {
  if (!file.text) return [];
  if (file.alternatives.length === 0) return [{ text: file.text, why: [] }];
  return file.alternatives.map(({ conditions, text }) => ({
    text,
    why: conditions.flatMap(({ unknown }) => unknown.why),
  }));
}

/** The answer all texts of a file agree on; where they differ, conditions decide and it is undecided. */
export function agreedOn(file: NodeFile, path: string, judge: (text: RenderedText) => PlaceAnswer): PlaceAnswer {
  if (!file.text) return undecided(path, `the text of ${fileName(file)} is not known`, []);
  const texts = textsOf(file);
  const answers = texts.map(({ text }) => judge(text));
  const [first] = answers;
  if (first && !file.truncated && answers.every(({ result }) => result === first.result)) return first;
  const why = [...new Set(texts.flatMap(one => one.why))].join('; ') || 'unknown conditions';
  return undecided(path, `${path} depends on ${why}`, worstOf(answers)?.evidence ?? []);
}

/** The answer for the first of several files, where one that may not be placed leaves that to the next. */
export function firstPlaced(
  path: string,
  files: readonly NodeFile[],
  judge: (file: NodeFile) => PlaceAnswer,
): PlaceAnswer {
  const sure = files.findIndex(({ when }) => when === null);
  const possible = files.slice(0, sure < 0 ? files.length : sure + 1);
  const answers = possible.map(judge);
  const [first] = answers;
  if (!first) return notApplicable(path, '');
  if (answers.every(({ result }) => result === first.result)) return first;
  const why = possible.flatMap(({ when }) => when?.why ?? []);
  return undecided(path, `${path} depends on ${why.join('; ')}`, worstOf(answers)?.evidence ?? []);
}
