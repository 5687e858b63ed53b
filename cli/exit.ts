/** Exit codes of every command (contract): the answer is fine, the answer is "no", there is no answer. */
export const EXIT = { fine: 0, no: 1, unanswerable: 2 } as const;

/** The question cannot be answered: bad input, something unreadable or unreachable. The message is one line for the user. */
export class Unanswerable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Unanswerable';
  }
}

/** Writes all of a text to standard output; resolves when it is out, also into a pipe. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text.endsWith('\n') ? text : `${text}\n`, error => (error ? reject(error) : resolve()));
  });
}
