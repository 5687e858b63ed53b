import { resolve } from './bare-repository.ts';
import { invalid, Refusal } from './refusal.ts';
import { APP_PAGE, userShape } from './shapes/account.ts';
import { checkRunWebhookShape } from './shapes/check.ts';
import { repositoryShape } from './shapes/repository.ts';
import type { Account, Annotation, CheckRun, Repository, World } from './world.ts';

export type CheckRunInput = Readonly<{
  name?: string;
  head_sha?: string;
  external_id?: string;
  details_url?: string;
  status?: CheckRun['status'];
  conclusion?: string;
  started_at?: string;
  completed_at?: string;
  output?: Readonly<{ title?: string; summary: string; text?: string; annotations?: readonly Annotation[] }>;
  actions?: CheckRun['actions'];
}>;

const LIMITS = { annotations: 50, text: 65_535, message: 64 * 1024, title: 255 } as const;

export function announceCheckRun(
  world: World,
  repository: Repository,
  run: CheckRun,
  sender: Account,
  action: 'created' | 'completed' | 'rerequested' | 'requested_action',
  extra: Readonly<Record<string, unknown>> = {},
): void {
  world.send(
    'check_run',
    action,
    {
      check_run: checkRunWebhookShape(world, repository, run),
      repository: repositoryShape(world, repository),
      sender: userShape(world, sender),
      ...extra,
    },
    repository,
  );
}

/** What the description does not say but GitHub enforces. */
function checked(input: CheckRunInput): void {
  const { output } = input;
  if ((output?.annotations?.length ?? 0) > LIMITS.annotations) {
    throw invalid('CheckRun', 'annotations', `annotations exceeds a maximum quantity of ${LIMITS.annotations}`);
  }
  if ((output?.summary.length ?? 0) > LIMITS.text || (output?.text?.length ?? 0) > LIMITS.text) {
    throw invalid('CheckRun', 'output', `summary and text exceed a maximum of ${LIMITS.text} characters`);
  }
  if (input.status === 'completed' && input.conclusion === undefined) {
    throw invalid('CheckRun', 'conclusion', 'conclusion is required when the status is completed');
  }
  if (output && (output.title ?? '') === '') throw invalid('CheckRun', 'title', 'title is required');
  for (const annotation of output?.annotations ?? []) {
    const columns = annotation.start_column !== undefined || annotation.end_column !== undefined;
    const wrong =
      annotation.start_line < 1 ||
      annotation.end_line < annotation.start_line ||
      (columns && annotation.start_line !== annotation.end_line) ||
      Buffer.byteLength(annotation.message) > LIMITS.message ||
      Buffer.byteLength(annotation.raw_details ?? '') > LIMITS.message ||
      (annotation.title?.length ?? 0) > LIMITS.title;
    if (wrong) throw invalid('CheckRun', 'annotations', `annotation at ${annotation.path}:${annotation.start_line}`);
  }
}

function apply(world: World, run: CheckRun, input: CheckRunInput): void {
  if (input.external_id !== undefined) run.externalId = input.external_id;
  if (input.details_url !== undefined) run.detailsUrl = input.details_url;
  if (input.started_at !== undefined) run.startedAt = input.started_at;
  if (input.actions !== undefined) run.actions = input.actions;
  if (input.output) {
    run.title = input.output.title ?? null;
    run.summary = input.output.summary;
    if (input.output.text !== undefined) run.text = input.output.text;
    run.annotations.push(...(input.output.annotations ?? []));
  }
  if (input.conclusion !== undefined) {
    run.status = 'completed';
    run.conclusion = input.conclusion;
    run.completedAt = input.completed_at ?? world.now();
  } else if (input.status !== undefined) {
    run.status = input.status;
    run.conclusion = null;
    run.completedAt = null;
  }
}

export async function createCheckRun(
  world: World,
  repository: Repository,
  sender: Account,
  input: CheckRunInput,
): Promise<CheckRun> {
  checked(input);
  const headSha = input.head_sha ?? '';
  if ((await resolve(repository.git, `${headSha}^{commit}`)) !== headSha) {
    throw new Refusal(422, `No commit found for SHA: ${headSha}`);
  }
  let suite = repository.checkSuites.get(headSha);
  if (suite === undefined) repository.checkSuites.set(headSha, (suite = world.nextId()));
  const run: CheckRun = {
    id: world.nextId(),
    suite,
    name: input.name ?? '',
    headSha,
    externalId: '',
    detailsUrl: APP_PAGE,
    status: 'queued',
    conclusion: null,
    startedAt: world.now(),
    completedAt: null,
    title: null,
    summary: null,
    text: null,
    actions: [],
    annotations: [],
  };
  apply(world, run, input);
  repository.checkRuns.push(run);
  announceCheckRun(world, repository, run, sender, 'created');
  if (run.status === 'completed') announceCheckRun(world, repository, run, sender, 'completed');
  return run;
}

export function updateCheckRun(
  world: World,
  repository: Repository,
  sender: Account,
  run: CheckRun,
  input: CheckRunInput,
): void {
  checked(input);
  const wasCompleted = run.status === 'completed';
  apply(world, run, input);
  if (run.status === 'completed' && !wasCompleted) announceCheckRun(world, repository, run, sender, 'completed');
}
