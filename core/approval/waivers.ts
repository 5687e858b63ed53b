import { covers } from './glob.ts';
import type { Waiver } from './policy.ts';

/** A violation a waiver may accept: one control at one place on the hosts of one node group. */
export type Waivable = Readonly<{ control: string; group: string; hosts: readonly string[]; path: string }>;

/** Whether a waiver still holds on a day (`YYYY-MM-DD`, UTC): the day it names is its last. */
export function isInForce({ expires }: Waiver, today: string): boolean {
  return today <= expires;
}

/**
 * Whether a waiver speaks of a violation, in force or not. Every condition it states must hold: its groups and paths
 * name the place, its hosts name all the hosts the violation is on.
 */
export function speaksOf({ control, groups, hosts, paths }: Waiver, violation: Waivable): boolean {
  return (
    control === violation.control &&
    (groups === undefined || groups.some(pattern => covers(pattern, violation.group))) &&
    (paths === undefined || paths.some(pattern => covers(pattern, violation.path))) &&
    (hosts === undefined || violation.hosts.every(host => hosts.some(pattern => covers(pattern, host))))
  );
}
