import { ProblemError } from '../source/problem.ts';
import type { Unknown } from '../source/rope.ts';
import { flushHandlers, resolveHandlers } from './handlers.ts';
import { atPlace, type Frame, type HostRun, newRun, type Orphan, type RunResult, type World } from './host-run.ts';
import { importedRoles, noteRole } from './imported-roles.ts';
import { inPlay } from './joined-groups.ts';
import { expectRoles, type PlayRole } from './joined-roles.ts';
import { roleOf } from './known-role.ts';
import { isTold } from './own-result.ts';
import type { Play } from './playbook.ts';
import { exists, notEvaluated, within } from './repository.ts';
import { listOf, plainReference, type RoleReference } from './role.ts';
import type { RoleParents } from './role-parents.ts';
import { runRole, runTasks } from './run-tasks.ts';
import { scopeOf, searchPath } from './scope.ts';
import { enterPlay, takeDueFacts } from './sent-facts.ts';
import { templateText } from './template-text.ts';
import { recordVariables } from './unread/record-variable.ts';
import { NeedsHost } from './value.ts';
import { loadVarsFile, NO_VARS, type Vars } from './variables.ts';
import { recordOrphan } from './write-file.ts';

/** What came of a run and what it read; no result when it cannot stand for many hosts. */
export type PlaysRun = Readonly<{ reads: ReadonlyMap<string, unknown>; result: RunResult | null }>;

/**
 * Runs every play of a playbook for one host, in order, and says what it writes. Nothing is executed. With `forMany`
 * what each host has its own of is left open in the result, see own-values.ts.
 */
export function runPlays(world: World, host: string, forMany: boolean): PlaysRun {
  const run = newRun(world, host, forMany);
  try {
    world.plays.forEach((_, playIndex) => {
      runPlay(run, playIndex);
    });
  } catch (error) {
    if (forMany && error instanceof NeedsHost) return { reads: run.reads, result: null };
    if (!(error instanceof ProblemError)) throw error;
    run.problems.push(error.problem);
  }
  const { writes, delegated, joinedRoles, steps, problems, reads } = run;
  const sent = run.sent.filter(({ to, once }) => to !== null || !once);
  const result = { writes, delegated, sent, joinedRoles, steps, problems };
  return { reads, result: !forMany || isTold(result) ? result : null };
}

/** Runs one play if the host is in it. @throws ProblemError `over-limit`, NeedsHost */
export function runPlay(run: HostRun, playIndex: number): void {
  const play = run.world.plays[playIndex];
  const member = play ? inPlay(run, playIndex) : false;
  if (!play || member === false) return;
  if (run.joined.size + run.mayJoin.length > 0) run.world.joinedPlays.add(playIndex);
  enterPlay(run, playIndex);
  expectRoles(run, playIndex);
  atPlace(run, playIndex, () => runSections(run, play, playIndex, member === true ? [] : [member]));
  takeDueFacts(run, [playIndex + 1]);
}

function runSections(run: HostRun, play: Play, playIndex: number, guards: readonly Unknown[]): void {
  const playRoles: PlayRole[] = [];
  const joined = new Set<RoleReference>();
  const imports = importedRoles(run.world, play);
  for (const reference of [...play.roles, ...imports.map(one => one.reference)])
    joinPlay(run, play, reference, playRoles, joined);
  const roleParents: RoleParents = new Map();
  for (const reference of play.roles) noteRole(run.world, play, roleParents, reference, null);
  for (const { reference, leader } of imports) noteRole(run.world, play, roleParents, reference, leader);
  const base: Frame = {
    play,
    playIndex,
    playRoles,
    roleParents,
    varsFiles: NO_VARS,
    file: play.at.file,
    role: null,
    chain: [],
    roleDepth: 0,
    taskVars: [],
    includeParams: [],
    conditions: play.when,
    completed: new Set(),
    repeated: false,
    parted: null,
    guards,
    guardOrigins: [],
    rounds: null,
    delegateTo: null,
    runOnce: false,
    keywords: play.keywords,
    section: null,
    handler: false,
  };
  const frame: Frame = { ...base, varsFiles: readVarsFiles(run, base) };
  run.notified.clear();
  run.entries.clear();
  run.ended = false;
  const flush = () => flushHandlers(run, frame, runTasks);
  const sections: readonly (() => void)[] = [
    () => runTasks(run, frame, play.preTasks),
    flush,
    ...play.roles.map(reference => () => runRole(run, frame, reference, 'once')),
    () => runTasks(run, frame, play.tasks),
    flush,
    () => runTasks(run, frame, play.postTasks),
    flush,
  ];
  const before = run.steps.length;
  for (const [place, section] of sections.entries()) atPlace(run, place, section);
  resolveHandlers(run, frame, before);
  if (run.world.assumed) writeOrphans(run, frame, run.world.assumed.orphans);
  if (run.world.unread) recordVariables(run, frame, run.world.unread);
}

/** Files that concern the kubelet although no task writes them: each counts as written once to every node. */
function writeOrphans(run: HostRun, frame: Frame, orphans: readonly Orphan[]): void {
  for (const { file, role } of orphans) {
    const reference =
      frame.play.roles.find(one => one.name === role) ??
      (role === null ? null : plainReference(role, { file, line: 0 }));
    const found = reference ? roleOf(run, frame.play, reference) : null;
    recordOrphan(run, { ...frame, file, role: found && reference ? { role: found, reference } : null }, file);
  }
}

/** Every role of `roles:` with its dependencies gives its defaults and vars to the whole play. */
function joinPlay(
  run: HostRun,
  play: Play,
  reference: RoleReference,
  playRoles: PlayRole[],
  joined: Set<RoleReference>,
): void {
  if (joined.has(reference) || reference.name.includes('{{')) return;
  joined.add(reference);
  const role = roleOf(run, play, reference);
  if (!role) return;
  for (const path of [...role.defaults.vaulted, ...role.vars.vaulted]) run.vaulted.add(path);
  for (const dependency of role.dependencies) joinPlay(run, play, dependency, playRoles, joined);
  playRoles.push({ role, reference, when: [] });
}

function readVarsFiles(run: HostRun, frame: Frame): Vars {
  const { combine } = run.world.repository;
  const layers: Vars[] = [];
  for (const entry of frame.play.varsFiles) {
    for (const name of listOf(entry)) {
      const text = templateText(run, name, scopeOf(run, { ...frame, varsFiles: combine(...layers) }));
      if (text === null) {
        run.problems.push(
          notEvaluated(
            frame.play.at.file,
            name.origins[0]?.line ?? 0,
            'The name of this vars_files entry cannot be known from Git, so its variables are missing here.',
          ),
        );
        break;
      }
      const path = searchPath(run.world, frame, 'vars')
        .map(directory => within(directory, text))
        .find((candidate): candidate is string => candidate !== null && exists(run.world.repository, candidate));
      if (path === undefined) continue;
      const loaded = loadVarsFile(run.world.repository, path);
      for (const file of loaded.vaulted) run.vaulted.add(file);
      layers.push(loaded.vars);
      break;
    }
  }
  return combine(...layers);
}
