import { rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';

/** A unix socket in front of a service's own, to take the service away and give it back. */
export type SocketProxy = Readonly<{ up(): Promise<void>; down(): Promise<void> }>;

/** Not there until `up`; `down` may be called again. */
export function socketProxy(path: string, target: string): SocketProxy {
  const sockets = new Set<Socket>();
  const server = createServer(inbound => {
    const outbound = connect(target);
    for (const [from, to] of [
      [inbound, outbound],
      [outbound, inbound],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  return {
    up: () => new Promise(resolve => server.listen(path, resolve)),
    down: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>(resolve => {
        server.close(() => resolve());
      });
      rmSync(path, { force: true });
    },
  };
}
