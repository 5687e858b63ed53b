import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { commandPath } from '../config/settings.ts';
import type { Rendered } from './ansible-render.ts';
import type { Measured, Times } from './ansible-review.ts';
import { type BenchSite, benchSite, changedSite, GROUPS, type SiteOptions } from './ansible-site.ts';
import { machineLines } from './machine.ts';

const WALL_GOAL = 300;
const SCALE_GOAL = 3;

/**
 * A one-variable change, base and head in one process from start to end: what every node gets of both, and the whole
 * review with the baseline, beside one `ansible-playbook --check` that finds out once what every node gets; then many
 * more hosts with the same configurations. `--hosts N`, `--many N`, `--skip-ansible`.
 */
export async function benchAnsible(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      hosts: { type: 'string', default: '1000' },
      many: { type: 'string', default: '100000' },
      'skip-ansible': { type: 'boolean', default: false },
    },
  });
  const [hosts, many] = [Number(values.hosts), Number(values.many)];
  for (const line of machineLines()) console.log(line);
  const directory = mkdtempSync(join(tmpdir(), 'kubelet-gate-bench-'));
  try {
    const same = ours(directory, { hosts, addresses: false });
    const own = ours(directory, { hosts, addresses: true });
    if (!values['skip-ansible']) compare(directory, hosts, [same, own]);
    scale(same, ours(directory, { hosts: many, addresses: false }));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

type Ours = Readonly<{
  name: string;
  directory: string;
  /** What every node gets of both commits: the work `ansible-playbook --check` does for one. */
  rendering: Times;
  /** The same with the baseline, the comparison and its places. */
  review: Times;
  measured: Measured;
}>;

/** Runs of one program of ours; the median counts. */
const RUNS = 5;

function ours(parent: string, options: SiteOptions): Ours {
  const what = options.addresses ? 'a name and address of its own in each' : 'equal bytes for equal groups';
  const name = `${options.hosts} hosts, ${GROUPS} configurations, ${what}`;
  const directory = join(parent, `${options.hosts}-${options.addresses}`);
  const [base, head] = repository(directory, benchSite(options));
  const run = (program: string) =>
    median(directory, [process.execPath, fileURLToPath(new URL(program, import.meta.url)), directory, base, head]);
  const rendered = run('./ansible-render.js');
  const { changed, texts, memory } = JSON.parse(rendered.output) as Rendered;
  const reviewed = run('./ansible-review.js');
  const measured = JSON.parse(reviewed.output) as Measured;
  const { inventory, trees } = measured;
  console.log(`\n${name}`);
  console.log(`  ours, base and head in one process, the median of ${RUNS}:`);
  console.log(`    what every node gets: ${shown(rendered.times, memory)}; ${changed} hosts changed, ${texts} texts`);
  console.log(
    `    the whole review: ${shown(reviewed.times, measured.memory)}; ${measured.conclusion}, ${measured.changes} changes, ${measured.groups} node groups`,
  );
  console.log(
    `      of it reading Git ${both(trees)}, inventories ${both(inventory)}, all the rest of the review ${both(rest(measured))}`,
  );
  return { name, directory, rendering: rendered.times, review: reviewed.times, measured };
}

function shown({ wall, cpu }: Times, memory: number): string {
  return `${seconds(wall)} whole process, ${seconds(cpu)} CPU, ${memory.toFixed(0)} MiB at most`;
}

/** The run of a command that takes the median wall time. */
function median(directory: string, command: readonly string[]): ReturnType<typeof timed> {
  const runs = Array.from({ length: RUNS }, () => timed(directory, command));
  const sorted = runs.sort((left, right) => left.times.wall - right.times.wall);
  return sorted[RUNS >> 1] ?? timed(directory, command);
}

function compare(parent: string, hosts: number, all: readonly Ours[]): void {
  const [same] = all;
  if (!same) return;
  const target = join(parent, 'etc');
  mkdirSync(target, { recursive: true });
  const extra = [
    '-e',
    `kubelet_config_dir=${target}`,
    '-e',
    'ansible_python_interpreter={{ ansible_playbook_python }}',
  ];
  const command = ['ansible-playbook', '--check', '--forks', '10', '-i', 'inventory', ...extra, 'site.yml'];
  const { times, output } = timed(same.directory, command);
  const done = (output.match(/ok=2 +changed=2 .*failed=0/g) ?? []).length;
  if (done !== hosts) throw new Error(`ansible-playbook did its work on ${done} of ${hosts} hosts`);
  const [version = ''] = execFileSync('ansible-playbook', ['--version'], { encoding: 'utf8' }).split('\n');
  console.log(`\n${version}, --check, 10 forks, once, ${same.name}: ${seconds(times.wall)}, ${seconds(times.cpu)} CPU`);
  for (const { name, rendering, review } of all) {
    const ratio = (mine: Times): string =>
      `${(times.wall / mine.wall).toFixed(0)} times as fast in wall time, ${(times.cpu / mine.cpu).toFixed(0)} times in CPU`;
    const reached = times.wall / rendering.wall >= WALL_GOAL ? 'reached' : 'missed';
    console.log(`  ours with ${name}:`);
    console.log(`    what every node gets: ${ratio(rendering)}; goal ${WALL_GOAL}: ${reached}`);
    console.log(`    the whole review: ${ratio(review)}`);
  }
}

function scale(few: Ours, many: Ours): void {
  const [a, b] = [rest(few.measured), rest(many.measured)];
  const times = b.wall / a.wall;
  console.log(
    `  after the inventories ${times.toFixed(1)} times the time of ${few.measured.hosts} hosts (${(b.cpu / a.cpu).toFixed(1)} times in CPU); goal ${SCALE_GOAL}: ${times <= SCALE_GOAL ? 'reached' : 'missed'}`,
  );
}

/** The review without reading its inventories. */
function rest({ review, inventory }: Measured): Times {
  return { wall: review.wall - inventory.wall, cpu: review.cpu - inventory.cpu };
}

function both({ wall, cpu }: Times): string {
  return `${seconds(wall)} (${seconds(cpu)} CPU)`;
}

/** Wall and CPU time of a command and of every process it waits for. */
function timed(cwd: string, command: readonly string[]): { times: Times; output: string } {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@"';
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, 'timed', ...command], {
    cwd,
    maxBuffer: 2 ** 30,
    encoding: 'utf8',
    env: { ...commandPath(), HOME: homedir(), LANG: 'C.UTF-8', ANSIBLE_NOCOLOR: '1' },
  });
  if (status !== 0) throw new Error(`${command[0]} ended with ${status}: ${stderr}\n${stdout.slice(-2000)}`);
  const [wall = Number.NaN, user = 0, system = 0] = (stderr.trimEnd().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { times: { wall, cpu: user + system }, output: stdout };
}

/** A repository of two commits, the site and the site with its change. */
function repository(directory: string, site: BenchSite): readonly [base: string, head: string] {
  mkdirSync(directory, { recursive: true });
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org', ...args], {
      cwd: directory,
      encoding: 'utf8',
    }).trim();
  const commit = (files: BenchSite): string => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    git('add', '--all');
    git('commit', '--quiet', '--message', 'site');
    return git('rev-parse', 'HEAD');
  };
  git('init', '--quiet');
  return [commit(site), commit(changedSite(site))];
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}
