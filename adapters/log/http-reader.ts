import type { LogReader } from '../../core/log/verify.ts';

const TIMEOUT_MS = 30_000;
/** A full bundle of the largest entries: 256 * (2 + 65,535) bytes. */
const MAX_BYTES = 256 * (2 + 0xffff);

/** A log could not be read over HTTP: nothing is said about the log itself. */
export class LogUnreachable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LogUnreachable';
  }
}

/**
 * Reads a log that is served over HTTP.
 *
 * @param url where the log's `checkpoint` stands, for example `https://gate.example/log`.
 * @param token bearer token, for a log that is not public.
 * The reader answers null for 404 and throws LogUnreachable for everything that is neither that nor the resource.
 */
export function httpReader(url: string, token?: string): LogReader {
  const base = url.endsWith('/') ? url : `${url}/`;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return async path => {
    const address = new URL(path, base);
    try {
      const response = await fetch(address, { headers, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (response.status === 404) {
        await response.body?.cancel();
        return null;
      }
      if (!response.ok) throw new LogUnreachable(`${address.href} answered HTTP ${response.status}`);
      return await bodyOf(response, address.href);
    } catch (error) {
      if (error instanceof LogUnreachable) throw error;
      const { message, cause } = error as Error & { cause?: Error };
      throw new LogUnreachable(`${address.href} cannot be read: ${cause?.message ?? message}`, { cause: error });
    }
  };
}

async function bodyOf(response: Response, address: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new LogUnreachable(`${address} is larger than any resource of a log`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
