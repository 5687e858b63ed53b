import type { Application as Stored } from '../../adapters/store/applications.ts';

/** How merged content reached a host. */
export type Application = Readonly<{
  runId: string;
  at: string;
  outcome: Stored['outcome'];
  /** Why it is not as approved; empty when it is. */
  reasons: readonly string[];
  /** The change whose content the run had: the one asked about, or a later one that contains it. */
  changeId: number;
}>;

/** null: no run has brought it. */
export function applicationView(stored: Stored | undefined): Application | null {
  if (stored === undefined) return null;
  const { run, at, outcome, reasons, changeId } = stored;
  return { runId: run, at: at.toISOString(), outcome, reasons, changeId };
}
