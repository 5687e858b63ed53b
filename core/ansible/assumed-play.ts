import { posix } from 'node:path';
import type { AssumedNames, Orphan } from './host-run.ts';
import { NO_KEYWORDS } from './keywords.ts';
import { NO_SETTINGS, type Play } from './playbook.ts';
import { isDirectory, type Repository } from './repository.ts';
import { loadRole, MAIN, plainReference, type Role, type RoleReference } from './role.ts';
import type { RolePlace } from './role-places.ts';
import type { Survey } from './survey.ts';
import { str } from './value.ts';
import { combine, NO_VARS } from './variables.ts';

/** A play nobody wrote: every role that touches the kubelet, on every node, and the files no task writes. */
export type AssumedPlay = Readonly<{ play: Play; names: AssumedNames; roles: ReadonlyMap<string, Role> }>;

/** A task that puts, edits or protects a file that concerns the kubelet. */
const TOUCHES =
  /^[ \t]*(?:-[ \t]+)?(?:dest|path|src|destfile|name|(?:ansible\.builtin\.)?(?:template|copy|file|lineinfile|replace|blockinfile))[ \t]*[:=].*(?:kubelet|kubeadm|kube-?proxy|cni\/net\.d|seccomp|rancher\/|\b(?:k3s|rke2)[\w-]*\.service|\bk3s\.service|containerd\/config\.toml)/im;

/** A command that writes one, or hands arguments to the installer of k3s. */
const COMMANDS = /INSTALL_K3S_EXEC|(?:>|\btee\b|\bsed[ \t]+-\w*i).*(?:kubelet|kubeadm|rancher\/)/;

/**
 * The play assumed for roles no playbook reaches. The defaults and vars of every role of the repository are seen, a
 * role's own winning. null when nothing here concerns a kubelet.
 *
 * @param reached directories of the roles real plays run
 */
export function assumedPlay(
  repository: Repository,
  places: readonly RolePlace[],
  found: Survey,
  orphans: readonly Orphan[],
  reached: ReadonlySet<string>,
): AssumedPlay | null {
  const touching = places.filter(place => !reached.has(place.directory) && touchesKubelet(place, found));
  if (touching.length === 0 && orphans.length === 0) return null;
  const roles = new Map<string, Role>();
  for (const { name, directory } of places) roles.set(`\0${name}`, loadRole(repository, name, directory));
  const all = [...roles.values()];
  return {
    play: playOfAll(
      'assumed play',
      touching.flatMap(place => entryPoints(repository, place, found)),
    ),
    names: {
      defaults: combine(...weakestFirst(all).map(role => role.defaults.vars)),
      vars: combine(...weakestFirst(all).map(role => role.vars.vars)),
      vaulted: all.flatMap(role => [...role.defaults.vaulted, ...role.vars.vaulted]),
      running: touching.map(place => place.directory),
      orphans,
    },
    roles,
  };
}

/** A play nobody wrote, on every host, of nothing but roles. */
export function playOfAll(name: string, roles: readonly RoleReference[]): Play {
  return {
    name,
    at: { file: '', line: 0 },
    directory: '',
    hosts: [str('all')],
    vars: NO_VARS,
    varsFiles: [],
    roles,
    preTasks: [],
    tasks: [],
    postTasks: [],
    handlers: [],
    serial: [],
    order: null,
    keywords: NO_KEYWORDS,
    when: [],
    settings: NO_SETTINGS,
  };
}

/** A role touches the kubelet when a task of it does, or when it holds kubelet settings a task of it may write. */
function touchesKubelet({ directory }: RolePlace, { naming, settings }: Survey): boolean {
  const folder = directory === '' ? '' : `${directory}/`;
  const named = naming.filter(({ path }) => path.startsWith(`${folder}tasks/`));
  if (named.length === 0) return false;
  if (named.some(({ text }) => TOUCHES.test(text) || COMMANDS.test(text))) return true;
  return settings.some(path => path.startsWith(`${folder}templates/`) || path.startsWith(`${folder}files/`));
}

/** Roles made to hold defaults for the others win over the rest; among equals the first by name. */
function weakestFirst(roles: readonly Role[]): readonly Role[] {
  const rank = (role: Role): number => (/default|common/.test(role.name) ? 1 : 0);
  return [...roles].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? 1 : -1));
}

/** tasks/main, or every task file no other one includes when a role has no main. */
function entryPoints(
  repository: Repository,
  { name, directory }: RolePlace,
  { naming }: Survey,
): readonly RoleReference[] {
  const reference = (tasks: string): RoleReference => ({
    ...plainReference(name, { file: posix.join(directory, 'tasks'), line: 0 }),
    from: { ...MAIN, tasks },
  });
  const folder = posix.join(directory, 'tasks');
  const files = isDirectory(repository, folder)
    ? repository.tree.list(folder).filter(file => /\.ya?ml$/.test(file))
    : [];
  if (files.some(file => file.startsWith('main.'))) return [reference('main')];
  const texts = naming.filter(({ path }) => path.startsWith(`${folder}/`));
  return files
    .filter(file => !texts.some(({ path, text }) => path !== posix.join(folder, file) && text.includes(file)))
    .map(file => reference(file.replace(/\.ya?ml$/, '')));
}
