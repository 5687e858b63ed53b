/**
 * Something that stops the gate from answering, or that a person has to correct before it can: unreadable YAML, a
 * broken template, a symlink on a governed path. Problems are shown with file and line and make a verdict fail; they
 * are never a pass.
 */
export type Problem = Readonly<{
  /** Path inside the repository, POSIX separators. Empty when no file is to blame. */
  file: string;
  /** 1-based; 0 when the whole file is meant. */
  line: number;
  column?: number;
  code: ProblemCode;
  /** One sentence for the person who can act. Names the value or construct, not our internals. */
  message: string;
}>;

export type ProblemCode =
  | 'yaml-invalid'
  | 'template-invalid'
  | 'template-undefined'
  | 'over-limit'
  | 'not-evaluated'
  /** A format the gate does not evaluate by design: a change of it is undecided. */
  | 'declined'
  /** A changed variable of the kubelet that nothing in the repository reads: what it does is undecided. */
  | 'unread-variable'
  /** What a node gets is another thing with another ansible-core, and nobody names the one that runs. */
  | 'ansible-version'
  | 'vaulted'
  | 'symlink'
  | 'submodule'
  | 'missing-file'
  | 'inventory-invalid'
  | 'playbook-invalid'
  | 'policy-invalid'
  /** A file mode nobody can have meant. */
  | 'mode-invalid'
  | 'kubelet-refuses'
  | 'unreadable';

/** Bad input found while reading: carries the place in the user's file. */
export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.file}${problem.line > 0 ? `:${problem.line}` : ''}: ${problem.message}`);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}
