import { expect, test } from '@jest/globals';
import { openStore } from '../../../adapters/store/open-store.ts';
import { startChild } from '../../support/child.ts';
import { describeOnEveryQueue } from '../../support/services.ts';

describeOnEveryQueue('inbox to outbox', fresh => {
  test('every delivery is processed although the process is killed in the middle of it, again and again', async () => {
    const services = await fresh();
    const guids = Array.from({ length: 40 }, (_, n) => `delivery ${n}`);
    const start = () => startChild(new URL('./pipeline.program.ts', import.meta.url), { services, guids });
    for (let kill = 0; kill < 2; kill += 1) {
      const child = start();
      const enough = 1 + Math.floor(Math.random() * 8);
      for (let n = 0; n < enough; n += 1) expect(await child.nextLine()).toContain('delivery');
      expect(await child.kill('SIGKILL')).toBeNull();
    }
    expect(await start().ended).toBe(0);
    const store = await openStore(services.store);
    const deliveries = await store.db.selectFrom('deliveries').select(['guid', 'state', 'last_error']).execute();
    const publications = await store.db.selectFrom('publications').select(['key', 'state']).execute();
    await store.close();
    expect(deliveries.filter(({ state }) => state !== 'done')).toEqual([]);
    expect(deliveries.map(({ guid }) => guid).sort()).toEqual([...guids].sort());
    expect(publications.map(({ key }) => key).sort()).toEqual([...guids].sort());
    expect(new Set(publications.map(({ state }) => state))).toEqual(new Set(['pending']));
  }, 480_000);
});
