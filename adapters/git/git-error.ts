/**
 * `not-found`: the commit is not there (a head that vanished); `forbidden`: the repository cannot be read with these
 * credentials, which GitHub also says of one that does not exist; `unavailable`: worth a retry; `invalid`: what git was
 * asked or what it found makes no sense and will not after a retry.
 */
export type GitErrorCode = 'not-found' | 'forbidden' | 'unavailable' | 'invalid';

/** An error of git. The message is one line and carries no credentials. */
export class GitError extends Error {
  readonly code: GitErrorCode;
  constructor(code: GitErrorCode, message: string) {
    super(message);
    this.name = 'GitError';
    this.code = code;
  }
}
