/**
 * A place in a playbook: the play, then the position in each list of tasks that leads there. Ansible's linear strategy
 * takes tasks in this order, and at each its hosts.
 */
export type Order = readonly number[];

/** Negative when the first place comes first; a place comes before those inside it. */
export function compareOrder(a: Order, b: Order): number {
  const differing = a.findIndex((place, index) => place !== b[index]);
  return differing < 0 ? a.length - b.length : (a[differing] ?? 0) - (b[differing] ?? -1);
}
