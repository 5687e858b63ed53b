import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `condition` holds; jest's own timeout ends a wait for something that never comes. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}
