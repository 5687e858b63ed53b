/** A question that cannot be answered as asked. The message is for the person who asked. */
export class ReadError extends Error {
  /** 400: the question is malformed. 404: there is no such thing. */
  readonly status: 400 | 404;
  constructor(status: 400 | 404, message: string) {
    super(message);
    this.name = 'ReadError';
    this.status = status;
  }
}
