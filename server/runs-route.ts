import type { RequestHandler } from 'express';
export function runsRoute(_options: object): RequestHandler {
  return (_request, response) => void response.status(503).end();
}
