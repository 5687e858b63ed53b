import { Option } from 'commander';
import { readBaseline } from '../config/baseline.ts';
import type { Baseline } from '../core/baseline/types.ts';
import { ProblemError } from '../core/source/problem.ts';
import { Unanswerable } from './exit.ts';

/** `--baseline FILE`: an operator's own baseline on top of the shipped one. */
export function baselineOption(): Option {
  return new Option('--baseline <file>', "an operator's own baseline, on top of this one");
}

/** The shipped baseline with the operator's file on it. @throws Unanswerable with file and line when it is refused. */
export function openBaseline(own: string | undefined): Baseline {
  try {
    return readBaseline(undefined, own);
  } catch (cause) {
    if (cause instanceof ProblemError) throw new Unanswerable(cause.message, { cause });
    throw cause;
  }
}
