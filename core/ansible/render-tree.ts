import { createHash } from 'node:crypto';
import type { KubeletInput, KubeletVerdict } from '../kubelet/types.ts';
import type { Problem } from '../source/problem.ts';
import type { SourceTree } from '../source/tree.ts';
import { type AssumedPlay, assumedPlay } from './assumed-play.ts';
import { findGroupVarsOnly, findInventories, findPlaybooks } from './discover.ts';
import { EVERY_NODE, type RunResult, type World } from './host-run.ts';
import { emptyInventory } from './inventory/inventory.ts';
import { inventoryBase, loadInventory } from './inventory/load-inventory.ts';
import { assumedGroups, nodeGroups } from './node-groups.ts';
import { type NodeResult, nodeResults } from './node-result.ts';
import { loadPlaybook, type Playbook } from './playbook.ts';
import { openRepository, type Repository } from './repository.ts';
import { readAnsibleCfg } from './role.ts';
import { type RolePlace, rolePlaces } from './role-places.ts';
import { runHosts } from './run-hosts.ts';
import { orphansOf, type Survey, survey } from './survey.ts';
import type { InventoryRendering, NodeGroup, Rendering, RenderOptions } from './types.ts';
import { type Variant, variantsOf } from './variants.ts';
import { assumedWorld, hostsToRender, type InventorySource, playbookWorld, type Shared } from './worlds.ts';

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
  const repository = openRepository(tree);
  const found = survey(repository);
  const { rolesPath, inventories: configured } = readAnsibleCfg(repository);
  const ansible = options.ansible ?? '2.14';
  const shared: Shared = {
    repository,
    ansible,
    rolesPath,
    setAtRunTime: found.setAtRunTime,
    copiedFrom: found.copiedFrom,
  };
  const playbooks = (options.playbooks ?? findPlaybooks(repository)).map(file => loadPlaybook(repository, file));
  const sources = inventorySources(repository, options, configured, playbooks);
  const load = onceEach(kubelet);

  const written = new Set<string>();
  const real = sources.map(source => {
    const worlds = playbooks.map(playbook => playbookWorld(shared, source, playbook));
    const runs = runHosts(worlds, hostsOf(source, options, found));
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

  const rendered = real.map(({ source, worlds, runs }): InventoryRendering => {
    const variants = source.inventory.hosts.size === 0 ? variantsOf(worlds, found, written) : [];
    const groups = groupsOf(source, runs, variants, options, load);
    return { ...shown(source), groups };
  });
  const inventories = assumed
    ? withAssumed(rendered, { shared, found, written }, sources, assumed, playbooks.length > 0, options, load)
    : rendered;
  return { rev: tree.rev, inventories, problems: repository.problems, read: repository.read };
}

type Load = (input: KubeletInput) => KubeletVerdict;
type Source = InventorySource & Readonly<{ problems: readonly Problem[] }>;

function shown(source: Source): Omit<InventoryRendering, 'groups'> {
  const { path, problems, inventory } = source;
  return { inventory: path, hosts: hostsToRender(source), problems, dynamic: inventory.dynamic };
}

function sourceWithoutHosts(path: string, directory: string | null): Source {
  return { path, directory, inventory: emptyInventory(), problems: [] };
}

/** Hosts to run: the one asked for, and all when others may put files on it. */
function hostsOf(source: InventorySource, options: RenderOptions, { delegates }: Survey): readonly string[] {
  const hosts = hostsToRender(source);
  return options.host === undefined || delegates
    ? hosts
    : hosts.filter(host => host === options.host || host === EVERY_NODE);
}

function inventorySources(
  repository: Repository,
  options: RenderOptions,
  configured: readonly string[],
  playbooks: readonly Playbook[],
): readonly Source[] {
  const paths =
    options.inventories ?? withDeclared(findInventories(repository.tree, configured), options.declaredHosts);
  const sources: Source[] = paths.map(path => {
    const before = repository.problems.length;
    const { ansible, declaredHosts: declared } = options;
    const inventory = loadInventory(repository, path, {
      ...(ansible ? { ansible } : {}),
      ...(declared ? { declared } : {}),
    });
    const problems = repository.problems.splice(before);
    return { path, directory: inventoryBase(repository, path), inventory, problems };
  });
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

function groupsOf(
  source: InventorySource,
  runs: ReadonlyMap<string, RunResult>,
  variants: readonly Variant[],
  options: RenderOptions,
  load: Load,
): readonly NodeGroup[] {
  const known = new Map<RunResult, readonly NodeResult[]>();
  const resultsOf = (run: RunResult): readonly NodeResult[] => {
    let results = known.get(run);
    if (!results) known.set(run, (results = nodeResults(run, options.minor, load, source.inventory.hosts.size === 0)));
    return results;
  };
  const everyNode = runs.get(EVERY_NODE);
  if (source.inventory.hosts.size === 0)
    return everyNode && concerns(everyNode)
      ? assumedGroups([...resultsOf(everyNode), ...variants.flatMap(variant => variantResults(variant, resultsOf))])
      : [];
  const results = new Map<string, NodeResult>();
  for (const [host, run] of runs) {
    if (options.host !== undefined && host !== options.host) continue;
    const [result] = resultsOf(run);
    if (result && concerns(run)) results.set(host, result);
  }
  return nodeGroups(source.inventory, results);
}

function variantResults(
  { label, source, run }: Variant,
  resultsOf: (run: RunResult) => readonly NodeResult[],
): readonly NodeResult[] {
  return resultsOf(run)
    .filter(({ files }) => files.some(file => file.source === source))
    .map(result => ({ ...result, label }));
}

/** A host no play touches has nothing to show. */
function concerns(run: RunResult): boolean {
  return run.writes.length > 0 || run.problems.length > 0 || run.steps.length > 0;
}

/**
 * Adds what the assumed play gives: without real playbooks it is the whole rendering; beside them it goes to the
 * assumed host with the first inventory's variables.
 */
function withAssumed(
  rendered: readonly InventoryRendering[],
  { shared, found, written }: Readonly<{ shared: Shared; found: Survey; written: ReadonlySet<string> }>,
  sources: readonly Source[],
  assumed: AssumedPlay,
  hasPlaybooks: boolean,
  options: RenderOptions,
  load: Load,
): readonly InventoryRendering[] {
  const assumedOn = (source: InventorySource): readonly NodeGroup[] => {
    const world = assumedWorld(shared, source, assumed);
    const runs = runHosts([world], hostsOf(source, options, found));
    const all = new Set([...written, ...sourcesOf(runs.values())]);
    const variants = source.inventory.hosts.size === 0 ? variantsOf([world], found, all) : [];
    return groupsOf(source, runs, variants, options, load);
  };
  if (!hasPlaybooks) return sources.map(source => ({ ...shown(source), groups: assumedOn(source) }));
  const [first] = sources;
  const beside = sourceWithoutHosts('', first?.directory ?? null);
  const groups = assumedOn(beside);
  return groups.length > 0 ? [...rendered, { ...shown(beside), groups }] : rendered;
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
