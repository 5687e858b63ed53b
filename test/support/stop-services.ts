import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Services, StartedServices } from './start-services.ts';

/** Jest's global teardown: says what ran where and ends the services. */
export default async function stop(): Promise<void> {
  const { startedServices } = globalThis as { startedServices?: StartedServices };
  if (startedServices === undefined) return;
  console.log(ranWhere(startedServices.services));
  await startedServices.stop();
}

function ranWhere({ directory, postgresql, redis }: Services): string {
  const path = join(directory, 'ran');
  const ran = new Set(existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []);
  const say = (what: string, installed: boolean) =>
    `${what.split(' ')[1]} ${ran.has(what) ? 'ran' : installed ? 'not asked for' : 'NOT RUN (not installed)'}`;
  const stores = [say('store embedded', true), say('store postgresql', postgresql !== undefined)];
  const queues = [
    say('queue embedded', true),
    say('queue postgresql', postgresql !== undefined),
    say('queue redis', redis !== undefined),
  ];
  return `stores: ${stores.join(', ')}; queues: ${queues.join(', ')}`;
}
