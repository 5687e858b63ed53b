import { EVERY_NODE } from '../../ansible/host-run.ts';
import type { InventoryRendering, NodeRole, RoleGroup } from '../../ansible/types.ts';
import { inventoryLines } from '../inventory-lines.ts';
import { notApplicable, undecided } from '../place-answer.ts';
import { playLines } from '../play-lines.ts';
import { ROLE_LIST } from '../role-list.ts';
import { someNames } from '../some-names.ts';
import type { RepositorySubject } from '../subject.ts';
import { getsKubelet, isUnseen, problemWords, unseenOn } from '../tasks/kubelet-reach.ts';
import { kubeletSteps } from '../tasks/kubelet-steps.ts';
import type { Truth } from '../tasks/truth.ts';
import type { PlaceAnswer } from '../types.ts';
import type { RepositoryOperator } from './operator.ts';

/**
 * Whether what a kubelet starts with reaches every host of the groups of these roles, in each inventory where it reaches
 * any host. A group is told by its name.
 */
export const EVERY_NODE_GROUP: RepositoryOperator = {
  fault: value => (ROLE_LIST.safeParse(value).success ? null : 'value must be a list of roles of nodes'),
  words: value => `a kubelet role on every host that is ${ROLE_LIST.parse(value).join(' or ')}`,
  evaluate: ({ paths: [path = ''], check }, subject) => {
    const roles = ROLE_LIST.parse(check.value);
    const answers = subject.rendering.inventories.flatMap(inventory => answersOf(inventory, roles, subject));
    return answers.length > 0
      ? answers
      : [notApplicable(path, 'no inventory has node groups of which one gets a kubelet')];
  },
};

function answersOf(
  inventory: InventoryRendering,
  roles: readonly NodeRole[],
  subject: RepositorySubject,
): readonly PlaceAnswer[] {
  const reach = reachOf(inventory, subject);
  if (![...reach.values()].some(({ holds }) => holds !== false)) return [];
  const unseen = inventory.problems.find(isUnseen);
  const hidden: readonly PlaceAnswer[] = unseen
    ? [placeOf(inventory, 'hosts', undecided('', `hosts cannot be known from Git: ${problemWords(unseen)}`, []))]
    : [];
  if (reach.has(EVERY_NODE)) return hidden;
  const groups = inventory.roleGroups.filter(group => group.roles.some(role => roles.includes(role)));
  const told = new Set<string>();
  const answers = mostMissingFirst(groups, reach).flatMap(({ group, missing }): readonly PlaceAnswer[] => {
    if (missing.length > 0 && missing.every(host => told.has(host))) return [];
    for (const host of missing) told.add(host);
    return [placeOf(inventory, `group ${group.name}`, judge(group, missing, reach, inventory, subject))];
  });
  return [...answers, ...hidden];
}

/** Whether each host gets a kubelet; hosts nothing is run on are left out. */
function reachOf(inventory: InventoryRendering, repository: RepositorySubject): ReadonlyMap<string, Truth> {
  const reach = new Map<string, Truth>();
  for (const group of inventory.groups) {
    const truth = getsKubelet({ repository, inventory, group });
    for (const host of group.hosts) reach.set(host, truth);
  }
  return reach;
}

/** Groups that are left out as a whole first, of these the largest: what their parts would say is said with them. */
function mostMissingFirst(groups: readonly RoleGroup[], reach: ReadonlyMap<string, Truth>): readonly Missing[] {
  return groups
    .map(group => ({ group, missing: group.hosts.filter(host => !reach.get(host)?.holds) }))
    .sort((a, b) => partOf(b) - partOf(a) || b.group.hosts.length - a.group.hosts.length);
}

/** A group with those of its hosts that do not get a kubelet for certain. */
type Missing = Readonly<{ group: RoleGroup; missing: readonly string[] }>;

const partOf = ({ group, missing }: Missing): number => missing.length / group.hosts.length;

function judge(
  { name, hosts }: RoleGroup,
  missing: readonly string[],
  reach: ReadonlyMap<string, Truth>,
  inventory: InventoryRendering,
  { rendering, tree }: RepositorySubject,
): PlaceAnswer {
  const evidence = inventoryLines(tree, inventory.inventory, name);
  const without = missing.filter(host => reach.get(host)?.holds !== null);
  if (without.length > 0) {
    const some =
      without.length < hosts.length
        ? `${someNames(without)} of group ${name}`
        : `group ${name} (${someNames(without)})`;
    const lacks = `no play gives ${some} a kubelet role, while other nodes of the inventory have one`;
    const unseen = unseenOn(without, inventory, rendering);
    return unseen === null
      ? {
          result: 'violated',
          path: '',
          actual: null,
          reason: `${lacks}; the kubelet there keeps its defaults`,
          evidence: [...playLines(tree, inventory.groups.flatMap(kubeletSteps)), ...evidence],
        }
      : undecided('', `${lacks}, as far as Git tells: ${unseen}`, evidence);
  }
  const [open] = missing;
  const why = open === undefined ? null : reach.get(open)?.why;
  if (why)
    return undecided(
      '',
      `whether ${someNames(missing)} of group ${name} get a kubelet role is not known: ${why}`,
      evidence,
    );
  return {
    result: 'pass',
    path: '',
    actual: null,
    reason: `every host of group ${name} gets a kubelet role`,
    evidence,
  };
}

function placeOf({ inventory }: InventoryRendering, path: string, answer: PlaceAnswer): PlaceAnswer {
  return { ...answer, path, location: `${inventory} ${path}` };
}
