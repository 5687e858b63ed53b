import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { type RequestHandler, Router, urlencoded } from 'express';

/** Whether the request carries this bearer token; compares digests, so length and content take the same time. */
export function hasBearer(request: Request, token: string | undefined): boolean {
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  return token !== undefined && given !== undefined && same(given, token);
}

/** A request from this machine itself, not passed on by a proxy. */
export function isLoopback(request: Request): boolean {
  const address = request.socket.remoteAddress ?? '';
  const local = address === '::1' || /^(::ffff:)?127\./.test(address) || address === '';
  return local && request.headers['x-forwarded-for'] === undefined && request.headers.forwarded === undefined;
}

const COOKIE = 'kubelet_gate_reader';
const SESSION_SECONDS = 12 * 60 * 60;

/**
 * Who may read the change log: holders of AUDIT_TOKEN (bearer, or a cookie from the sign-in form). Without a token in
 * the settings only this machine itself may.
 */
export function readersOnly(auditToken: string | undefined, now: () => Date): RequestHandler {
  return (request, response, next) => {
    if (auditToken === undefined) {
      if (isLoopback(request)) return next();
      response.status(403).json({ error: 'AUDIT_TOKEN is not set, so only this machine itself may read' });
      return;
    }
    if (hasBearer(request, auditToken) || hasSession(request, auditToken, now())) return next();
    if (request.accepts(['json', 'html']) === 'html') return response.redirect(303, '/sign-in');
    response.status(401).set('WWW-Authenticate', 'Bearer').json({ error: 'a bearer token is needed (AUDIT_TOKEN)' });
  };
}

/** `GET /sign-in` and `POST /sign-in`: trades the audit token for a cookie, so that people can use a browser. */
export function signInRouter(auditToken: string | undefined, secureCookie: boolean, now: () => Date): Router {
  const router = Router();
  router.get('/sign-in', (_request, response) => {
    response.type('html').send(FORM);
  });
  router.post('/sign-in', urlencoded({ extended: false, limit: '4kb' }), (request, response) => {
    const given: unknown = request.body?.token;
    if (auditToken === undefined || typeof given !== 'string' || !same(given.trim(), auditToken)) {
      response
        .status(401)
        .type('html')
        .send(FORM.replace('<!--error-->', '<p role="alert">That is not the audit token.</p>'));
      return;
    }
    const expires = Math.floor(now().getTime() / 1000) + SESSION_SECONDS;
    response.cookie(COOKIE, `${expires}.${seal(auditToken, expires)}`, {
      httpOnly: true,
      sameSite: 'lax',
      secure: secureCookie,
      maxAge: SESSION_SECONDS * 1000,
    });
    response.redirect(303, '/');
  });
  return router;
}

const FORM = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in · kubelet-gate</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/style.css">
<main><h1>kubelet-gate</h1><!--error--><form method="post" action="/sign-in">
<p><label>Audit token <input type="password" name="token" autocomplete="current-password" required autofocus></label>
<button>Sign in</button></p></form></main></html>`;

function hasSession(request: Request, auditToken: string, now: Date): boolean {
  const cookie = new RegExp(`(?:^|;\\s*)${COOKIE}=(\\d{1,12})\\.([0-9a-f]{64})(?:;|$)`).exec(
    request.headers.cookie ?? '',
  );
  const expires = Number(cookie?.[1]);
  return cookie?.[2] !== undefined && expires * 1000 > now.getTime() && same(cookie[2], seal(auditToken, expires));
}

function seal(auditToken: string, expires: number): string {
  return createHmac('sha256', auditToken).update(`reader session ${expires}`).digest('hex');
}

function same(given: string, wanted: string): boolean {
  return timingSafeEqual(createHash('sha256').update(given).digest(), createHash('sha256').update(wanted).digest());
}
