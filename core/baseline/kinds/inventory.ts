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
    const { told, shared } = kindsOf(inventory, ones, others);
    const pairsOf = (host: string) => pairOf(host, shared.get(host) ?? [], ones, others) ?? [];
    const found = shared.size === 0 ? [] : group.hosts.flatMap(pairsOf);
    const worst = found.find(({ certain }) => certain) ?? found[0];
    if (worst) {
      const alike = found.filter(({ words }) => words === worst.words).map(({ host }) => host);
      return [judgePair(path, worst, alike, inventory, repository)];
    }
    const unseen = inventory.problems.find(isUnseen);
    if (unseen) return [undecided(path, `groups of the hosts cannot be known from Git: ${problemWords(unseen)}`, [])];
    return group.hosts.some(host => told.has(host))
      ? [{ result: 'pass', path, actual: null, reason: 'every host is of one kind', evidence: [] }]
      : [];
  },
);

/** `told`: hosts of which some group's name says what they are for; `shared`: those in groups of both lists, with their groups. */
type Kinds = Readonly<{ told: ReadonlySet<string>; shared: ReadonlyMap<string, readonly RoleGroup[]> }>;

const KNOWN = new WeakMap<InventoryRendering, Map<string, Kinds>>();

/** Looked up once for all node groups of an inventory: most inventories share no host. */
function kindsOf(inventory: InventoryRendering, ones: readonly NodeRole[], others: readonly NodeRole[]): Kinds {
  const known = KNOWN.get(inventory) ?? new Map<string, Kinds>();
  KNOWN.set(inventory, known);
  const key = `${ones.join()} ${others.join()}`;
  const before = known.get(key);
  if (before) return before;
  const hostsWith = (roles: readonly NodeRole[]) =>
    allOf(inventory.roleGroups.filter(group => group.roles.some(role => roles.includes(role))));
  const first = hostsWith(ones);
  const shared = new Map<string, RoleGroup[]>();
  for (const host of hostsWith(others)) if (first.has(host)) shared.set(host, []);
  if (shared.size > 0) {
    for (const group of inventory.roleGroups) for (const host of group.hosts) shared.get(host)?.push(group);
  }
  const kinds = { told: allOf(inventory.roleGroups), shared };
  known.set(key, kinds);
  return kinds;
}

function allOf(groups: readonly RoleGroup[]): ReadonlySet<string> {
  const hosts = new Set<string>();
  for (const group of groups) for (const host of group.hosts) hosts.add(host);
  return hosts;
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
