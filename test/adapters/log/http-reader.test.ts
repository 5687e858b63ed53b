import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { httpReader } from '../../../adapters/log/http-reader.ts';

let server: Server | undefined;
async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>(resolve => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
afterEach(async () => {
  await new Promise(resolve => server?.close(resolve) ?? resolve(null));
  server = undefined;
});

describe('reading a log over HTTP', () => {
  test('a resource comes back byte for byte, asked for below the log with the token', async () => {
    const url = await serve((request, response) => {
      response.end(
        Buffer.concat([Buffer.from([0, 255]), Buffer.from(`${request.url} ${request.headers.authorization}`)]),
      );
    });
    const bytes = await httpReader(`${url}/log`, 'secret')('tile/entries/000.p/1');
    expect(Buffer.from(bytes!).subarray(0, 2)).toEqual(Buffer.from([0, 255]));
    expect(Buffer.from(bytes!).subarray(2).toString()).toBe('/log/tile/entries/000.p/1 Bearer secret');
  });

  test('a resource the log does not have is null', async () => {
    const url = await serve((_, response) => response.writeHead(404).end('no'));
    expect(await httpReader(url)('checkpoint')).toBeNull();
  });

  test.each([401, 500, 503])('HTTP %i says nothing about the log', async status => {
    const url = await serve((_, response) => response.writeHead(status).end());
    await expect(httpReader(url)('checkpoint')).rejects.toThrow(`answered HTTP ${status}`);
  });

  test('a redirect is not followed', async () => {
    const url = await serve((_, response) => response.writeHead(302, { location: '/elsewhere' }).end());
    await expect(httpReader(url)('checkpoint')).rejects.toThrow('cannot be read');
  });

  test('an endless answer is cut off', async () => {
    const url = await serve((_, response) => {
      const more = (): void => {
        while (response.write(Buffer.alloc(1 << 20)));
      };
      response.on('drain', more).on('error', () => {});
      more();
    });
    await expect(httpReader(url)('checkpoint')).rejects.toThrow('is larger than any resource of a log');
  });

  test('a log nobody serves is unreachable, with its address', async () => {
    const url = await serve(() => {});
    await new Promise(resolve => server!.close(resolve));
    await expect(httpReader(url)('checkpoint')).rejects.toThrow(`${url}/checkpoint cannot be read`);
  });
});
