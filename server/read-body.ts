import type { IncomingMessage } from 'node:http';

/**
 * The body of a request as sent, at most `limit` bytes. `too large`: reading stopped there, so the answer has to close
 * the connection; `aborted`: the sender is gone. `each` sees every chunk as it comes. Never rejects.
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  each?: (chunk: Buffer) => void,
): Promise<Buffer | 'too large' | 'aborted'> {
  return new Promise(resolve => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) {
        request.pause();
        request.removeAllListeners('data');
        return resolve('too large');
      }
      each?.(chunk);
      chunks.push(chunk);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', () => resolve('aborted'));
    request.once('close', () => resolve('aborted'));
  });
}
