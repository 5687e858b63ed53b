import type { ControlResult } from '../../../../core/baseline/types.ts';
import type { Situation } from '../situation.ts';

export type Result = ControlResult['result'];

/** What one control says where, over repositories that are really rendered. */
export type Row = Readonly<{
  pass: readonly Situation[];
  violated: readonly Situation[];
  undecided: readonly Situation[];
  /** Nothing sets it: with an empty configuration file, and on flags alone. Null where absence means nothing. */
  absent: Readonly<{ file: Result; flags: Result }> | null;
}>;

/** Rows by control id. */
export type Rows = Readonly<Record<string, Row>>;
