import type { NodeFile } from '../ansible/types.ts';
import type { RenderedText } from '../source/rope.ts';
import { destOf, textsOf } from './file-texts.ts';

/** A unit, a drop-in or an environment file as it lands on the node. */
export type UnitText = Readonly<{ path: string; text: RenderedText }>;

/** Ways the texts of unit and drop-ins may go together that are looked at. */
const MOST_WAYS = 16;

/** Every way the texts of the files may go together; null when they are more than can be looked at. */
export function unitWays(files: readonly NodeFile[]): readonly (readonly UnitText[])[] | null {
  let ways: readonly (readonly UnitText[])[] = [[]];
  for (const file of files) {
    const texts: readonly (UnitText | null)[] = [
      ...textsOf(file).map(({ text }) => ({ path: destOf(file), text })),
      ...(file.when === null ? [] : [null]),
    ];
    ways = ways.flatMap(way => texts.map(text => (text ? [...way, text] : way)));
    if (file.truncated || ways.length > MOST_WAYS) return null;
  }
  return ways;
}
