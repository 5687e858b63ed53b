import type { RoleInstance, World } from './host-run.ts';
import type { Role, RoleReference } from './role.ts';
import { isSince } from './types.ts';
import { identity, type Value } from './value.ts';
import type { Vars } from './variables.ts';

/** Roles that led to a role of a play, by what makes them one role. */
export type RoleParents = Map<string, Map<string, RoleInstance>>;

/** Equal for two references that Ansible keeps as one role of a play (`Role.load`). */
export function identityOf(role: Role, { params, vars, when, keywords, from, included }: RoleReference): string {
  const named = (all: Vars) => [...all].map(([key, value]) => `${key}=${identity(value)}`).sort();
  const listed = (all: readonly Value[]) => all.map(identity);
  const { tags } = keywords;
  return JSON.stringify([role.directory, from, included, named(params), named(vars), listed(when), listed(tags)]);
}

/**
 * Roles whose variables and conditions an include inside a role has. Until ansible-core 2.14 a role named twice alike is
 * one, and what it includes has those of every role that led to it, but of none further up (`Role._parents`).
 */
export function leadersOf(world: World, parents: RoleParents, role: RoleInstance, chain: readonly RoleInstance[]) {
  if (isSince(world.ansible, '2.15')) return [...chain, role];
  return [...(parents.get(identityOf(role.role, role.reference))?.values() ?? []), role];
}
