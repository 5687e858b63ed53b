import type { Problem } from '../source/problem.ts';
import { withDelegated } from './delegated-writes.ts';
import { onceForAll } from './first-runs.ts';
import { differsAmongKin, type RunResult, readKey, type World } from './host-run.ts';
import { differsByHost, resultOfHost } from './own-result.ts';
import { emptyTrie, type Kin, type ReadTrie, recall, remember } from './read-trie.ts';
import type { Repository } from './repository.ts';
import { NO_ROLES, rolesKey, rolesOfBatches } from './roles-of-batches.ts';
import { runPlays } from './run-plays.ts';
import { factsForHosts, factsKey } from './sent-facts.ts';

/**
 * Runs every host through every world. A run stands for every host that would read the same, with what each has its own
 * of left open and put in afterwards: the work grows with distinct hosts. Where that cannot be, a host is run on its own
 * and shares the run with those that would read the same to the letter.
 */
export function runHosts(worlds: readonly World[], hosts: readonly string[]): ReadonlyMap<string, RunResult> {
  const runs = worlds.map(world => runsOf(world, hosts));
  const [first, ...others] = runs;
  const results = new Map<string, RunResult>();
  if (!first) {
    const nothing = join([]);
    for (const host of hosts) results.set(host, nothing);
    return results;
  }
  if (others.length === 0) return first;
  const joined = new Map<string, RunResult>();
  const numbers = new Map<RunResult, number>();
  const numberOf = (run: RunResult): number => {
    let number = numbers.get(run);
    if (number === undefined) numbers.set(run, (number = numbers.size));
    return number;
  };
  for (const host of hosts) {
    const parts = runs.map(run => run.get(host) as RunResult);
    const id = parts.map(numberOf).join();
    let all = joined.get(id);
    if (!all) joined.set(id, (all = join(parts)));
    results.set(host, all);
  }
  return results;
}

function join(parts: readonly RunResult[]): RunResult {
  return {
    writes: parts.flatMap(run => run.writes),
    delegated: parts.flatMap(run => run.delegated),
    sent: parts.flatMap(run => run.sent),
    joinedRoles: parts.flatMap(run => run.joinedRoles),
    steps: parts.flatMap(run => run.steps),
    problems: parts.flatMap(run => run.problems),
  };
}

/** What the hosts of one world get, from their own tasks and from those of others. */
function runsOf(world: World, hosts: readonly string[]): ReadonlyMap<string, RunResult> {
  const before = ownResults.get(world.repository) ?? 0;
  let others: FromOthers = { arriving: new Map(), rolesOfBatches: NO_ROLES };
  let runs = runAll(world, others, hosts);
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const next = fromOthers(world, runs.results, true);
    if (keyOf(next) === keyOf(others)) break;
    others = round < MAX_ROUNDS ? next : fromOthers(world, runs.results, false);
    ownResults.set(world.repository, before);
    runs = runAll(world, others, hosts);
  }
  return withDelegated(world, filledIn(runs));
}

/** What hosts have from each other. */
type FromOthers = Pick<World, 'arriving' | 'rolesOfBatches'>;

function fromOthers(world: World, results: ReadonlyMap<string, RunResult>, settled: boolean): FromOthers {
  return {
    arriving: factsForHosts(world, results, settled),
    rolesOfBatches: rolesOfBatches(world, results, settled),
  };
}

function keyOf({ arriving, rolesOfBatches: roles }: FromOthers): string {
  return `${factsKey(arriving)} ${rolesKey(roles)}`;
}

/** What hosts give to others can change what those give to others again: it is followed this far. */
const MAX_ROUNDS = 4;

/** Runs every host; what hosts that share a run have their own of is still open. */
function runAll(shared: World, others: FromOthers, hosts: readonly string[]): Runs {
  const world: World = { ...shared, ...others, onceForAll: (host, playIndex) => asked(host, playIndex) };
  const asked = onceForAll(world);
  const differs = differsAmongKin(world);
  const results = new Map<string, RunResult>();
  const runs: Runs = { world, differs, results, open: new Set(), forMany: emptyTrie(), apart: emptyTrie() };
  for (const host of hosts) results.set(host, runOf(runs, host));
  return runs;
}

/** The results of all hosts, with what each has its own of put in. */
function filledIn(runs: Runs): ReadonlyMap<string, RunResult> {
  const filled = new Map<RunResult, RunResult>();
  const { results, open, world } = runs;
  for (const [host, result] of results) if (open.has(result)) results.set(host, fill(world, filled, result, host));
  return results;
}

/** The runs of one world so far. */
type Runs = Readonly<{
  world: World;
  differs: Kin['differs'];
  results: Map<string, RunResult>;
  /** Those in which what each host has its own of is open. */
  open: Set<RunResult>;
  /** null: these hosts have to be run apart. */
  forMany: ReadTrie<RunResult | null>;
  apart: ReadTrie<RunResult>;
}>;

function runOf(runs: Runs, host: string): RunResult {
  const { world } = runs;
  if (world.everyNode) return runApart(runs, host);
  const { kin } = world.variablesOf(host);
  const known = recall(runs.forMany, key => readKey(world, host, key, true), { id: kin, differs: runs.differs });
  const shared = known ? known.result : runForMany(runs, host);
  if (!shared) return runApart(runs, host);
  runs.open.add(shared);
  return shared;
}

function runForMany({ world, forMany }: Runs, host: string): RunResult | null {
  const { reads, result } = runPlays(world, host, true);
  remember(forMany, reads, result);
  return result;
}

/** @param filled results that are the same for all hosts that share them, with the origins of the first of these */
function fill(world: World, filled: Map<RunResult, RunResult>, shared: RunResult, host: string): RunResult {
  const known = filled.get(shared);
  if (known) return known;
  const differs = differsByHost(shared);
  if (differs && !isWithinLimit(world)) return overLimit(world);
  const result = resultOfHost(world.own, shared, host);
  if (!differs) filled.set(shared, result);
  return result;
}

function runApart({ world, apart }: Runs, host: string): RunResult {
  const known = recall(apart, key => readKey(world, host, key, false));
  if (known) return known.result;
  if (!isWithinLimit(world)) return overLimit(world);
  const { reads, result } = runPlays(world, host, false);
  if (!result) throw new Error('a run for one host has a result');
  remember(apart, reads, result);
  return result;
}

/**
 * Hosts of one revision that may each get what no other host gets, over all inventories and playbooks: each takes some
 * 100 KB while two revisions are compared. Hosts that share what they get count once.
 */
export const MAX_OWN_RESULTS = 6_000;

const ownResults = new WeakMap<Repository, number>();

/** Counts one more host with a result of its own. */
function isWithinLimit({ repository }: World): boolean {
  const count = (ownResults.get(repository) ?? 0) + 1;
  ownResults.set(repository, count);
  return count <= MAX_OWN_RESULTS;
}

const overLimitResults = new WeakMap<World, RunResult>();

/** What hosts past the limit get: nothing is known of it, which all of them share. */
function overLimit(world: World): RunResult {
  let result = overLimitResults.get(world);
  if (!result) {
    const message = `More than ${MAX_OWN_RESULTS} hosts of this repository get files like no other host; those past the limit were not evaluated. Name fewer inventories in the policy, or let hosts share what they get.`;
    const problem: Problem = { file: world.playbook, line: 0, code: 'over-limit', message };
    overLimitResults.set(world, (result = { ...join([]), problems: [problem] }));
  }
  return result;
}
