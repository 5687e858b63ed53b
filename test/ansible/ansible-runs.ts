import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { RunEventOf, RunEventType } from '../../core/apply/run-event.ts';
import { eventsOf, type RunReport, readRunReport } from '../../core/apply/run-report.ts';

const COLLECTION = new URL('../../ansible', import.meta.url).pathname;
export const PLUGIN = join(COLLECTION, 'plugins/callback/kubelet_gate.py');

/** Whether Ansible is here; a run that must have everything sets REQUIRE_SERVICES=1. */
export function ansibleInstalled(): boolean {
  const found = spawnSync('ansible-playbook', ['--version']).status === 0;
  if (!found && process.env['REQUIRE_SERVICES'] === '1') throw new Error('ansible-playbook is not installed here.');
  if (!found) process.stderr.write('not run: ansible-playbook is not installed here\n');
  return found;
}

export const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

/** What the fixture's template becomes with this value of its variable. */
export const CONFIG = (port: number): string =>
  `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nreadOnlyPort: ${port}\n`;

/** The report that came in last. */
export function lastReport(gate: Gate): RunReport {
  return readRunReport([...gate.runs().values()].at(-1)!);
}

/** The data of all events of one type. */
export function dataOf<T extends RunEventType>(report: RunReport, type: T): RunEventOf<T>['data'][] {
  return eventsOf(report.events, type).map(({ data }) => data as RunEventOf<T>['data']);
}

/** What the gate answers to a question; `reports` is the status for posted run reports. */
export type GateAnswer = { status: number; body: unknown; headers?: Record<string, string>; reports?: number };

/** The gate's HTTP side, as small as CONTRACTS.md lets it be. */
export class Gate {
  readonly questions: Readonly<{ repo: string | null; commit: string | null; tree: string | null; token: string }>[] =
    [];
  answer: GateAnswer = { status: 200, body: { verdict: 'approved', reason: '', approvers: ['hubot'], digests: {} } };
  readonly #lines = new Map<string, string>();
  #server: Server | undefined;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Reports that came in: run -> its lines by seq. */
  runs(): Map<string, string[]> {
    const runs = new Map<string, string[]>();
    for (const line of this.#lines.values()) {
      const { run } = JSON.parse(line) as { run: string };
      runs.set(run, [...(runs.get(run) ?? []), line]);
    }
    const seq = (line: string) => (JSON.parse(line) as { seq: number }).seq;
    for (const lines of runs.values()) lines.sort((a, b) => seq(a) - seq(b));
    return runs;
  }

  async start(): Promise<void> {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    await new Promise<void>(resolve => this.#server!.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server !== undefined) await new Promise(resolve => server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', this.url);
    if (request.method === 'POST' && url.pathname === '/api/v1/runs') {
      const status = this.answer.reports ?? 202;
      if (status === 202) this.#keep(gunzipSync(Buffer.concat(chunks)).toString());
      response.writeHead(status).end('{}');
      return;
    }
    const ask = (name: string) => url.searchParams.get(name);
    const token = request.headers.authorization ?? '';
    this.questions.push({ repo: ask('repo'), commit: ask('commit'), tree: ask('tree'), token });
    const { status, body, headers } = this.answer;
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  }

  #keep(body: string): void {
    for (const line of body.split('\n').filter(line => line !== '')) {
      const { run, seq } = JSON.parse(line) as { run: string; seq: number };
      this.#lines.set(`${run} ${seq}`, line);
    }
  }
}

const FILES: Readonly<Record<string, string>> = {
  'site.yml': `
- hosts: nodes
  gather_facts: false
  roles: [os-hardening, kubelet]
`,
  'group_vars/all.yml': `
read_only_port: 0
`,
  'roles/os-hardening/tasks/main.yml': `
- name: Make directories
  ansible.builtin.file: {path: "{{ target }}/{{ item }}", state: directory, mode: "0755"}
  loop: [etc/sysctl.d, var/lib/kubelet]
- name: Set sysctls the kubelet protects
  ansible.builtin.copy: {content: "vm.overcommit_memory=1\\n", dest: "{{ target }}/etc/sysctl.d/90-nodes.conf", mode: "0644"}
`,
  'roles/kubelet/tasks/main.yml': `
- name: Write the kubelet configuration
  ansible.builtin.template: {src: config.yaml.j2, dest: "{{ target }}/var/lib/kubelet/config.yaml", mode: "0600"}
  notify: restart kubelet
`,
  'roles/kubelet/handlers/main.yml': `
- name: restart kubelet
  ansible.builtin.command: touch {{ target }}/restarted
`,
  'roles/kubelet/templates/config.yaml.j2': `
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
readOnlyPort: {{ read_only_port }}
`,
  '.gitignore': 'ignored/\n',
};

/** A repository with two hosts, the callback beside its playbook, and everything it writes below its own directory. */
export class Fixture {
  readonly directory = mkdtempSync(join(tmpdir(), 'kubelet-gate-ansible-'));
  readonly repository = join(this.directory, 'repository');
  readonly spool = join(this.directory, 'spool');

  constructor() {
    mkdirSync(this.repository);
    for (const [path, content] of Object.entries(FILES)) this.write(path, content.replace(/^\n/, ''));
    const host = (name: string) => `${name} target=${this.target(name)}`;
    const options = 'ansible_connection=local\nansible_python_interpreter={{ ansible_playbook_python }}';
    this.write('inventory.ini', `[nodes]\n${host('cp1')}\n${host('gpu1')}\n[nodes:vars]\n${options}\n`);
    mkdirSync(join(this.repository, 'callback_plugins'));
    copyFileSync(PLUGIN, join(this.repository, 'callback_plugins/kubelet_gate.py'));
    this.git('init', '-q', '-b', 'main');
    this.git('remote', 'add', 'origin', 'https://user:secret-in-url@github.example/acme/nodes.git');
    this.commit();
  }

  /** Directory that stands for the root of a host. */
  target(host: string): string {
    return join(this.directory, 'hosts', host);
  }

  config(host: string): string {
    return join(this.target(host), 'var/lib/kubelet/config.yaml');
  }

  write(path: string, content: string): void {
    const file = join(this.repository, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  git(...args: string[]): string {
    const identity = ['-c', 'user.name=Mona', '-c', 'user.email=mona@example.com', '-c', 'commit.gpgsign=false'];
    const done = spawnSync('git', [...identity, ...args], { cwd: this.repository, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr}`);
    return done.stdout.trim();
  }

  commit(): void {
    this.git('add', '--all');
    this.git('commit', '-q', '-m', 'Change');
  }

  /** The answer of a gate that approved the fixture's content for cp1. */
  approval(): GateAnswer {
    const digests = { cp1: { [this.config('cp1')]: sha256(CONFIG(0)) } };
    return {
      status: 200,
      body: { verdict: 'approved', reason: null, change: 12, pr: 12, approvers: ['hubot'], digests },
    };
  }

  spooled(): string[] {
    try {
      return readdirSync(this.spool).filter(name => name.includes('.jsonl'));
    } catch {
      return [];
    }
  }

  spooledText(): string {
    return this.spooled()
      .map(name => readFileSync(join(this.spool, name), 'utf8'))
      .join('');
  }

  environment(gate: Gate, extra: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: this.directory,
      LC_ALL: 'C.UTF-8',
      ANSIBLE_NOCOLOR: '1',
      ANSIBLE_INVENTORY: 'inventory.ini',
      ANSIBLE_LOCALHOST_WARNING: 'false',
      KUBELET_GATE_URL: gate.url,
      KUBELET_GATE_TOKEN: 'runs-token',
      KUBELET_GATE_SPOOL: this.spool,
      ...extra,
    };
  }

  async play(
    gate: Gate,
    args: readonly string[] = ['site.yml'],
    extra: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number | null; output: string }> {
    return this.execute('ansible-playbook', args, gate, extra);
  }

  /** The value of an expression inside the plugin, loaded without Ansible. `asked` answers a question as one line. */
  async plugin<T>(gate: Gate, expression: string, extra: Readonly<Record<string, string>> = {}): Promise<T> {
    const program = `
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("kubelet_gate", sys.argv[1])
plugin = importlib.util.module_from_spec(spec)
spec.loader.exec_module(plugin)
def asked(*question):
    try:
        return "%s: %s" % plugin.Service().ask(*question)[:2]
    except plugin.Unreachable as fault:
        return "unreachable: %s" % fault
print(json.dumps(eval(sys.argv[2], dict(vars(plugin), asked=asked))))
`;
    const { output } = await this.execute('python3', ['-B', '-c', program, PLUGIN, expression], gate, extra);
    return JSON.parse(output) as T;
  }

  /** A run whose files may not grow beyond so many KiB. */
  async limited(gate: Gate, kibibytes: number): Promise<{ code: number | null; output: string }> {
    return this.execute('bash', ['-c', `ulimit -f ${kibibytes}; exec ansible-playbook site.yml`], gate, {});
  }

  /** `python3 kubelet_gate.py …`, as an operator would from a machine without Ansible. */
  async recorder(gate: Gate, ...args: string[]): Promise<{ code: number | null; output: string }> {
    return this.execute('python3', [PLUGIN, ...args], gate, {});
  }

  /** Starts a run, kills it as soon as `until` exists, and waits for it to be gone. */
  async playKilled(gate: Gate, until: () => boolean): Promise<void> {
    const child = spawn('ansible-playbook', ['site.yml'], {
      cwd: this.repository,
      env: this.environment(gate),
      stdio: 'ignore',
      detached: true,
    });
    const gone = new Promise(resolve => child.on('exit', resolve));
    while (!until() && child.exitCode === null) await new Promise(resolve => setTimeout(resolve, 20));
    process.kill(-child.pid!, 'SIGKILL');
    await gone;
  }

  private execute(
    command: string,
    args: readonly string[],
    gate: Gate,
    extra: Readonly<Record<string, string>>,
  ): Promise<{ code: number | null; output: string }> {
    const child = spawn(command, args, {
      cwd: this.repository,
      env: this.environment(gate, extra),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', chunk => (output += String(chunk)));
    child.stderr.on('data', chunk => (output += String(chunk)));
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', code => resolve({ code, output }));
    });
  }

  /** Makes the collection available and returns what Ansible must be told to use it from there. */
  installCollection(): Record<string, string> {
    const parent = join(this.directory, 'collections/ansible_collections/kubelet_gate');
    mkdirSync(parent, { recursive: true });
    symlinkSync(COLLECTION, join(parent, 'gate'));
    const path = join(this.directory, 'collections');
    return { ANSIBLE_COLLECTIONS_PATH: path, ANSIBLE_COLLECTIONS_PATHS: path };
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
