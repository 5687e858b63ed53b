import { execFile } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../config/package-root.ts';
import { commandPath } from '../config/settings.ts';

const run = promisify(execFile);

/** What `ansible-playbook` said. */
export type Applied = Readonly<{ exitCode: number; output: string }>;

/** Whether Ansible is on this machine. */
export async function hasAnsible(): Promise<boolean> {
  return run('ansible-playbook', ['--version']).then(
    () => true,
    () => false,
  );
}

/**
 * Clones a commit as an operator would and runs the playbook on some hosts, each of which is a folder below `targets`.
 * The gate's callback comes from this checkout, as a callback enabled for every playbook of the machine.
 */
export async function applyToFolders(
  options: Readonly<{
    cloneUrl: string;
    commit: string;
    repository: string;
    directory: string;
    hosts: readonly string[];
    gateUrl: string;
    runsToken: string;
    /** Keep an edit in the work tree that nobody approved. */
    edit?: (clone: string) => void;
  }>,
): Promise<Applied> {
  const { directory, hosts } = options;
  const clone = join(directory, 'clone');
  const targets = join(directory, 'targets');
  mkdirSync(targets, { recursive: true });
  await run('git', ['clone', '--quiet', options.cloneUrl, clone], { env: plainGit(directory) });
  await run('git', ['-C', clone, 'checkout', '--quiet', options.commit], { env: plainGit(directory) });
  options.edit?.(clone);
  const plugins = join(directory, 'plugins');
  cpSync(join(packageRoot(), 'ansible', 'plugins', 'callback'), plugins, { recursive: true });
  const { username, gid } = userInfo();
  const root = `${targets}/{{ inventory_hostname }}`;
  const args = [
    'site.yml',
    '--limit',
    hosts.join(','),
    '--connection',
    'local',
    '--extra-vars',
    JSON.stringify({ node_root: root, node_owner: username, node_group: String(gid) }),
  ];
  try {
    const { stdout } = await run('ansible-playbook', args, {
      cwd: clone,
      env: {
        ...plainGit(directory),
        ANSIBLE_CALLBACK_PLUGINS: plugins,
        ANSIBLE_CALLBACKS_ENABLED: 'kubelet_gate',
        ANSIBLE_NOCOLOR: '1',
        ANSIBLE_LOCALHOST_WARNING: 'false',
        KUBELET_GATE_URL: options.gateUrl,
        KUBELET_GATE_TOKEN: options.runsToken,
        KUBELET_GATE_REPO: options.repository,
        KUBELET_GATE_SPOOL: join(directory, 'spool'),
        KUBELET_GATE_TARGET_ROOT: `${targets}/{host}`,
      },
    });
    return { exitCode: 0, output: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string };
    return { exitCode: code ?? 1, output: `${stdout ?? ''}${stderr ?? ''}` };
  }
}

function plainGit(home: string): NodeJS.ProcessEnv {
  return {
    ...commandPath(),
    HOME: home,
    LANG: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
  };
}
