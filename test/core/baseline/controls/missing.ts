import type { Control } from '../../../../core/baseline/types.ts';
import { answer } from '../situation.ts';
import type { Row } from './row.ts';

/** What keeps a row from showing a control: kinds of situations it lacks, and situations that answer otherwise. */
export function missingOf(control: Control, row: Row | undefined): readonly string[] {
  if (!row) return ['no row of situations'];
  const cases = (['pass', 'violated', 'undecided'] as const).flatMap(expected => {
    const situations = row[expected];
    if (situations.length === 0) return [`no ${expected} situation`];
    return situations.flatMap((situation, index) => {
      const { result } = answer(control.id, situation);
      return result === expected ? [] : [`${expected} situation ${index + 1} says ${result}`];
    });
  });
  return [...cases, ...missingAbsence(control, row)];
}

/** Both ways of absence must be told where the control says what absence means. */
function missingAbsence({ id, absent }: Control, row: Row): readonly string[] {
  if (!row.absent) return absent ? ['no absent case'] : [];
  const file = answer(id, { config: '' }).result;
  const flags = answer(id, { config: null }).result;
  return [
    ...(file === row.absent.file ? [] : [`absent with a file says ${file}, not ${row.absent.file}`]),
    ...(flags === row.absent.flags ? [] : [`absent on flags alone says ${flags}, not ${row.absent.flags}`]),
  ];
}
