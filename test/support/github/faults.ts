/**
 * What can go wrong between us and GitHub. `reply-lost`: the state changes, the connection dies before the answer.
 * `timeout`: nothing is done and no answer comes until the caller gives up. `reset`: nothing is done, connection dropped.
 */
export type FaultKind = '500' | '502' | '404' | 'timeout' | 'reset' | 'reply-lost' | 'secondary-limit' | 'rate-limit';

export type Fault = Readonly<{
  /** `METHOD /path` as a string prefix or a pattern; the path is without `/api/v3` and query, git paths start with the repository. */
  match: string | RegExp;
  kind: FaultKind;
  /** How many matching requests it meets; 1 unless told. */
  times?: number;
  /** How many matching requests go through before it strikes; 0 unless told. */
  after?: number;
}>;

export type FaultPlan = Readonly<{
  add(fault: Fault): void;
  /** The fault this request meets, counted as used. */
  next(request: string): FaultKind | null;
  clear(): void;
}>;

export function faultPlan(): FaultPlan {
  let faults: { fault: Fault; left: number; skip: number }[] = [];
  return {
    add(fault) {
      faults.push({ fault, left: fault.times ?? 1, skip: fault.after ?? 0 });
    },
    next(request) {
      for (const entry of faults) {
        const { match } = entry.fault;
        const hit = typeof match === 'string' ? request.startsWith(match) : match.test(request);
        if (!hit || entry.left === 0) continue;
        if (entry.skip > 0) {
          entry.skip -= 1;
          continue;
        }
        entry.left -= 1;
        return entry.fault.kind;
      }
      return null;
    },
    clear() {
      faults = [];
    },
  };
}
