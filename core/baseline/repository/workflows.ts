import type { Origin } from '../../source/rope.ts';
import type { SourceTree } from '../../source/tree.ts';
import { filterPattern } from './path-pattern.ts';
import { listAt, readDocument, valueAt } from './read-document.ts';

/** A workflow of GitHub Actions. */
export type Workflow = Readonly<{
  file: string;
  /** Why it cannot be read, or null. */
  fault: string | null;
  /** Runs at times of the day. */
  scheduled: boolean;
  /** What `on.pull_request` says of paths: which pull requests with one changed path start it. Null: none do. */
  pullRequest: Readonly<{ covers: (path: string) => boolean; at: Origin }> | null;
  /** Commands of its steps. */
  commands: readonly string[];
  /** Actions and workflows it calls. */
  uses: readonly string[];
}>;

const FOLDER = '.github/workflows';

const read = new WeakMap<SourceTree, readonly Workflow[]>();

/** The workflows GitHub runs, by file. */
export function workflowsOf(tree: SourceTree): readonly Workflow[] {
  let workflows = read.get(tree);
  if (!workflows) {
    const files = tree.list(FOLDER).filter(name => /\.ya?ml$/.test(name));
    read.set(tree, (workflows = files.map(name => readWorkflow(tree, `${FOLDER}/${name}`))));
  }
  return workflows;
}

/** Workflows that stand where GitHub never looks: files in a folder `ci` or beside its own. */
export function strayWorkflows(tree: SourceTree): readonly string[] {
  return STRAY_FOLDERS.flatMap(folder => tree.list(folder).map(name => `${folder}/${name}`)).filter(
    file => /\.ya?ml$/.test(file) && isWorkflow(readDocument(tree, file).root),
  );
}

const STRAY_FOLDERS = ['ci', 'ci/workflows', 'ci/github', '.ci', 'workflows', '.github'] as const;

function isWorkflow(root: unknown): boolean {
  return valueAt(root, 'on') !== undefined && isMapping(valueAt(root, 'jobs'));
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textsIn = (values: readonly unknown[]): readonly string[] =>
  values.filter((value): value is string => typeof value === 'string');

function readWorkflow(tree: SourceTree, file: string): Workflow {
  const document = readDocument(tree, file);
  const { root, fault } = document;
  const on = valueAt(root, 'on');
  const jobs = valueAt(root, 'jobs');
  const all = isMapping(jobs) ? Object.values(jobs) : [];
  const steps = all.flatMap(job => listAt(job, 'steps'));
  const started = eventOf(on, 'pull_request') ?? eventOf(on, 'pull_request_target');
  const covers = started && coversOf(started);
  return {
    file,
    fault,
    scheduled: eventOf(on, 'schedule') !== null,
    pullRequest: covers ? { covers, at: document.at(['on', 'pull_request']) } : null,
    commands: textsIn(steps.map(step => valueAt(step, 'run'))),
    uses: textsIn([...steps, ...all].map(one => valueAt(one, 'uses'))),
  };
}

/** What a workflow says of an event: its settings, empty where it has none. Null: the event does not start it. */
function eventOf(on: unknown, name: string): Readonly<Record<string, unknown>> | null {
  if (on === name || (Array.isArray(on) && (on as readonly unknown[]).includes(name))) return {};
  if (!isMapping(on) || !Object.hasOwn(on, name)) return null;
  const settings = on[name];
  return isMapping(settings) ? settings : {};
}

/** Which changed path starts it, by `types`, `paths` and `paths-ignore`; null where no push to a pull request does. */
function coversOf(event: Readonly<Record<string, unknown>>): ((path: string) => boolean) | null {
  const types = textsIn(listAt(event, 'types'));
  if (types.length > 0 && !types.includes('synchronize')) return null;
  const [paths, ignored] = ['paths', 'paths-ignore'].map(key => textsIn(listAt(event, key)));
  if (paths && paths.length > 0) return lastMatch(paths);
  if (!ignored || ignored.length === 0) return () => true;
  const ignores = lastMatch(ignored);
  return path => !ignores(path);
}

/** GitHub reads filters from the top: the last that matches a path decides, `!` takes it out. */
function lastMatch(filters: readonly string[]): (path: string) => boolean {
  const rules = filters.flatMap(filter => {
    const negated = filter.startsWith('!');
    const matches = filterPattern(negated ? filter.slice(1) : filter);
    return matches ? [{ negated, matches }] : [];
  });
  return path => {
    const last = rules.findLast(({ matches }) => matches(path));
    return last !== undefined && !last.negated;
  };
}
