import type { HostRun, World } from './host-run.ts';
import type { Play } from './playbook.ts';
import { notEvaluated } from './repository.ts';
import { findRole, loadRole, type Role, type RoleReference, roleKey } from './role.ts';

/** A role named by a play or another role, loaded once per playbook; null when the repository does not have it. */
export function knownRole(world: World, play: Play, { name, from }: RoleReference): Role | null {
  const key = roleKey(play.directory, name, from);
  const known = world.roles.get(key);
  if (known) return known;
  const directory = findRole(world.repository, name, play.directory, world.rolesPath);
  if (directory === null) return null;
  const role = loadRole(world.repository, name, directory, from);
  world.roles.set(key, role);
  return role;
}

/** `knownRole` for a run: a role that is not there may set variables nobody knows, and is reported. */
export function roleOf(run: HostRun, play: Play, reference: RoleReference): Role | null {
  const role = knownRole(run.world, play, reference);
  if (role) return role;
  if (!run.missingRoles.has(reference.name) && /kube|k3s|rke2/i.test(reference.name)) {
    const { file, line } = reference.at;
    const message = `Role ${reference.name} is not in this repository; what it puts on nodes is not evaluated.`;
    run.problems.push(notEvaluated(file, line, message));
  }
  run.missingRoles.add(reference.name);
  return null;
}
