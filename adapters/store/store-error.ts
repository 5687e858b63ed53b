/**
 * Why the store cannot be used. `in-use`: another process has the embedded store open. `no-fsync`: a commit on the
 * embedded store did not reach the disk. `newer-database`: a newer kubelet-gate migrated this database. `unreachable`:
 * PostgreSQL did not answer within the time allowed. `corrupt`: a stored body cannot be read back.
 */
export type StoreErrorCode = 'in-use' | 'no-fsync' | 'newer-database' | 'unreachable' | 'corrupt';

/** A store that cannot be opened or read; the message is one line for the operator and names what to do. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}
