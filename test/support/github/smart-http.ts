import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createGunzip } from 'node:zlib';
import type { BareRepository } from './bare-repository.ts';

export type GitService = 'git-upload-pack' | 'git-receive-pack';

/** `/{owner}/{repo}.git/info/refs` or `/{owner}/{repo}.git/git-upload-pack`, or null. */
export function gitRequestOf(
  method: string,
  url: URL,
): Readonly<{ fullName: string; service: GitService; advertise: boolean }> | null {
  const match = /^\/([^/]+\/[^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(url.pathname);
  if (!match) return null;
  const [, fullName = '', action = ''] = match;
  const service = action === 'info/refs' ? url.searchParams.get('service') : action;
  if (service !== 'git-upload-pack' && service !== 'git-receive-pack') return null;
  if ((method === 'GET') !== (action === 'info/refs')) return null;
  return { fullName, service, advertise: action === 'info/refs' };
}

/** Serves one request of git's smart HTTP protocol from a bare repository. Resolves when the answer is out. */
export function serveGit(
  repository: BareRepository,
  service: GitService,
  advertise: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const protocol = String(request.headers['git-protocol'] ?? '');
  response.writeHead(200, {
    'content-type': `application/x-${service}-${advertise ? 'advertisement' : 'result'}`,
    'cache-control': 'no-cache',
  });
  if (advertise && protocol !== 'version=2') {
    const banner = `# service=${service}\n`;
    response.write(`${(banner.length + 4).toString(16).padStart(4, '0')}${banner}0000`);
  }
  const child = spawn(
    'git',
    [service.replace('git-', ''), '--stateless-rpc', ...(advertise ? ['--advertise-refs'] : []), repository.directory],
    {
      env: {
        PATH: process.env['PATH'] ?? '',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        ...(protocol === '' ? {} : { GIT_PROTOCOL: protocol }),
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  child.stdin.on('error', () => undefined);
  if (advertise) child.stdin.end();
  else if (request.headers['content-encoding'] === 'gzip') request.pipe(createGunzip()).pipe(child.stdin);
  else request.pipe(child.stdin);
  child.stdout.pipe(response, { end: false });
  return new Promise(resolve => {
    const done = () => {
      response.end();
      resolve();
    };
    child.on('error', done);
    child.on('close', done);
    response.on('close', () => child.kill());
  });
}
