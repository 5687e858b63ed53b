import { PythonError } from '../value.ts';

/** Nothing Python would raise: an evaluation that must not decide unknown conditions met one. */
export class NeedsDecision extends PythonError {
  constructor() {
    super('fails', 'needs a decision');
    this.name = 'NeedsDecision';
  }
}

/** Nothing Python would raise: what an operation gives, or whether it fails, hangs on an unknown value. */
export class Undecided extends PythonError {
  constructor() {
    super('fails', 'hangs on a value that is not known');
    this.name = 'Undecided';
  }
}
