import type { KubeletVerdict, Minor } from '../kubelet/types.ts';
import type { Problem } from '../source/problem.ts';
import type { Origin, RenderedText, Unknown } from '../source/rope.ts';
import type { PlaySettings } from './playbook.ts';
import type { RenderMemory } from './render-memory.ts';
import type { SupportingKind } from './supporting-files.ts';

/** A value that may not be known from Git, with where it was written. */
export type Traced<T> = Readonly<{
  value: { known: true; json: T } | { known: false; unknown: Unknown };
  origins: readonly Origin[];
}>;

export type FileKind =
  | 'KubeletConfiguration'
  | 'KubeProxyConfiguration'
  | 'kubeadm'
  | 'kubelet-flags'
  | 'drop-in'
  | 'kubeconfig'
  | 'cni'
  | 'seccomp'
  | SupportingKind
  | 'other';

/** One unknown condition taken to hold, or not to. */
export type Condition = Readonly<{ unknown: Unknown; holds: boolean }>;

/** One text of a file, when all its conditions are as stated. */
export type FileAlternative = Readonly<{ conditions: readonly Condition[]; text: RenderedText }>;

/** What the kubelet would do when the conditions are as stated. */
export type KubeletAlternative = Readonly<{ conditions: readonly Condition[]; verdict: KubeletVerdict }>;

/** One file Ansible puts on a host, or whose mode and owner it sets. */
export type NodeFile = Readonly<{
  /** Absolute path on the node; unknown parts make it unknown. */
  dest: Traced<string>;
  kind: FileKind;
  /** Repository path of the template or copied file; null for inline content and mode-only tasks. */
  source: string | null;
  /**
   * The variable it is made of, when no task of the repository reads that one: then the place is not known and `task`
   * says where the variable is set. null for every other file.
   */
  variable: string | null;
  /** The task that writes it. */
  task: Readonly<{ file: string; line: number; name: string | null; role: string | null; handlers: readonly string[] }>;
  /** The first alternative; null when the task sets only mode and owner, or the text cannot be had at all. */
  text: RenderedText | null;
  /** Every text the file may have, with the unknown conditions that choose it. Empty when `text` is null. */
  alternatives: readonly FileAlternative[];
  /** Whether more alternatives exist than were explored: then nothing holds for all of them. */
  truncated: boolean;
  /** Octal digits as they land on the node (`0640`); null when the task sets none. */
  mode: Traced<string> | null;
  owner: Traced<string> | null;
  group: Traced<string> | null;
  /** Whether the task runs: true, false (then the file is not listed) or unknown with the condition's reason. */
  when: Unknown | null;
  /** What Ansible would fail with in place of writing it; the text is what it would be with the failing variable unknown. */
  fails: Problem | null;
}>;

/**
 * One step of the play graph of a host: role or task, in the order Ansible meets them. Hosts whose run is the same share
 * their steps.
 */
export type PlayStep = Readonly<{
  /** Repository path of the playbook the run begins with; '' for a play that is assumed. */
  playbook: string;
  play: string;
  /** How that play goes through its hosts, as written. */
  settings: PlaySettings;
  role: string | null;
  task: string | null;
  file: string;
  line: number;
  /** A handler runs only if a task that notifies it changes something. */
  kind: 'role' | 'task' | 'handler';
  /** Without `ansible.builtin.` or `ansible.legacy.`; null for a role. */
  module: string | null;
  /** Whether the host runs it: `false` for a skipped one, else the first condition nobody can decide. */
  runs: boolean | Unknown;
  /** Conditions of the blocks, imports and roles around it and its own, as written. */
  when: readonly string[];
  /** Its own and those of what is around it. */
  tags: readonly string[];
  /** The part of a block it stands in. */
  section: 'block' | 'rescue' | 'always' | null;
  /** `loop` or `with_…`. */
  loop: string | null;
  /** Set for a step of an include whose loop goes over what nobody knows: it stands for those of all rounds. */
  rounds: Unknown | null;
  /** As written; null where nothing is. */
  changedWhen: string | null;
  failedWhen: string | null;
  /** Of the task or the nearest thing around it, as written. */
  ignoreErrors: string | null;
  noLog: string | null;
  checkMode: string | null;
  register: string | null;
  /** Handlers it notifies; a name that is not known as it is written. */
  notify: readonly string[];
  /** Handlers each notified name calls, where they are written; none for a name no handler has. */
  handlers: readonly Readonly<{ name: string; calls: readonly Readonly<{ file: string; line: number }>[] }>[];
  /**
   * Arguments of a task that changes a node, once per item of its loop; empty for a step that does not run or does
   * nothing there. The text of a free-form command is `_raw_params`; a mode is in octal digits; contents of files are
   * left out.
   */
  calls: readonly StepCall[];
}>;

/** Arguments by name, text and numbers as text, lists and mappings as JSON. */
export type StepCall = ReadonlyMap<string, Traced<string>>;

/** One kernel setting of a host. */
export type Sysctl = Readonly<{
  /** In dotted form, `kernel.panic`; `*` stands for any part. */
  name: string;
  value: Traced<string>;
  /** The file it comes from after a boot; null when it is set on the running kernel alone. */
  file: string | null;
}>;

/** What tasks set of the kernel; `open`: why there may be more that nobody can see from Git. */
export type Sysctls = Readonly<{ settings: readonly Sysctl[]; open: Unknown | null }>;

export type NodeRole = 'control-plane' | 'worker' | 'gpu';

/** A group of the inventory whose name says what its hosts are for. */
export type RoleGroup = Readonly<{
  name: string;
  roles: readonly NodeRole[];
  /** Those of the groups below it included. Never empty. */
  hosts: readonly string[];
  /** false: it may as well mean every node there is, as `nodes` does where the control plane is in it as well. */
  certain: boolean;
}>;

/**
 * Hosts that get exactly the same result. `name` is readable and stable: the smallest inventory group that covers
 * them, else the first host plus a count.
 */
export type NodeGroup = Readonly<{
  name: string;
  hosts: readonly string[];
  roles: readonly NodeRole[];
  files: readonly NodeFile[];
  /** The kubelet's flags with their dashes, and rke2's own `profile`. */
  /**
   * Files beside the kubelet's own that decide what it and its node may do: sysctls, kernel modules, static pods. Those
   * that are called after the kubelet are among `files` as well.
   */
  supporting: readonly NodeFile[];
  sysctls: Sysctls;
  flags: readonly Readonly<{ name: string; value: Traced<string> }>[];
  /** What may be on the kubelet's command line that nobody can see: a flag that is not in `flags` may be there. */
  unseenFlags?: Unknown;
  /** What holds whichever way the unknown conditions go; null when no kubelet configuration and no flag is known. */
  kubelet: KubeletVerdict | null;
  /** The verdicts `kubelet` was merged from: one, or one for each way the unknown conditions can go. */
  kubeletAlternatives: readonly KubeletAlternative[];
  /** Origins of each effective value, by field path; best place to comment first (variable, template, condition). */
  provenance: ReadonlyMap<string, readonly Origin[]>;
  steps: readonly PlayStep[];
  problems: readonly Problem[];
}>;

/** What one (inventory, playbooks) pair puts on its hosts. */
export type InventoryRendering = Readonly<{
  /**
   * Repository path of the inventory, or '' when the repository has none. An inventory without hosts, or none at all,
   * gets one assumed host, `every node`.
   */
  inventory: string;
  /** Every host it declares, or the assumed one: those in no group are nodes nothing of a kubelet is put on. */
  hosts: readonly string[];
  roleGroups: readonly RoleGroup[];
  groups: readonly NodeGroup[];
  problems: readonly Problem[];
  /** Repository paths of the sources whose hosts the policy declares: what they would answer is not seen. */
  dynamic: readonly string[];
}>;

/**
 * Hosts of inventories Ansible asks a program for, by the repository path of the source and by group. A name may be a
 * range as in an inventory (`node[01:20]`).
 */
export type DeclaredHosts = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/**
 * A variable that by its name or value concerns a kubelet and that nothing in the repository reads, at one place where
 * it is set. `value` is equal for equal values, null when it is empty.
 */
export type UnreadVariable = Readonly<{
  name: string;
  file: string;
  line: number;
  lineEnd: number;
  value: string | null;
  /** Why nobody knows where its value lands. */
  why: string;
  /** Whether the rendering shows what is set here as files of the nodes it is set for. */
  shown: boolean;
}>;

export type Rendering = Readonly<{
  rev: string;
  inventories: readonly InventoryRendering[];
  problems: readonly Problem[];
  unread: readonly UnreadVariable[];
  /** Repository paths that take part in any rendering: templates, variable files, tasks, inventories. */
  read: ReadonlySet<string>;
}>;

/**
 * The ansible-core a repository is meant for, by the first version that answers so: `untold`, where nobody says: as `2.14`,
 * but nothing is claimed that later versions leave to chance; `2.14` also for what came before;
 * `2.15`: which variables of roles win, who sees them; `2.16` (to 2.18): the order of set filters is random; `2.19`:
 * templating anew.
 */
export type AnsibleVersion = (typeof ANSIBLE_VERSIONS)[number];
export const ANSIBLE_VERSIONS = ['untold', '2.14', '2.15', '2.16', '2.19'] as const;

export const NEWEST_ANSIBLE = '2.19' satisfies AnsibleVersion;

/** Whether a version is, or comes after, the one in which something changed. */
export function isSince(version: AnsibleVersion, change: AnsibleVersion): boolean {
  return ANSIBLE_VERSIONS.indexOf(version) >= ANSIBLE_VERSIONS.indexOf(change);
}

/** Releases of ansible-core that can be named, and the version each answers as. */
const CORES = {
  '2.14': '2.14',
  '2.15': '2.15',
  '2.16': '2.16',
  '2.17': '2.16',
  '2.18': '2.16',
  '2.19': '2.19',
} as const satisfies Readonly<Record<string, AnsibleVersion>>;

export type AnsibleCore = keyof typeof CORES;
export const ANSIBLE_CORES = Object.keys(CORES) as readonly AnsibleCore[];

/** The version that answers as a release of ansible-core does. */
export function versionOfCore(core: AnsibleCore): AnsibleVersion {
  return CORES[core];
}

export type RenderOptions = Readonly<{
  /** Repository paths; absent = found in the tree. */
  inventories?: readonly string[];
  /** Hosts of dynamic inventories, from the policy. */
  declaredHosts?: DeclaredHosts;
  playbooks?: readonly string[];
  minor: Minor;
  /** Absent = `untold`. */
  ansible?: AnsibleVersion;
  /** Only this host. */
  host?: string;
  /** Of other renderings of the same repository. */
  memory?: RenderMemory;
}>;
