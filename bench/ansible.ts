import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { commandPath } from '../config/settings.ts';
import type { Measured, Times } from './ansible-review.ts';
import { type BenchSite, benchSite, changedSite, GROUPS, type SiteOptions } from './ansible-site.ts';
import { machineLines } from './machine.ts';

const WALL_GOAL = 300;
const SCALE_GOAL = 3;

/**
 * The review of a one-variable change, base and head in one process from start to end, beside one `ansible-playbook
 * --check` that does the same work once; then many more hosts with the same configurations. `--hosts N`, `--many N`,
 * `--skip-ansible`.
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

type Ours = Readonly<{ name: string; directory: string; times: Times; measured: Measured }>;

function ours(parent: string, options: SiteOptions): Ours {
  const what = options.addresses ? 'a name and address of its own in each' : 'equal bytes for equal groups';
  const name = `${options.hosts} hosts, ${GROUPS} configurations, ${what}`;
  const directory = join(parent, `${options.hosts}-${options.addresses}`);
  const [base, head] = repository(directory, benchSite(options));
  const program = fileURLToPath(new URL('./ansible-review.js', import.meta.url));
  const { times, output } = timed(directory, [process.execPath, program, directory, base, head]);
  const measured = JSON.parse(output) as Measured;
  const { inventory, trees, memory } = measured;
  console.log(`\n${name}`);
  console.log(
    `  ours, base and head: ${seconds(times.wall)} whole process, ${seconds(times.cpu)} CPU, ${memory.toFixed(0)} MiB at most`,
  );
  console.log(
    `    reading Git ${both(trees)}, inventories ${both(inventory)}, all the rest of the review ${both(rest(measured))}`,
  );
  console.log(`    ${measured.conclusion}, ${measured.changes} changes, ${measured.groups} node groups`);
  return { name, directory, times, measured };
}

function compare(parent: string, hosts: number, all: readonly Ours[]): void {
  const [, own] = all;
  if (!own) return;
  const target = join(parent, 'etc');
  mkdirSync(target, { recursive: true });
  const extra = [
    '-e',
    `kubelet_config_dir=${target}`,
    '-e',
    'ansible_python_interpreter={{ ansible_playbook_python }}',
  ];
  const command = ['ansible-playbook', '--check', '--forks', '10', '-i', 'inventory', ...extra, 'site.yml'];
  const { times, output } = timed(own.directory, command);
  const done = (output.match(/ok=2 +changed=2 .*failed=0/g) ?? []).length;
  if (done !== hosts) throw new Error(`ansible-playbook did its work on ${done} of ${hosts} hosts`);
  const [version = ''] = execFileSync('ansible-playbook', ['--version'], { encoding: 'utf8' }).split('\n');
  console.log(`\n${version}, --check, 10 forks, once, ${own.name}: ${seconds(times.wall)}, ${seconds(times.cpu)} CPU`);
  for (const { name, times: mine } of all) {
    const wall = times.wall / mine.wall;
    console.log(
      `  ours is ${wall.toFixed(0)} times as fast in wall time, ${(times.cpu / mine.cpu).toFixed(0)} times in CPU`,
    );
    console.log(`    with ${name}; goal ${WALL_GOAL}: ${wall >= WALL_GOAL ? 'reached' : 'missed'}`);
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
