import { gunzipSync, gzipSync } from 'node:zlib';
import { type QueryExecutorProvider, sql } from 'kysely';
import type { ChangedFile } from '../../core/review/changed-file.ts';
import type { EvaluationAnswer } from '../evaluation/request.ts';

/**
 * Keeps an answer whole: what was shown is what can be shown again. `key` names everything the verdict was computed
 * from; the same key is the same verdict.
 */
export async function saveVerdict(
  db: QueryExecutorProvider,
  key: string,
  kept: EvaluationAnswer,
  now: Date,
): Promise<void> {
  const body = { ...kept, changedFiles: kept.changedFiles.map(packFile) };
  const packed = gzipSync(JSON.stringify(body), { level: 1 }).toString('base64');
  await sql`
    insert into verdicts (key, head, digest, conclusion, body, created_at)
    values (${key}, ${kept.verdict.head}, ${kept.verdict.digest}, ${kept.verdict.conclusion}, ${packed}, ${now})
    on conflict (key) do nothing`.execute(db);
}

export async function verdictByKey(db: QueryExecutorProvider, key: string): Promise<EvaluationAnswer | null> {
  const { rows } = await sql<{ body: string }>`select body from verdicts where key = ${key}`.execute(db);
  const body = rows[0]?.body;
  if (body === undefined) return null;
  const kept = JSON.parse(gunzipSync(Buffer.from(body, 'base64')).toString('utf8')) as PackedAnswer;
  return { ...kept, changedFiles: kept.changedFiles.map(unpackFile) };
}

/** JSON has no form for sets of line numbers. */
type PackedFile = Omit<ChangedFile, 'addedLines' | 'removedLines'> &
  Readonly<{ addedLines: readonly number[]; removedLines: readonly number[] }>;
type PackedAnswer = Omit<EvaluationAnswer, 'changedFiles'> & Readonly<{ changedFiles: readonly PackedFile[] }>;

function packFile(file: ChangedFile): PackedFile {
  return { ...file, addedLines: [...file.addedLines], removedLines: [...file.removedLines] };
}

function unpackFile(file: PackedFile): ChangedFile {
  return { ...file, addedLines: new Set(file.addedLines), removedLines: new Set(file.removedLines) };
}
