import type { AddressInfo } from 'node:net';
import express, { type Router } from 'express';

/** Serves the routers on a port of this machine until it is stopped. */
export async function serve(
  ...routers: readonly Router[]
): Promise<Readonly<{ url: string; stop: () => Promise<void> }>> {
  const app = express();
  for (const router of routers) app.use(router);
  const server = app.listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
