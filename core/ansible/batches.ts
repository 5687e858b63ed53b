import type { Play } from './playbook.ts';
import type { Value } from './value.ts';

/** Where each host of a play stands: its batch and its place in it, in the order Ansible takes them. */
export type Batches = ReadonlyMap<string, Readonly<{ batch: number; place: number }>>;

/**
 * The batches a play takes its hosts in: all at once, or as many as `serial` says at a time, the last size again until
 * none is left (`PlaybookExecutor._get_serialized_batches`). null when sizes are templated or the order is random.
 *
 * @param hosts in inventory order
 */
export function batchesOf({ serial, order }: Pick<Play, 'serial' | 'order'>, hosts: readonly string[]): Batches | null {
  const sorted = inOrder(hosts, order);
  const sizes = serial.map(size => sizeOf(size, hosts.length));
  if (!sorted || sizes.includes(null)) return null;
  const found = new Map<string, { batch: number; place: number }>();
  let start = 0;
  for (let batch = 0; start < sorted.length; batch++) {
    const size = sizes[Math.min(batch, sizes.length - 1)] ?? 0;
    const end = size > 0 ? start + size : sorted.length;
    for (const [place, host] of sorted.slice(start, end).entries()) found.set(host, { batch, place });
    start = end;
  }
  return found;
}

/** Whether a host is the first of its batch; null when nobody knows. */
export function isFirst(batches: Batches | null, host: string): boolean | null {
  return batches && batches.get(host)?.place === 0;
}

const sizes = new WeakMap<Batches, readonly number[]>();

/** Whether a host is the only one of its batch; null when nobody knows. */
export function isAlone(batches: Batches | null, host: string): boolean | null {
  const own = batches?.get(host)?.batch;
  if (!batches || own === undefined) return null;
  let known = sizes.get(batches);
  if (!known) {
    const counts: number[] = [];
    for (const { batch } of batches.values()) counts[batch] = (counts[batch] ?? 0) + 1;
    sizes.set(batches, (known = counts));
  }
  return known[own] === 1;
}

/** `Inventory.get_hosts`; null for `shuffle` and what is not known. */
function inOrder(hosts: readonly string[], order: Value | null): readonly string[] | null {
  if (order === null) return hosts;
  switch (order.kind === 'str' ? order.text : '') {
    case 'inventory':
      return hosts;
    case 'reverse_inventory':
      return hosts.toReversed();
    case 'sorted':
      return hosts.toSorted(byCharacter);
    case 'reverse_sorted':
      return hosts.toSorted(byCharacter).toReversed();
    default:
      return null;
  }
}

function byCharacter(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A count or a share of all hosts, at least one (`pct_to_int`); null when it is templated. */
function sizeOf(size: Value, all: number): number | null {
  if (size.kind === 'int') return Number(size.value);
  const text = size.kind === 'str' ? /^\s*(-?\d+)\s*(%?)\s*$/.exec(size.text) : null;
  if (!text) return null;
  const number = Number(text[1]);
  return text[2] === '' ? number : Math.trunc((number / 100) * all) || 1;
}
