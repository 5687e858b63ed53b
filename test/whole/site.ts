import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { httpReader } from '../../adapters/log/http-reader.ts';
import { openCheckpoint } from '../../core/log/checkpoint.ts';
import { type LogEntry, parseEntry } from '../../core/log/entry.ts';
import { parseVkey } from '../../core/log/note.ts';
import { decodeBundle } from '../../core/log/tile.ts';
import { demoRepository } from '../../demo/demo-repository.ts';
import { eventually } from '../support/eventually.ts';
import type { CheckRun, FileContent, IssueComment } from '../support/github/github-double.ts';
import type { InProcess } from '../support/in-process.ts';

export const GPU = 'inventories/production/group_vars/gpu_workers.yml';
export const WORKERS = 'inventories/production/group_vars/workers.yml';
export const TEMPLATE = 'roles/kubelet/templates/config.yaml.j2';
export const POLICY = '.kubelet-gate.yaml';

/** What the files of the demo's Ansible repository hold. */
export const FILES = demoRepository();

/** A change that weakens nothing and needs one approval: fewer pods on the GPU nodes. */
export const SMALLER = { [GPU]: FILES[GPU]!.replace('max_pods: 32', 'max_pods: 24') };

type Files = Readonly<Record<string, FileContent>>;

export type GateAnswer = Readonly<{
  verdict: string;
  reason: string;
  digests: Readonly<Record<string, Readonly<Record<string, string | null>>>>;
  approvers: readonly string[];
  statement: Parameters<typeof import('../../core/apply/statement.ts').verifyStatement>[0];
}>;

/** A pull request that was opened. */
export type Opened = Readonly<{ number: number; branch: string; head: string }>;

/** A repository of its own on the double, with people who may write to it: ada, grace and linus. */
export type Site = Readonly<{
  service: InProcess;
  repository: string;
  /** ada's pull request with these changes. */
  propose(files: Files, options?: Readonly<{ title?: string; branch?: string; draft?: boolean }>): Promise<Opened>;
  /** A commit by ada on the pull request's branch; gives the new head. */
  push(pull: Opened, files: Files): Promise<string>;
  /** The newest check run of a head once it has this conclusion. */
  concluded(head: string, conclusion: string): Promise<CheckRun>;
  /** The sticky comment once its text has this in it. */
  commented(number: number, text: string): Promise<IssueComment>;
  approve(number: number, by: string): Promise<number>;
  /** What the gate says of a commit and its tree. */
  gate(commit: string): Promise<GateAnswer>;
  /** Entries of the log about this repository. */
  entries(): Promise<readonly LogEntry[]>;
  /** Everything the double shows of a pull request and what the service says, for messages. */
  state(number: number): Promise<unknown>;
}>;

let made = 0;

/** Makes the accounts every site knows. Once per service. */
export function createPeople({ double }: InProcess): void {
  for (const login of ['ada', 'grace', 'linus']) double.createUser(login, { emails: [`${login}@acme.example`] });
}

/** Makes a repository with the demo's files, or others. */
export async function openSite(service: InProcess, files: Files = FILES): Promise<Site> {
  const { double } = service;
  made += 1;
  const repository = `acme/nodes-${made}`;
  const name = repository.slice(repository.indexOf('/') + 1);
  await double.createRepository('acme', name, {
    files,
    message: 'Manage the nodes',
    author: { name: 'linus', email: 'linus@acme.example' },
  });
  for (const login of ['ada', 'grace', 'linus']) double.setRole(repository, login, 'write');
  let branches = 0;

  const newest = (head: string) => double.checkRuns(repository, head).at(-1);
  return {
    service,
    repository,
    async propose(changed, { title = 'Change the nodes', branch, draft = false } = {}) {
      const on = branch ?? `change-${(branches += 1)}`;
      const head = await double.commit(repository, on, changed, { author: 'ada' });
      return {
        number: await double.openPullRequest(repository, { head: on, title, user: 'ada', draft }),
        branch: on,
        head,
      };
    },
    push: ({ number }, changed) => double.pushToPull(repository, number, changed),
    concluded: (head, conclusion) =>
      eventually(
        () => {
          const run = newest(head);
          return run?.conclusion === conclusion && run;
        },
        async () => ({ wanted: conclusion, runs: double.checkRuns(repository, head), log: await exceptions(service) }),
      ),
    commented: (number, text) =>
      eventually(
        () => double.comments(repository, number).find(comment => comment.viaApp && comment.body.includes(text)),
        () => double.comments(repository, number),
      ),
    approve: (number, by) => double.review(repository, number, by, { event: 'APPROVE' }),
    async gate(commit) {
      const tree = await treeOf(double.directory(repository), commit);
      const response = await fetch(
        `${service.url}/api/v1/gate?repo=${encodeURIComponent(repository)}&commit=${commit}&tree=${tree}`,
        { headers: { authorization: `Bearer ${service.runsToken}` } },
      );
      return (await response.json()) as GateAnswer;
    },
    entries: async () =>
      (await logEntries(service)).filter(({ data }) => (data as { repo?: unknown }).repo === repository),
    state: async number => ({
      pull: double.pull(repository, number).headSha,
      runs: double.checkRuns(repository, double.pull(repository, number).headSha),
      comments: double.comments(repository, number),
      exceptions: await exceptions(service),
    }),
  };
}

/** Every signed entry of the service's log, read as anybody may read it. */
export async function logEntries({ url, vkey, auditToken }: InProcess): Promise<readonly LogEntry[]> {
  const read = httpReader(`${url}/log`, auditToken);
  const note = await read('checkpoint');
  if (note === null) return [];
  const { size } = openCheckpoint(new TextDecoder().decode(note), parseVkey(vkey));
  const entries: LogEntry[] = [];
  for (let index = 0; index * 256 < size; index += 1) {
    const width = Math.min(256, size - index * 256);
    const bundle = await read(`tile/entries/${String(index).padStart(3, '0')}${width < 256 ? `.p/${width}` : ''}`);
    if (bundle !== null) entries.push(...decodeBundle(bundle).map(parseEntry));
  }
  return entries;
}

/** Resolves when every webhook was delivered and worked on. */
export async function idle({ double, url }: InProcess): Promise<void> {
  await double.settled();
  const backlog = async () => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return text.split('\n').filter(line => /^kubelet_gate_(oldest_delivery_seconds|publications_pending) /.test(line));
  };
  await eventually(async () => (await backlog()).every(line => line.endsWith(' 0')), backlog);
}

/** What the service lists as not having gone the approved way. */
export async function exceptions(
  service: InProcess,
): Promise<readonly Readonly<{ kind: string; repository: string | null; message: string }>[]> {
  const answer = (await service.ask('/api/v1/exceptions')) as {
    exceptions: readonly Readonly<{ kind: string; repository: string | null; message: string }>[];
  };
  return answer.exceptions;
}

async function treeOf(directory: string, commit: string): Promise<string> {
  const { stdout } = await promisify(execFile)('git', [`--git-dir=${directory}`, 'rev-parse', `${commit}^{tree}`]);
  return stdout.trim();
}
