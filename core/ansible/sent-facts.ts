import {
  type HostRun,
  intern,
  type OnceForAll,
  type RunResult,
  readExternal,
  type SentFacts,
  type World,
} from './host-run.ts';
import { compareOrder, type Order } from './order.ts';
import { allOrigins, digest, holdsOwn, identity, NeedsHost, unknownIn, unknownValue, type Value } from './value.ts';

type Facts = ReadonlyMap<string, Value>;

/** A host of a batch gets what the first one sets for all, from that task on. */
export function enterPlay(run: HostRun, playIndex: number): void {
  run.onceForAll = run.world.runsOnce
    ? ((readExternal(run, `once:${playIndex}`) as OnceForAll | null | undefined) ?? null)
    : null;
  run.due.push(...(run.onceForAll?.sent ?? []));
  run.due.sort((a, b) => compareOrder(a.order, b.order));
}

/** Takes over what other hosts have set on this one before a place of the playbook. */
export function takeDueFacts(run: HostRun, before: Order): void {
  for (let [next] = run.due; next && compareOrder(next.order, before) < 0; [next] = run.due) {
    run.due.shift();
    const layer = next.layer === 'set_fact' ? run.facts : run.included;
    for (const [name, value] of next.facts) layer.set(name, value);
  }
}

/**
 * Remembers what the task at hand sets on another host with `delegate_facts`, or with `run_once` on every host of the
 * batch (`to` is null). Of what is unknown here, all that is known there is that it is what this host has.
 */
export function sendFacts(
  run: HostRun,
  to: string | null,
  layer: SentFacts['layer'],
  facts: Facts,
  once: boolean,
): void {
  const sent = [...facts].map(([name, value]) => [name, asSeenElsewhere(run.world, name, value)] as const);
  run.sent.push({ to, once, order: [...run.order], layer, facts: new Map(sent) });
}

/** The result of a task is the same for everybody who gets it; any other unknown is one of its own on each host. */
function asSeenElsewhere(world: World, name: string, value: Value): Value {
  if (holdsOwn(value)) throw new NeedsHost();
  const unknown = unknownIn(value);
  if (!unknown || (value.kind === 'unknown' && value.key.startsWith('register:'))) return value;
  return elsewhereUnknown(world, name, [value], unknown.why);
}

function elsewhereUnknown(world: World, name: string, values: readonly Value[], why: readonly string[]): Value {
  const key = `${name} of another host: ${digest(values.map(value => identity(value)).join('\0'))}`;
  const origins = values.flatMap(value => allOrigins(value));
  const defined = values.every(value => value.kind !== 'unknown' || value.defined === true) ? true : null;
  return intern(world, unknownValue(key, [`${name} as another host has it (${why.join('; ')})`], { defined, origins }));
}

/**
 * What reaches each host through `delegate_facts`, and from a task with `run_once` nobody knows the host of, in order.
 * Of what several hosts may set nobody knows whose counts.
 *
 * @param settled false when the values did not settle: then none of them counts as known
 */
export function factsForHosts(
  world: World,
  results: ReadonlyMap<string, RunResult>,
  settled: boolean,
): ReadonlyMap<string, readonly SentFacts[]> {
  const one = new Map<string, SentFacts[]>();
  const all = new Map<string, SentFacts[]>();
  for (const [from, result] of results) {
    for (const sent of result.sent) {
      const [group, key] = sent.to === null ? [all, batchKey(world, from, sent)] : [one, sent.to];
      const known = group.get(key);
      if (known) known.push(sent);
      else group.set(key, [sent]);
    }
  }
  const arriving = new Map<string, readonly SentFacts[]>();
  for (const [host, sent] of one) arriving.set(host, joined(world, sent, settled));
  for (const [key, sent] of all) {
    const facts = joined(world, sent, settled);
    for (const host of results.keys())
      if (facts.some(fact => batchKey(world, host, fact) === key))
        arriving.set(host, [...(arriving.get(host) ?? []), ...facts]);
  }
  return arriving;
}

/** Equal for the hosts that get what a host sets for all of its batch. */
function batchKey({ batchesOf, playHosts }: World, host: string, { order: [play = 0] }: SentFacts): string {
  return `${play} ${playHosts[play]?.has(host) ? (batchesOf(play)?.get(host)?.batch ?? 'all') : `not ${host}`}`;
}

/** One for each task. */
function joined(world: World, all: readonly SentFacts[], settled: boolean): readonly SentFacts[] {
  const byTask = new Map<string, Set<SentFacts>>();
  for (const sent of all) {
    const key = `${sent.order.join()} ${sent.layer}`;
    let known = byTask.get(key);
    if (!known) byTask.set(key, (known = new Set()));
    known.add(sent);
  }
  return [...byTask.values()].map(same => joinedOfTask(world, [...same], settled));
}

function joinedOfTask(world: World, all: readonly SentFacts[], settled: boolean): SentFacts {
  const [first] = all;
  if (!first) throw new Error('facts that are sent come from a task');
  if (settled && first.once) return { ...first, facts: new Map(all.flatMap(({ facts }) => [...facts])) };
  const names = new Set(all.flatMap(({ facts }) => [...facts.keys()]));
  const facts = [...names].map(name => {
    const values = all.flatMap(sent => sent.facts.get(name) ?? []);
    return [name, elsewhereUnknown(world, name, values, ['which host sets it is not known'])] as const;
  });
  return { ...first, facts: new Map(facts) };
}

/** Equal for equal facts that reach equal hosts. */
export function factsKey(facts: ReadonlyMap<string, readonly SentFacts[]>): string {
  return JSON.stringify(
    [...facts].map(([host, all]) => [
      host,
      all.map(({ order, layer, facts }) => [order, layer, [...facts].map(([name, value]) => [name, identity(value)])]),
    ]),
  );
}
