import { gunzipSync, gzipSync } from 'node:zlib';
import { type QueryExecutorProvider, sql } from 'kysely';
import type { EvaluationAnswer } from '../evaluation/request.ts';

/** Keeps an answer whole: what was shown is what can be shown again. `key` names everything the verdict was computed from; the same key is the same verdict. */
export async function saveVerdict(
  db: QueryExecutorProvider,
  key: string,
  kept: EvaluationAnswer,
  now: Date,
): Promise<void> {
  const packed = gzipSync(JSON.stringify(kept, replacer), { level: 1 }).toString('base64');
  await sql`
    insert into verdicts (key, head, digest, conclusion, body, created_at)
    values (${key}, ${kept.verdict.head}, ${kept.verdict.digest}, ${kept.verdict.conclusion}, ${packed}, ${now})
    on conflict (key) do nothing`.execute(db);
}

export async function verdictByKey(db: QueryExecutorProvider, key: string): Promise<EvaluationAnswer | null> {
  const { rows } = await sql<{ body: string }>`select body from verdicts where key = ${key}`.execute(db);
  const body = rows[0]?.body;
  return body === undefined ? null : JSON.parse(gunzipSync(Buffer.from(body, 'base64')).toString('utf8'), reviver);
}

/** ChangedFile holds sets of line numbers, which JSON has no form for. */
function replacer(_key: string, value: unknown): unknown {
  return value instanceof Set ? { $set: [...value] } : value;
}

function reviver(_key: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && '$set' in value && Array.isArray(value.$set)
    ? new Set(value.$set)
    : value;
}
