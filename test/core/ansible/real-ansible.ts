import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Version line of the installed ansible-core, or null with the reason printed: then nothing is compared. */
export function ansibleVersion(): string | null {
  const run = spawnSync('ansible-playbook', ['--version'], { encoding: 'utf8' });
  if (run.status === 0) return run.stdout.split('\n')[0] ?? '';
  console.warn('not compared with real Ansible: ansible-playbook is not installed');
  return null;
}

/**
 * Runs a playbook of our own making with real Ansible on the local machine and returns the files it leaves in the
 * folder named by the variable `target`, by path.
 */
export function applyForReal(
  files: Readonly<Record<string, string>>,
  inventory: string,
  playbook: string,
): ReadonlyMap<string, string> {
  const root = mkdtempSync(join(tmpdir(), 'kubelet-gate-ansible-'));
  try {
    const repository = join(root, 'repository');
    const target = join(root, 'target');
    mkdirSync(target);
    writeTree(repository, files);
    const environment = {
      PATH: process.env.PATH,
      HOME: root,
      ANSIBLE_HOME: join(root, 'home'),
      ANSIBLE_LOCAL_TEMP: join(root, 'tmp'),
      ANSIBLE_NOCOLOR: '1',
      ANSIBLE_LOCALHOST_WARNING: '0',
      LC_ALL: 'C.UTF-8',
    };
    const args = [
      '-i',
      inventory,
      playbook,
      '-c',
      'local',
      '-e',
      `target=${target}`,
      '-e',
      'ansible_python_interpreter=python3',
    ];
    execFileSync('ansible-playbook', args, { cwd: repository, env: environment, encoding: 'utf8', stdio: 'pipe' });
    return readTree(target);
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    throw new Error(`ansible-playbook failed: ${stdout ?? String(error)}`, { cause: error });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function writeTree(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** Files below a folder by path. */
export function readTree(root: string, below = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(join(root, below))) {
    const path = join(below, name);
    if (statSync(join(root, path)).isDirectory())
      for (const [inner, text] of readTree(root, path)) found.set(inner, text);
    else found.set(path, readFileSync(join(root, path), 'utf8'));
  }
  return found;
}
