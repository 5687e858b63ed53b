import type { RunResult, World } from './host-run.ts';
import type { JoinedRole } from './joined-roles.ts';
import { compareOrder } from './order.ts';

/** What hosts of one batch of a play give to it, by the key of the batch (`batchKey`). */
export type RolesOfBatches = ReadonlyMap<string, readonly JoinedRole[]>;

export const NO_ROLES: RolesOfBatches = new Map();

/** Equal for the hosts of a play that are in one batch, or where nobody knows who is. */
export function batchKey({ plays, batchesOf }: World, playIndex: number, host: string): string {
  const parted = (plays[playIndex]?.serial.length ?? 0) > 0;
  return parted ? `${playIndex} ${batchesOf(playIndex)?.get(host)?.batch ?? UNKNOWN}` : `${playIndex}`;
}

const UNKNOWN = '?';

/**
 * The roles includes gave to each play while it ran, of every batch in which a host lacks one or has them otherwise: those
 * hosts are to be run again with them.
 *
 * @param settled false when what is included did not settle: then no role has certainly joined
 */
export function rolesOfBatches(
  world: World,
  results: ReadonlyMap<string, RunResult>,
  settled: boolean,
): RolesOfBatches {
  const lists = new Set([...results.values()].map(result => result.joinedRoles));
  const plays = new Set([...lists].flatMap(list => list.map(({ order: [play = 0] }) => play)));
  if (plays.size === 0) return NO_ROLES;
  const found = new Map<string, readonly JoinedRole[]>();
  for (const play of plays) {
    for (const [key, ofHosts] of listsOfBatches(world, results, play)) {
      const all = together(ofHosts);
      if (ofHosts.every(list => nameOf(list) === nameOf(all))) continue;
      const known = settled && !key.endsWith(UNKNOWN);
      const delivered = all.map(one => (known ? one : { ...one, certain: false })).flatMap(asDelivered);
      found.set(
        key,
        delivered.sort((a, b) => compareOrder(a.order, b.order)),
      );
    }
  }
  return found;
}

/** Equal for equal roles that join equal batches. */
export function rolesKey(roles: RolesOfBatches): string {
  return JSON.stringify([...roles].map(([key, all]) => [key, nameOf(all)]).sort());
}

function nameOf(list: readonly JoinedRole[]): string {
  return list.map(({ order, key, certain }) => `${order.join()} ${key} ${certain}`).join('\n');
}

/** What hosts of a play gave to it: by batch, each list once, in the order of the first hosts that did. */
function listsOfBatches(
  world: World,
  results: ReadonlyMap<string, RunResult>,
  play: number,
): ReadonlyMap<string, readonly (readonly JoinedRole[])[]> {
  const batches = new Map<string, Map<readonly JoinedRole[], readonly JoinedRole[]>>();
  const inOrder = new Set([...(world.batchesOf(play)?.keys() ?? []), ...results.keys()]);
  for (const host of inOrder) {
    const list = results.get(host)?.joinedRoles ?? [];
    if (!world.playHosts[play]?.has(host) && !list.some(({ order }) => order[0] === play)) continue;
    const key = batchKey(world, play, host);
    let lists = batches.get(key);
    if (!lists) batches.set(key, (lists = new Map()));
    if (!lists.has(list))
      lists.set(
        list,
        list.filter(({ order }) => order[0] === play),
      );
  }
  return new Map([...batches].map(([key, lists]) => [key, [...lists.values()]]));
}

/** Where files of several hosts run one after the other, a role is there at their end, and perhaps at their beginning. */
function asDelivered(one: JoinedRole): readonly JoinedRole[] {
  const { parted } = one;
  if (!parted) return [one];
  return [
    { ...one, order: parted, certain: false },
    { ...one, order: [...parted, Number.POSITIVE_INFINITY] },
  ];
}

/** All of several lists, each role once, by host. */
function together(lists: readonly (readonly JoinedRole[])[]): readonly JoinedRole[] {
  const all = new Map<string, JoinedRole>();
  for (const one of lists.flat()) {
    const name = `${one.order.join()} ${one.key}`;
    const before = all.get(name);
    all.set(name, { ...one, certain: one.certain || (before?.certain ?? false) });
  }
  return [...all.values()];
}
