import { z } from 'zod';
import type { InventoryRendering, NodeGroup, PlayStep } from '../../../ansible/types.ts';
import { isProfilePath } from '../../apparmor-profiles.ts';
import { isWriting, nodePaths, pathWords } from '../../node-paths.ts';
import { undecided } from '../../place-answer.ts';
import { playLines } from '../../play-lines.ts';
import { ROLE_LIST } from '../../role-list.ts';
import { someNames } from '../../some-names.ts';
import type { GroupSubject } from '../../subject.ts';
import { isAbout } from '../../tasks/about.ts';
import { getsKubelet, unseenOn } from '../../tasks/kubelet-reach.ts';
import { stepOrigin } from '../../tasks/kubelet-steps.ts';
import { namedOperator } from '../../tasks/named-operator.ts';
import { taskViews } from '../../tasks/task-view.ts';
import type { PlaceAnswer } from '../../types.ts';

const FORM = z.strictObject({ roles: ROLE_LIST });

/**
 * An AppArmor profile that some hosts of the inventory get is on every node of these roles that runs a kubelet: a pod may
 * be put on any of them. Profiles of programs of the host, named after their path, are none of its business.
 */
export const PROFILES_REACH = namedOperator(
  FORM,
  ({ roles }) => `the same profiles on every ${roles.join(' and ')} node`,
  ({ roles }, _, subject: GroupSubject): readonly PlaceAnswer[] => {
    const { group, inventory } = subject;
    if (!group.roles.some(role => roles.includes(role)) || getsKubelet(subject).holds === false) return [];
    return [...profilesOf(inventory)].map(([profile, placings]) => {
      const answer = judge(profile, placings, subject);
      return { ...answer, path: profile, location: profile };
    });
  },
);

/** The tasks that place a profile on a node group. */
type Placing = Readonly<{ group: NodeGroup; steps: readonly PlayStep[] }>;

const known = new WeakMap<InventoryRendering, ReadonlyMap<string, readonly Placing[]>>();

/** Who gets which profile. */
function profilesOf(inventory: InventoryRendering): ReadonlyMap<string, readonly Placing[]> {
  let profiles = known.get(inventory);
  if (!profiles) known.set(inventory, (profiles = findProfiles(inventory)));
  return profiles;
}

function findProfiles({ groups }: InventoryRendering): ReadonlyMap<string, readonly Placing[]> {
  const found = new Map<string, Placing[]>();
  for (const group of groups) {
    for (const path of nodePaths(group)) {
      const steps = path.steps.filter(isWriting);
      const name = pathWords(path);
      if (steps.length === 0 || path.directory || !isPodProfile(name)) continue;
      found.set(name, [...(found.get(name) ?? []), { group, steps }]);
    }
  }
  return found;
}

/** Profiles of programs are named after where these lie: `usr.sbin.ntpd`. */
function isPodProfile(path: string): boolean {
  return isProfilePath(path) && !/^\/etc\/apparmor\.d\/(?:usr|s?bin|opt|lib|snap)\./.test(path);
}

function judge(profile: string, placings: readonly Placing[], subject: GroupSubject): PlaceAnswer {
  const { group, inventory, repository } = subject;
  const own = placings.find(placing => placing.group === group);
  if (own) {
    const open = own.steps.map(({ runs }) => (typeof runs === 'boolean' ? null : runs));
    const evidence = own.steps.map(stepOrigin);
    const [why] = open;
    return open.includes(null) || !why
      ? { result: 'pass', path: profile, actual: null, reason: `${profile} is placed on these nodes`, evidence }
      : undecided(profile, `the task that places ${profile} may not run: ${why.why.join('; ')}`, evidence);
  }
  const [elsewhere] = placings;
  const steps = elsewhere?.steps ?? [];
  const evidence = [...playLines(repository.tree, steps), ...steps.map(stepOrigin)];
  const there = someNames(
    placings.map(placing => placing.group.name),
    'groups',
  );
  const lacks = `${profile} is placed on ${there} and not on ${group.name} (${someNames(group.hosts)})`;
  const why = whyUnsure(placings, subject) ?? unseenOn(group.hosts, inventory, repository.rendering);
  if (why !== null) return undecided(profile, `${lacks}, as far as Git tells: ${why}`, evidence);
  const reason = `${lacks}: a pod that asks for it cannot start there`;
  return { result: 'violated', path: profile, actual: null, reason, evidence };
}

/** Why a profile may be on these nodes nevertheless, or on no others. */
function whyUnsure(placings: readonly Placing[], subject: GroupSubject): string | null {
  for (const view of taskViews(subject)) {
    for (const call of view.calls) {
      const { holds, why } = isAbout(['/etc/apparmor.d/**'], view, call);
      if (holds === null) return why;
    }
  }
  const runs = placings.flatMap(({ steps }) => steps.map(step => step.runs));
  const open = runs.flatMap(run => (typeof run === 'boolean' ? [] : run.why));
  const isCertain = runs.includes(true);
  const reach = getsKubelet(subject);
  return isCertain ? reach.why : (open[0] ?? null);
}
