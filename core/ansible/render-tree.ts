import { createHash } from 'node:crypto';
import type { KubeletInput, KubeletVerdict } from '../kubelet/types.ts';
import type { SourceTree } from '../source/tree.ts';
import { type AssumedPlay, assumedPlay } from './assumed-play.ts';
import { findGroupVarsOnly, findInventories, findPlaybooks } from './discover.ts';
import type { RunResult, World } from './host-run.ts';
import { inventorySources } from './inventory/inventory-folders.ts';
import { inventoryBase, sharedInventory } from './inventory/load-inventory.ts';
import { plainInitDefaults } from './kubeadm-init.ts';
import type { Kubelets } from './node-result.ts';
import { loadPlaybook, type Playbook } from './playbook.ts';
import {
  type Context,
  concerns,
  type Evaluated,
  hostsOf,
  type Load,
  rendered,
  type Source,
  sourceWithoutHosts,
} from './rendered-inventory.ts';
import { openRepository, type Repository } from './repository.ts';
import { readAnsibleCfg } from './role.ts';
import { type RolePlace, rolePlaces } from './role-places.ts';
import { runHosts } from './run-hosts.ts';
import { orphansOf, type Survey, survey } from './survey.ts';
import type { Rendering, RenderOptions } from './types.ts';
import { withUnread } from './unread/with-unread.ts';
import { variantsOf } from './variants.ts';
import { assumedWorld, playbookWorld, reportAddedHosts, type Shared } from './worlds.ts';

/**
 * What Ansible would put on every host of every inventory of a tree, and what each kubelet makes of it. Nothing of the
 * repository is executed. Files nobody can evaluate become problems; this never throws on bad input.
 *
 * Playbooks that exist decide which roles run where. Roles and files no playbook reaches are evaluated by an assumed
 * play on every host (of a repository without playbooks) or on one assumed host, `every node`.
 *
 * @param kubelet what a kubelet does with a configuration; must be deterministic
 */
export function renderTree(
  tree: SourceTree,
  options: RenderOptions,
  kubelet: (input: KubeletInput) => KubeletVerdict,
): Rendering {
  const repository = openRepository(tree, options.memory);
  const found = survey(repository);
  const { rolesPath, inventories: configured } = readAnsibleCfg(repository);
  const ansible = options.ansible ?? 'untold';
  const shared: Shared = {
    repository,
    ansible,
    rolesPath,
    setAtRunTime: found.setAtRunTime,
    includedNames: found.includedNames,
    copiedFrom: found.copiedFrom,
    addsHosts: found.addsHosts,
    runsOnce: found.runsOnce,
  };
  const playbooks = (options.playbooks ?? findPlaybooks(repository)).map(file => loadPlaybook(repository, file));
  const sources = sourcesFor(repository, options, configured, playbooks);
  const kubelets: Kubelets = { load: onceEach(kubelet), plainInit: plainInitDefaults(found.naming) };

  const written = new Set<string>();
  const real = sources.map(source => {
    const worlds = playbooks.map(playbook => playbookWorld(shared, source, playbook));
    const runs = runHosts(worlds, hostsOf(source, options, found));
    for (const world of worlds) reportAddedHosts(world);
    for (const path of sourcesOf(runs.values())) written.add(path);
    return { source, worlds, runs };
  });
  const places = rolePlaces(tree);
  const reached = reachedRoles(
    places,
    found,
    playbooks,
    real.flatMap(({ worlds }) => worlds),
  );
  const assumed = assumedPlay(repository, places, found, orphansOf(found, written), reached);
  const context: Context = { shared, found, written, sources, playbooks, options, kubelets };

  const evaluated = real.map(({ source, worlds, runs }): Evaluated => {
    const variants = source.inventory.hosts.size === 0 ? variantsOf(worlds, found, written) : [];
    return { source, runs, variants };
  });
  const all = (assumed ? withAssumed(evaluated, context, assumed) : evaluated).map(one => rendered(one, context));
  const shown = withUnread(all, context, assumed);
  return {
    rev: tree.rev,
    inventories: shown.all.map(({ rendering }) => rendering),
    problems: repository.problems,
    unread: shown.unread,
    read: repository.read,
  };
}

function sourcesFor(
  repository: Repository,
  options: RenderOptions,
  configured: readonly string[],
  playbooks: readonly Playbook[],
): readonly Source[] {
  const { ansible, declaredHosts: declared } = options;
  const reading = { ...(ansible ? { ansible } : {}), ...(declared ? { declared } : {}) };
  const found = () => inventorySources(repository, findInventories(repository.tree, configured), configured, reading);
  const paths = options.inventories ?? withDeclared(found(), declared);
  const sources: Source[] = paths.map(path => ({
    path,
    directory: inventoryBase(repository, path),
    ...sharedInventory(repository, path, reading),
  }));
  if (options.inventories === undefined) {
    const files = playbooks.map(playbook => playbook.file);
    for (const directory of findGroupVarsOnly(repository.tree, paths, files)) {
      sources.push(sourceWithoutHosts(sources.length === 0 ? '' : directory, directory));
    }
  }
  if (sources.length === 0) sources.push(sourceWithoutHosts('', null));
  return sources;
}

/** Sources that are declared but not in the repository are inventories too. */
function withDeclared(found: readonly string[], declared: RenderOptions['declaredHosts']): readonly string[] {
  const missing = [...(declared?.keys() ?? [])].filter(
    path => !found.some(one => one === path || one.startsWith(`${path}/`)),
  );
  return [...found, ...missing];
}

function sourcesOf(runs: Iterable<RunResult>): readonly string[] {
  return [...new Set(runs)].flatMap(({ writes }) => writes.flatMap(({ source }) => source ?? []));
}

/**
 * Adds what the assumed play gives: without real playbooks it is the whole rendering; beside them it goes to the
 * assumed host with the first inventory's variables.
 */
function withAssumed(
  evaluated: readonly Evaluated[],
  { shared, found, written, sources, playbooks, options }: Context,
  assumed: AssumedPlay,
): readonly Evaluated[] {
  const assumedOn = (source: Source): Evaluated => {
    const world = assumedWorld(shared, source, assumed);
    const runs = runHosts([world], hostsOf(source, options, found));
    const all = new Set([...written, ...sourcesOf(runs.values())]);
    const variants = source.inventory.hosts.size === 0 ? variantsOf([world], found, all) : [];
    return { source, runs, variants };
  };
  if (playbooks.length === 0) return sources.map(assumedOn);
  const beside = assumedOn(sourceWithoutHosts('', sources[0]?.directory ?? null));
  return [...beside.runs.values()].some(concerns) ? [...evaluated, beside] : evaluated;
}

/** Roles some play runs, or that a playbook or task names and so may run. */
function reachedRoles(
  places: readonly RolePlace[],
  { naming }: Survey,
  playbooks: readonly Playbook[],
  worlds: readonly World[],
): ReadonlySet<string> {
  const reached = new Set(worlds.flatMap(world => [...world.roles.values()].map(role => role.directory)));
  if (playbooks.length === 0) return reached;
  const callers = new Map<string, string[]>();
  for (const { path, text } of naming) {
    if (/(?:^|\/)roles\//.test(path) && !/(?:^|\/)(?:tasks|handlers|meta)\//.test(path)) continue;
    for (const match of text.matchAll(CALLED)) {
      for (const name of new Set([match[1] ?? '', lastSegment(match[1] ?? '')])) {
        callers.set(name, [...(callers.get(name) ?? []).slice(-MAX_CALLERS), path]);
      }
    }
  }
  for (const { name, directory } of places) {
    const paths = [...(callers.get(name) ?? []), ...(callers.get(lastSegment(name)) ?? [])];
    if (paths.some(path => !path.startsWith(`${directory}/`))) reached.add(directory);
  }
  return reached;
}

/** `- x`, `role: x` or `name: x` at the end of what is said on a line. */
const CALLED = /(?:^[ \t]*-[ \t]+|\b(?:role|name)[ \t]*[:=][ \t]*)["']?([\w./-]{1,120})["']?[ \t]*(?=$|[,}#])/gm;
/** Callers remembered per name: enough to find one outside the role itself. */
const MAX_CALLERS = 50;

function lastSegment(name: string): string {
  return name.split('/').at(-1) ?? name;
}

const asked = new WeakMap<Load, Load>();

/** Equal questions to one kubelet are asked once, also by several trees: base and head mostly say the same. */
function onceEach(kubelet: Load): Load {
  let once = asked.get(kubelet);
  if (!once) asked.set(kubelet, (once = remembering(kubelet)));
  return once;
}

function remembering(kubelet: Load): Load {
  const answers = new Map<string, KubeletVerdict>();
  return input => {
    const texts = [...(input.config ? [input.config] : []), ...input.dropIns];
    const key = JSON.stringify([
      input.minor,
      !input.config,
      texts.map(({ name, text, unknowns }) => [name, text, [...(unknowns ?? [])]]),
      input.flags,
    ]);
    const digest = createHash('sha256').update(key).digest('base64');
    let answer = answers.get(digest);
    if (!answer) answers.set(digest, (answer = kubelet(input)));
    return answer;
  };
}
