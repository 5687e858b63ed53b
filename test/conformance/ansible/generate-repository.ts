import { random as startRandom } from '../random.ts';
import { expression, type Grammar } from './expressions.ts';
import { type Reference, writeInventory } from './inventories.ts';
import { type Workshop, writePlaybook, writeRoles } from './plays.ts';
import type { RepositoryCase } from './repository-case.ts';
import { POOL, type ValueType } from './values.ts';

/** The repository of a seed and a number: the same on every machine. */
export function generateRepository(seed: number, number: number): RepositoryCase {
  const random = startRandom((seed ^ Math.imul(number + 1, 0x9e3779b1)) >>> 0);
  const files: Record<string, string> = {};
  const grammar: Grammar = { random, name: type => random.of(POOL[type]) };
  const reference = referenceIn(grammar);
  const roles = ['base', 'kubelet', 'extras'].slice(0, 1 + random.below(3));
  const playbook = random.of(['site.yml', 'site.yml', 'playbooks/site.yml']);
  const folder = playbook.includes('/') ? 'playbooks' : '';
  const shop: Workshop = { random, files, grammar, reference, roles, folder, count: { next: 1 } };
  const inventory = writeInventory(random, files, folder, reference);
  writeRoles(shop);
  writePlaybook(shop, playbook);
  return { files, inventory, playbook };
}

/**
 * Templates inside variables. A value refers to variables of kinds that come before its own only, so that none needs
 * itself.
 */
function referenceIn(grammar: Grammar): Reference {
  const { random } = grammar;
  return type => {
    const before = ORDER.slice(0, ORDER.indexOf(type));
    const earlier: Grammar = {
      ...grammar,
      name: wanted => (before.includes(wanted) ? random.of(POOL[wanted]) : BASE[wanted]),
    };
    let chosen = expression(earlier, type, 1);
    if (!random.chance(8)) while (MAY_FAIL.test(chosen)) chosen = expression(earlier, type, 1);
    const written = `{{ ${chosen} }}`;
    return type === 'text' && random.chance(40) ? `pre-${written}` : written;
  };
}

/** What fails for some values: seldom in a variable, as most templates that name one that fails end the play. */
const MAY_FAIL =
  / [-+*/%<>] |\/\/|\*\*|<=|>=|format|combine|items2dict|dict\(|sum|max|min|sort|zip|version|float|round|abs|\.index|from_|human/;

const ORDER: readonly ValueType[] = ['number', 'flag', 'text', 'numbers', 'texts', 'mapping', 'records', 'tree'];

/** Variables set once, in the group `all`, and by no template. */
const BASE: Readonly<Record<ValueType, string | null>> = {
  text: 'inventory_hostname',
  number: 'base_number',
  flag: 'base_flag',
  texts: 'group_names',
  numbers: null,
  records: null,
  mapping: 'base_mapping',
  tree: null,
};
