export type LogErrorCode =
  | 'bad-note'
  | 'bad-key'
  | 'bad-signature'
  | 'bad-checkpoint'
  | 'bad-path'
  | 'bad-bundle'
  | 'bad-proof'
  | 'bad-entry'
  | 'entry-too-large'
  | 'fork';

/** Something about the transparency log that does not follow its specification, or that must never happen to it. */
export class LogError extends Error {
  readonly code: LogErrorCode;
  constructor(code: LogErrorCode, message: string) {
    super(message);
    this.name = 'LogError';
    this.code = code;
  }
}
