import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readTree } from './real-ansible.ts';

/**
 * Runs a playbook of our own making with real Ansible on nodes that are folders of this machine, and returns the files
 * each node has afterwards, by path. Every node has a Python interpreter of its own that works in the node's folder, so
 * that a relative path on it (`{{ root }}etc/x` with an empty `root`) tells which node a delegated task reached.
 *
 * @param files the inventory is `hosts`, the playbook `site.yml`
 */
export function nodesForReal(
  files: Readonly<Record<string, string>>,
  nodes: readonly string[],
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const top = mkdtempSync(join(tmpdir(), 'kubelet-gate-nodes-'));
  try {
    const repository = join(top, 'repository');
    const own = Object.fromEntries(nodes.map(node => [`host_vars/${node}.yml`, makeNode(top, node)]));
    for (const [path, text] of Object.entries({ ...files, ...own })) {
      mkdirSync(dirname(join(repository, path)), { recursive: true });
      writeFileSync(join(repository, path), text);
    }
    const args = ['-i', 'hosts', 'site.yml', '-c', 'local', '-e', 'root='];
    const options = { cwd: repository, env: environment(top), encoding: 'utf8', stdio: 'pipe' } as const;
    execFileSync('ansible-playbook', args, options);
    return new Map(nodes.map(node => [node, readTree(join(top, 'nodes', node))]));
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`ansible-playbook failed: ${stdout ?? ''}${stderr ?? String(error)}`, { cause: error });
  } finally {
    rmSync(top, { recursive: true, force: true });
  }
}

/** Makes the folder of a node and its interpreter; returns the variables that name it. */
function makeNode(top: string, node: string): string {
  const folder = join(top, 'nodes', node);
  mkdirSync(join(folder, 'etc'), { recursive: true });
  const interpreter = join(top, `python-${node}`);
  writeFileSync(interpreter, `#!/bin/sh\ncd ${folder} && exec python3 "$@"\n`);
  chmodSync(interpreter, 0o755);
  return `ansible_python_interpreter: ${interpreter}\n`;
}

function environment(top: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: top,
    ANSIBLE_HOME: join(top, 'home'),
    ANSIBLE_LOCAL_TEMP: join(top, 'tmp'),
    ANSIBLE_REMOTE_TEMP: join(top, 'tmp'),
    ANSIBLE_NOCOLOR: '1',
    ANSIBLE_LOCALHOST_WARNING: '0',
    LC_ALL: 'C.UTF-8',
  };
}
