import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { JobQueue } from '../../../adapters/queue/job-queue.ts';
import { openQueue } from '../../../adapters/queue/open-queue.ts';
import { openStore, type Store } from '../../../adapters/store/open-store.ts';
import { freshStore, services, storeVariants, temporaryDirectory } from '../../support/services.ts';
import { type SocketProxy, socketProxy } from '../../support/socket-proxy.ts';
import { until } from '../../support/until.ts';

const { redis, postgresql } = services();

describe('Redis that never answers', () => {
  test('is given up in the end, named without its password', async () => {
    const store = await openStore(await freshStore('embedded'));
    const lines: string[] = [];
    const opening = openQueue({
      store,
      redisUrl: 'redis://gate:geheim@127.0.0.1:1/0',
      patienceMs: 500,
      log: line => lines.push(line),
    });
    await expect(opening).rejects.toThrow('Redis at 127.0.0.1:1 cannot be used');
    expect(lines.join('\n')).not.toContain('geheim');
    await store.close();
  });
});

if (redis !== undefined) {
  describe('Redis that is away', () => {
    let store: Store;
    let queue: JobQueue | undefined;
    let proxy: SocketProxy;
    beforeAll(async () => {
      store = await openStore(await freshStore(storeVariants().at(-1)!));
    });
    afterAll(() => store.close());
    afterEach(async () => {
      await queue?.close(0);
      queue = undefined;
      await proxy.down().catch(() => {});
    });

    function place(): string {
      const path = join(temporaryDirectory(), 'redis.sock');
      proxy = socketProxy(path, redis!);
      return path;
    }
    const open = (redisUrl: string, lines: string[]) => openQueue({ store, redisUrl, log: line => lines.push(line) });

    test('is waited for at start, with a line for the operator', async () => {
      const path = place();
      const lines: string[] = [];
      const opening = open(path, lines);
      await until(() => lines.length > 0);
      await proxy.up();
      queue = await opening;
      expect(lines[0]).toContain(`${path} does not answer yet`);
      expect(await queue.ready()).toBe(true);
    });

    test('while it is away the queue says so, and goes on when it is back', async () => {
      const path = place();
      await proxy.up();
      queue = await open(path, []);
      const name = `outage-${process.pid}`;
      const done: string[] = [];
      await queue.process(name, 1, async job => void done.push(job.id));
      await queue.add(name, {}, { jobId: 'before' });
      await until(() => done.length === 1);
      await proxy.down();
      expect(await queue.ready()).toBe(false);
      const adding = queue.add(name, {}, { jobId: 'meanwhile' });
      await proxy.up();
      await adding;
      await until(() => done.length === 2);
      expect(await queue.ready()).toBe(true);
      expect(done).toEqual(['before', 'meanwhile']);
    });

    test('the queue can be closed while it is away', async () => {
      const path = place();
      await proxy.up();
      queue = await open(path, []);
      let aborted = false;
      let began = false;
      await queue.process(`closing-${process.pid}`, 1, async (_job, signal) => {
        began = true;
        await new Promise<void>(resolve => {
          signal.addEventListener('abort', () => {
            aborted = true;
            resolve();
          });
        });
      });
      await queue.add(`closing-${process.pid}`, {}, { jobId: 'long' });
      await until(() => began);
      await proxy.down();
      await queue.close(0);
      queue = undefined;
      expect(aborted).toBe(true);
    });
  });
}

if (postgresql !== undefined) {
  describe('PostgreSQL that is away', () => {
    test('is waited for at start, and while it is away the queue says so and goes on when it is back', async () => {
      const url = new URL(postgresql);
      const directory = temporaryDirectory();
      const socket = '.s.PGSQL.5432';
      const proxy = socketProxy(join(directory, socket), join(url.searchParams.get('host') ?? '', socket));
      url.searchParams.set('host', directory);
      const lines: string[] = [];
      const opening = openStore({ databaseUrl: url.href, log: line => lines.push(line) });
      await until(() => lines.length > 0);
      expect(lines[0]).toContain(`${directory}/postgres does not answer yet`);
      await proxy.up();
      const store = await opening;
      const queue = await openQueue({ store, log: () => {} });
      const name = `outage-${process.pid}`;
      const done: string[] = [];
      await queue.process(name, 1, async job => void done.push(job.id));
      await queue.add(name, {}, { jobId: 'before' });
      await until(() => done.length === 1);
      await proxy.down();
      expect(await queue.ready()).toBe(false);
      await proxy.up();
      await until(() => queue.ready());
      await queue.add(name, {}, { jobId: 'after' });
      await until(() => done.length === 2);
      await queue.close();
      await store.close();
      await proxy.down();
    });
  });
}
