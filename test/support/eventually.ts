import { setTimeout as sleep } from 'node:timers/promises';

/** How long something may take on a busy machine before a test says what is there instead. */
const PATIENCE_MS = 200_000;

/**
 * What `look` finds, as soon as it finds something.
 * @throws Error with `otherwise()` when it never does
 */
export async function eventually<T>(
  look: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  otherwise: () => unknown,
): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS; ; ) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (Date.now() > end) {
      const instead = await otherwise();
      throw new Error(`it never came; ${typeof instead === 'string' ? instead : JSON.stringify(instead, null, 1)}`);
    }
    await sleep(30);
  }
}
