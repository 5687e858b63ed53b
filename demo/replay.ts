import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { eventually } from '../test/support/eventually.ts';
import type { FileContent } from '../test/support/github/github-double.ts';
import { openStage } from '../test/support/stage.ts';

/** What is read of a case's meta.json. */
type Meta = Readonly<{
  repo?: string;
  description?: string;
  judgement?: string;
  expected_effects?: readonly unknown[];
}>;

const [directory, ...flags] = process.argv.slice(2);
if (directory === undefined) {
  process.stderr.write('usage: npm run replay -- DIR [--keep]\n  DIR holds base/, head/ and meta.json\n');
  process.exit(2);
}
const keep = flags.includes('--keep');
const print = (text: string) => process.stdout.write(`${text}\n`);

const meta = JSON.parse(readFileSync(join(directory, 'meta.json'), 'utf8')) as Meta;
const base = filesOf(join(directory, 'base'));
const head = filesOf(join(directory, 'head'));
const [owner = 'acme', name = 'nodes'] = (meta.repo ?? 'acme/nodes').split('/');
const repository = `${owner}/${name}`;

const stage = await openStage();
const { double } = stage;
try {
  await stage.start();
  double.createUser('ada', { emails: ['ada@acme.example'] });
  await double.createRepository(owner, name, {
    files: base,
    message: 'base',
    author: { name: 'ada', email: 'ada@acme.example' },
  });
  double.setRole(repository, 'ada', 'write');
  const removed = Object.fromEntries(Object.keys(base).flatMap(path => (path in head ? [] : [[path, null]])));
  await double.commit(repository, 'change', { ...head, ...removed }, { author: 'ada', message: 'head' });
  const number = await double.openPullRequest(repository, {
    head: 'change',
    title: meta.description ?? 'a real change',
    user: 'ada',
  });
  const sha = await double.head(repository, 'change');
  await eventually(
    () => double.checkRuns(repository, sha).some(run => run.status === 'completed'),
    () => `no check run:\n${stage.output()}`,
  );
  await eventually(published, () => `not everything was published:\n${stage.output()}`);
  print(`judged as  ${meta.judgement ?? '?'}: ${meta.description ?? ''}`);
  print(`expected   ${JSON.stringify(meta.expected_effects ?? [])}`);
  for (const run of double.checkRuns(repository, sha)) {
    print(`\n=== check run ${run.name}: ${run.conclusion}\n${run.title}\n\n${run.summary}`);
    for (const annotation of run.annotations as readonly Record<string, unknown>[])
      print(`  ${String(annotation['path'])}:${String(annotation['start_line'])} ${String(annotation['message'])}`);
  }
  for (const comment of double.reviewComments(repository, number))
    print(`\n=== comment at ${comment.path}:${comment.line}\n${comment.body}`);
  for (const comment of double.comments(repository, number)) print(`\n=== summary comment\n${comment.body}`);
  if (double.comments(repository, number).length === 0) print('\n=== no summary comment: there is nothing to say');
  if (double.breaches.length > 0) throw new Error(double.breaches.join('\n'));
  if (keep) {
    print(`\n${double.url}/${repository}/pull/${number}\n${stage.url}/ (audit token ${stage.auditToken})`);
    await new Promise<void>(stop => void process.once('SIGINT', () => stop()));
  }
} finally {
  await stage.close();
}

/** Whether the outbox is empty: what is on the double is all there will be. */
async function published(): Promise<boolean> {
  const metrics = await fetch(`${stage.url}/metrics`).then(response => response.text());
  const value = (metric: string) => Number(new RegExp(`^${metric} (\\S+)$`, 'm').exec(metrics)?.[1] ?? Number.NaN);
  return value('kubelet_gate_publications_pending') === 0 && value('kubelet_gate_oldest_delivery_seconds') === 0;
}

/** Every file below a directory, with its mode: what the case's side looks like as a commit. */
function filesOf(side: string): Readonly<Record<string, FileContent>> {
  const root = resolve(side);
  const files: Record<string, FileContent> = {};
  for (const entry of readdirSync(root, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[path.slice(root.length + 1)] = readFileSync(path);
  }
  return files;
}
