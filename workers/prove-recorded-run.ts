import type { WorkerContext } from './worker-context.ts';
export const PROVE_QUEUE = 'prove';
export type ProveJob = Readonly<{ run: string }>;
export async function proveRecordedRun(_context: WorkerContext, _run: string): Promise<void> {}
