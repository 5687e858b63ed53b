import type { QueryExecutorProvider } from 'kysely';
import type { RunReader } from './api/sources.ts';
export function runReader(_db: QueryExecutorProvider): RunReader {
  return { list: async () => [], byId: async () => null, exceptions: async () => [] };
}
