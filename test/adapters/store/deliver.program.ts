import { storeDelivery } from '../../../adapters/store/deliveries.ts';
import { openStore, type StoreOptions } from '../../../adapters/store/open-store.ts';

/** Stores deliveries four at a time until it is killed, and prints the id of each only when it is stored. */
const { options, prefix } = JSON.parse(process.argv[2] ?? '{}') as { options: StoreOptions; prefix: string };
const store = await openStore(options);
let next = 0;
const deliver = async () => {
  for (;;) {
    const guid = `${prefix}-${(next += 1)}`;
    await storeDelivery(store.db, {
      guid,
      event: 'push',
      action: null,
      installationId: null,
      repository: null,
      lane: null,
      body: Buffer.from(guid.repeat(200)),
    });
    console.log(guid);
  }
};
await Promise.all([deliver(), deliver(), deliver(), deliver()]);
