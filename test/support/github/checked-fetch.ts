import { checkExchange } from './openapi/contract.ts';

/**
 * Fetch that holds every exchange with the REST API against GitHub's published description and collects what breaks it.
 * Give it to `githubApp` in integration tests and expect `breaches` to be empty.
 */
export function checkedFetch(): Readonly<{ fetch: typeof fetch; breaches: string[] }> {
  const breaches: string[] = [];
  return {
    breaches,
    async fetch(input, init) {
      const response = await fetch(input, init);
      const url = new URL(input instanceof Request ? input.url : input);
      const text = await response.clone().text();
      const json = response.headers.get('content-type')?.startsWith('application/json') === true && text !== '';
      const body = typeof init?.body === 'string' ? (JSON.parse(init.body) as unknown) : undefined;
      try {
        checkExchange(
          init?.method ?? 'GET',
          `${url.pathname}${url.search}`,
          body,
          response.status,
          json ? (JSON.parse(text) as unknown) : undefined,
        );
      } catch (error) {
        breaches.push(error instanceof Error ? error.message : String(error));
      }
      return response;
    },
  };
}
