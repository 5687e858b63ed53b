import { cappedText, TEXT_LIMITS } from './capped-text.ts';
import type { Client } from './client.ts';
import type { Annotation, CheckRun, CheckRunInput, GitHub } from './github.ts';

/** GitHub takes 50 annotations a request, appends them, and never removes one. */
const BATCH = 50;

type RestCheckRun = Readonly<{
  id: number;
  html_url: string | null;
  head_sha: string;
  external_id: string | null;
  status: string;
  conclusion: string | null;
  output: Readonly<{ annotations_count: number }>;
}>;

const checkRun = (data: RestCheckRun): CheckRun => ({
  id: data.id,
  url: data.html_url ?? '',
  headSha: data.head_sha,
  externalId: data.external_id,
  status: data.status,
  conclusion: data.conclusion,
  annotations: data.output.annotations_count,
});

function annotation(one: Annotation) {
  return {
    path: one.path,
    start_line: one.startLine,
    end_line: one.endLine,
    annotation_level: one.level,
    message: one.message,
    ...(one.title === undefined ? {} : { title: one.title }),
  };
}

/** One request's fields. While annotations are still to come the run stays in progress: its conclusion is said last. */
function fields(input: CheckRunInput, annotations: readonly Annotation[], last: boolean) {
  const { state } = input;
  return {
    external_id: input.externalId,
    ...(input.detailsUrl === undefined ? {} : { details_url: input.detailsUrl }),
    ...(last ? state : { status: 'in_progress' as const }),
    output: {
      title: input.title,
      summary: cappedText(input.summary, TEXT_LIMITS.checkRun),
      ...(input.text === undefined ? {} : { text: cappedText(input.text, TEXT_LIMITS.checkRun) }),
      ...(annotations.length > 0 ? { annotations: annotations.map(annotation) } : {}),
    },
    ...(last && input.actions ? { actions: input.actions.map(action => ({ ...action })) } : {}),
  };
}

export function checkRuns(
  client: Client,
  appId: number,
): Pick<GitHub, 'findCheckRun' | 'createCheckRun' | 'updateCheckRun'> {
  const findCheckRun: GitHub['findCheckRun'] = (repository, name, headSha, externalId) =>
    client.as(repository, `looking for check run ${name} on ${headSha}`, async (octokit, repo) => {
      const runs = await octokit.paginate(octokit.rest.checks.listForRef, {
        ...repo,
        ref: headSha,
        check_name: name,
        app_id: appId,
        filter: 'all',
        per_page: 100,
      });
      const own = runs.find(run => run.external_id === externalId);
      return own ? checkRun(own) : null;
    });

  /** Sends what is missing of `input` to a run that has `run.annotations` annotations already. */
  const complete = async (repository: string, run: CheckRun, input: CheckRunInput): Promise<CheckRun> => {
    let current = run;
    for (let from = run.annotations; ; from += BATCH) {
      const last = from + BATCH >= input.annotations.length;
      const batch = input.annotations.slice(from, from + BATCH);
      current = await client.as(repository, `updating check run ${run.id}`, async (octokit, repo) => {
        const { data } = await octokit.rest.checks.update({
          ...repo,
          check_run_id: run.id,
          ...fields(input, batch, last),
        });
        return checkRun(data);
      });
      if (last) return current;
    }
  };

  return {
    findCheckRun,
    async createCheckRun(repository, input) {
      const found = await findCheckRun(repository, input.name, input.headSha, input.externalId);
      if (found) return complete(repository, found, input);
      const first = input.annotations.slice(0, BATCH);
      const last = first.length === input.annotations.length;
      const created = await client.as(repository, `creating check run ${input.name}`, async (octokit, repo) => {
        const { data } = await octokit.rest.checks.create({
          ...repo,
          name: input.name,
          head_sha: input.headSha,
          ...fields(input, first, last),
        });
        return checkRun(data);
      });
      return last ? created : complete(repository, created, input);
    },
    async updateCheckRun(repository, id, input) {
      const run = await client.as(repository, `reading check run ${id}`, async (octokit, repo) => {
        const { data } = await octokit.rest.checks.get({ ...repo, check_run_id: id });
        return checkRun(data);
      });
      return complete(repository, run, input);
    },
  };
}
