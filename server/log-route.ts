import type { RequestHandler } from 'express';
import type { QueryExecutorProvider } from 'kysely';
import { readLogResource } from '../adapters/store/log.ts';

/** `GET /log/…`: the transparency log as C2SP tlog-tiles lays it out. Tiles never change, the checkpoint does. */
export function logRoute(db: QueryExecutorProvider): RequestHandler {
  return async (request, response) => {
    const path = request.path.replace(/^\/+/, '');
    const resource = await readLogResource(db, path);
    if (resource === null) {
      response.status(404).json({ error: 'the log has no such resource' });
      return;
    }
    response
      .type(path === 'checkpoint' ? 'text/plain; charset=utf-8' : 'application/octet-stream')
      .set('Cache-Control', path === 'checkpoint' ? 'no-cache' : 'public, max-age=31536000, immutable')
      .send(Buffer.from(resource));
  };
}
