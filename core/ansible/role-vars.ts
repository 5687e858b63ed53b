import type { RoleInstance, World } from './host-run.ts';
import { type RoleReference, roleKey } from './role.ts';
import { isSince } from './types.ts';
import { NO_VARS, type Vars } from './variables.ts';

type Chain = readonly RoleInstance[];

/**
 * Variables of a role for its own tasks (`Role.get_vars`): what the roles that led here give, what dependencies
 * export, then the role's vars/ and the `vars:` of its reference. Until ansible-core 2.14 vars/ beat the reference and
 * dependencies export both; since then the reference beats vars/ and only vars/ is exported.
 */
export function roleVars(world: World, directory: string, instance: RoleInstance, chain: Chain): Vars {
  return memoised(world, directory, instance, `vars ${pathOf(chain)}`, () => {
    const { reference, role } = instance;
    const inherited = chain.flatMap(parent => [parent.reference.vars, parent.role.vars.vars]);
    const own = isSince(world.ansible, '2.15') ? [role.vars.vars, reference.vars] : [reference.vars, role.vars.vars];
    const dependencies = dependenciesOf(world, directory, instance);
    return world.repository.combine(
      ...inherited,
      ...dependencies.map(one => exportedVars(world, directory, one)),
      ...own,
    );
  });
}

/** What a role gives to its whole play and to the roles that depend on it. */
export function exportedVars(world: World, directory: string, instance: RoleInstance): Vars {
  if (!isSince(world.ansible, '2.15')) return roleVars(world, directory, instance, []);
  return memoised(world, directory, instance, 'exported', () =>
    world.repository.combine(
      ...dependenciesOf(world, directory, instance).map(one => exportedVars(world, directory, one)),
      instance.role.vars.vars,
    ),
  );
}

/** `Role.get_default_vars`: dependencies, then the roles that led here, then its own. */
export function roleDefaults(world: World, directory: string, instance: RoleInstance, chain: Chain): Vars {
  return memoised(world, directory, instance, `defaults ${pathOf(chain)}`, () =>
    world.repository.combine(
      ...dependenciesOf(world, directory, instance).map(one => roleDefaults(world, directory, one, [])),
      ...chain.map(parent => parent.role.defaults.vars),
      instance.role.defaults.vars,
    ),
  );
}

const combinedVars = new WeakMap<World, Map<RoleReference, Map<string, Vars>>>();

const numbers = new WeakMap<RoleReference, number>();
let lastNumber = 0;

/** Names a chain by its references: what leads to a role may be one role with other `vars:`. */
function pathOf(chain: Chain): string {
  return chain
    .map(({ reference }) => {
      const number = numbers.get(reference) ?? ++lastNumber;
      numbers.set(reference, number);
      return number;
    })
    .join();
}

function memoised(world: World, directory: string, { reference }: RoleInstance, what: string, make: () => Vars): Vars {
  let references = combinedVars.get(world);
  if (!references) combinedVars.set(world, (references = new Map()));
  let known = references.get(reference);
  if (!known) references.set(reference, (known = new Map()));
  const key = `${directory}\0${what}`;
  let vars = known.get(key);
  if (!vars) {
    known.set(key, NO_VARS);
    known.set(key, (vars = make()));
  }
  return vars;
}

function dependenciesOf(world: World, directory: string, instance: RoleInstance): readonly RoleInstance[] {
  return instance.role.dependencies.flatMap(reference => {
    const role = world.roles.get(roleKey(directory, reference.name, reference.from));
    return role ? [{ role, reference }] : [];
  });
}
