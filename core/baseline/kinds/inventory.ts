import { z } from 'zod';
import type { InventoryRendering, NodeRole, RoleGroup } from '../../ansible/types.ts';
import { inventoryLines } from '../inventory-lines.ts';
import type { Fault, Kind } from '../kind.ts';
import { notApplicable, undecided } from '../place-answer.ts';
import { ROLE_LIST } from '../role-list.ts';
import { someNames } from '../some-names.ts';
import type { GroupSubject, RepositorySubject } from '../subject.ts';
import { isUnseen, problemWords } from '../tasks/kubelet-reach.ts';
import { type NamedOperator, namedFault, namedOperator } from '../tasks/named-operator.ts';
import type { Control, PlaceAnswer } from '../types.ts';

/** Controls over the groups an inventory puts hosts into. A host taken out of a group is mended by that. */
export const INVENTORY: Kind = { scope: 'node-group', fault, evaluate, expected, gone: 'fixed' };

const FORM = z.tuple([ROLE_LIST, ROLE_LIST]);

/** No host is in a group whose name gives it one of the first roles and in one that gives it one of the others. */
const DISJOINT = namedOperator(
  FORM,
  ([ones, others]) => `no host that is ${ones.join(' or ')} is ${others.join(' or ')} as well`,
  ([ones, others], { paths: [path = ''] }, { group, inventory, repository }: GroupSubject): readonly PlaceAnswer[] => {
    const found = group.hosts.flatMap(
      host => pairOf(host, groupsByHost(inventory).get(host) ?? [], ones, others) ?? [],
    );
    const worst = found.find(({ certain }) => certain) ?? found[0];
    if (worst) {
      const alike = found.filter(({ words }) => words === worst.words).map(({ host }) => host);
      return [judgePair(path, worst, alike, inventory, repository)];
    }
    const unseen = inventory.problems.find(isUnseen);
    if (unseen) return [undecided(path, `groups of the hosts cannot be known from Git: ${problemWords(unseen)}`, [])];
    const told = group.hosts.some(host => groupsByHost(inventory).has(host));
    return told ? [{ result: 'pass', path, actual: null, reason: 'every host is of one kind', evidence: [] }] : [];
  },
);

const known = new WeakMap<InventoryRendering, ReadonlyMap<string, readonly RoleGroup[]>>();

/** The groups of each host whose names say what it is for. */
function groupsByHost(inventory: InventoryRendering): ReadonlyMap<string, readonly RoleGroup[]> {
  const before = known.get(inventory);
  if (before) return before;
  const found = new Map<string, RoleGroup[]>();
  for (const group of inventory.roleGroups) {
    for (const host of group.hosts) {
      const own = found.get(host);
      if (own) own.push(group);
      else found.set(host, [group]);
    }
  }
  known.set(inventory, found);
  return found;
}

/** A host with the names of the groups that make it both. */
type Pair = Readonly<{ host: string; names: readonly string[]; certain: boolean; words: string }>;

/** One answer for hosts that are in the same two groups. */
function judgePair(
  path: string,
  { names, certain, words }: Pair,
  hosts: readonly string[],
  { inventory }: InventoryRendering,
  { tree }: RepositorySubject,
): PlaceAnswer {
  const evidence = [...names, ...hosts.slice(0, 3)].flatMap(name => inventoryLines(tree, inventory, name));
  const both = `${someNames(hosts)} ${hosts.length > 1 ? 'are' : 'is'} in ${words}`;
  if (!certain) return undecided(path, `${both}, which may mean every node of the cluster`, evidence);
  const reason = `${both}: workloads share the host with the control plane`;
  return { result: 'violated', path, actual: null, reason, evidence };
}

/** The groups that give a host roles of both lists; rather two that do so for certain. */
function pairOf(
  host: string,
  groups: readonly RoleGroup[],
  ones: readonly NodeRole[],
  others: readonly NodeRole[],
): Pair | null {
  const own = [...groups].sort((a, b) => Number(b.certain) - Number(a.certain));
  const one = own.find(({ roles }) => roles.some(role => ones.includes(role)));
  const other = own.find(({ roles }) => roles.some(role => others.includes(role)));
  if (!one || !other) return null;
  const names = [...new Set([one.name, other.name])];
  const words = `${names.length > 1 ? 'groups' : 'group'} ${names.join(' and ')}`;
  return { host, names, certain: one.certain && other.certain, words };
}

const OPERATORS: Readonly<Record<string, NamedOperator<GroupSubject>>> = { disjoint: DISJOINT };

function fault(control: Control): Fault | null {
  return namedFault(OPERATORS, control, 'inventories');
}

function expected(control: Control): string {
  return OPERATORS[control.check.op]?.expected(control) ?? '';
}

function evaluate(control: Control, subject: GroupSubject): readonly PlaceAnswer[] {
  const answers = OPERATORS[control.check.op]?.evaluate(control, subject) ?? [];
  if (answers.length > 0) return answers;
  return [notApplicable(control.paths[0] ?? '', 'no group of the inventory says by its name what these hosts are for')];
}
