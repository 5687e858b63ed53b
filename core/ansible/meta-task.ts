import type { Unknown } from '../source/rope.ts';
import { taskRuns, type Verdict } from './conditions.ts';
import { type Frame, type HostRun, readExternal } from './host-run.ts';
import type { Place } from './repository.ts';
import { scopeOf } from './scope.ts';
import type { Task } from './task.ts';

/** What a `meta` task asks for, or null for another task. */
export function metaAction(task: Task): string | null {
  if (task.module !== 'meta') return null;
  return task.free?.kind === 'str' ? task.free.text.trim() : '';
}

/** Whether a `meta` task runs: some ask one host for all. */
export function metaRuns(run: HostRun, frame: Frame, task: Task, action: string): Verdict {
  return action === 'end_play' || action === 'end_batch'
    ? decidedByFirst(run, frame, task, action)
    : taskRuns(run, frame, task.when, scopeOf(run, frame));
}

/**
 * Ends what a `meta: end_…` task ends: the rest of the play for the host, or of the role it stands in. If nobody can
 * tell whether it does, everything after it is done under that condition. Facts cleared and an inventory read anew
 * change nothing that is known from Git.
 */
export function runMeta(run: HostRun, { role }: Frame, { at }: Task, action: string, verdict: Verdict): void {
  const ended = endedBy(at, verdict);
  const strongest = (before: boolean | Unknown) => (before === false || ended === true ? ended : before);
  if (['end_host', 'end_play', 'end_batch'].includes(action)) run.ended = strongest(run.ended);
  if (action === 'end_role' && role) run.endedRoles.set(role, strongest(run.endedRoles.get(role) ?? false));
}

function endedBy({ file, line }: Place, { holds, unknown }: Verdict): boolean | Unknown {
  if (holds !== null) return holds;
  const why = unknown.why.map(reason => `whether ${file}:${line} ends it before (${reason})`);
  return { key: `ended at ${file}:${line} by ${unknown.key}`, why };
}

/** Batches of a play whose first hosts are asked; more are not told apart. */
const MAX_BATCHES = 50;

/**
 * The condition is asked of the first host of each batch alone, for all of it (`StrategyBase._execute_meta` runs once).
 * `end_play` in one batch keeps the later ones from being run at all.
 */
function decidedByFirst(run: HostRun, frame: Frame, task: Task, action: string): Verdict {
  const { world } = run;
  if (world.everyNode || task.when.length + frame.conditions.length === 0)
    return taskRuns(run, frame, task.when, scopeOf(run, frame));
  const places = world.batchesOf(frame.playIndex) ?? new Map<string, { place: number }>();
  const first = [...places].filter(([, { place }]) => place === 0).map(([host]) => host);
  const verdicts = first.slice(0, MAX_BATCHES).map(host => {
    const asked: HostRun = { ...run, host, forMany: false, taken: new Map(), reads: new Map() };
    return taskRuns(asked, frame, task.when, scopeOf(asked, frame));
  });
  const [verdict] = verdicts;
  if (verdict && first.length <= MAX_BATCHES && verdicts.every(one => sameVerdict(one, verdict))) return verdict;
  const batch = readExternal(run, `batch:${frame.playIndex}`);
  if (typeof batch === 'number' && batch < MAX_BATCHES) {
    const own = verdicts[batch];
    const before = action === 'end_play' ? verdicts.slice(0, batch) : [];
    const decisive = before.find(({ holds }) => holds === true) ?? before.find(({ holds }) => holds === null) ?? own;
    if (decisive) return decisive;
  }
  const why = `which host the condition at ${task.at.file}:${task.at.line} is asked of`;
  return { holds: null, unknown: { key: why, why: [why] } };
}

function sameVerdict(a: Verdict, b: Verdict): boolean {
  return a.holds === b.holds && a.unknown?.key === b.unknown?.key;
}
