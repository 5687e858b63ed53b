import type { Annotation, CheckRun, Repository, World } from '../world.ts';
import { appOwner, appShape, nodeId } from './account.ts';

/** The open pull requests of the base repository whose head a check belongs to. */
function minimalPulls(world: World, repository: Repository, sha: string) {
  const repo = {
    id: repository.id,
    url: `${world.apiUrl}/repos/${repository.fullName}`,
    name: repository.name,
  };
  return [...repository.pulls.values()]
    .filter(pull => pull.state === 'open' && pull.headSha === sha)
    .map(pull => ({
      id: pull.id,
      number: pull.number,
      url: `${world.apiUrl}/repos/${repository.fullName}/pulls/${pull.number}`,
      head: { ref: pull.headRef, sha: pull.headSha, repo },
      base: { ref: pull.baseRef, sha: pull.baseSha, repo },
    }));
}

/** `check-run`. */
export function checkRunShape(world: World, repository: Repository, run: CheckRun) {
  const url = `${world.apiUrl}/repos/${repository.fullName}/check-runs/${run.id}`;
  return {
    id: run.id,
    node_id: nodeId('CheckRun', run.id),
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: `${world.serverUrl}/${repository.fullName}/runs/${run.id}`,
    details_url: run.detailsUrl,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      title: run.title,
      summary: run.summary,
      text: run.text,
      annotations_count: run.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    name: run.name,
    check_suite: { id: run.suite },
    app: appShape(world, world.app, appOwner(world)),
    pull_requests: minimalPulls(world, repository, run.headSha),
  };
}

/** `check-run-with-simple-check-suite`, as webhooks carry it. */
export function checkRunWebhookShape(world: World, repository: Repository, run: CheckRun) {
  const pulls = minimalPulls(world, repository, run.headSha);
  const app = appShape(world, world.app, appOwner(world));
  return {
    ...checkRunShape(world, repository, run),
    check_suite: {
      id: run.suite,
      node_id: nodeId('CheckSuite', run.suite),
      head_branch: pulls[0]?.head.ref ?? null,
      head_sha: run.headSha,
      status: run.status,
      conclusion: run.conclusion,
      url: `${world.apiUrl}/repos/${repository.fullName}/check-suites/${run.suite}`,
      before: null,
      after: run.headSha,
      pull_requests: pulls,
      app,
      created_at: run.startedAt,
      updated_at: run.completedAt ?? run.startedAt,
    },
  };
}

export function annotationShape(world: World, repository: Repository, run: CheckRun, annotation: Annotation) {
  return {
    path: annotation.path,
    start_line: annotation.start_line,
    end_line: annotation.end_line,
    start_column: annotation.start_column ?? null,
    end_column: annotation.end_column ?? null,
    annotation_level: annotation.annotation_level,
    title: annotation.title ?? null,
    message: annotation.message,
    raw_details: annotation.raw_details ?? null,
    blob_href: `${world.apiUrl}/repos/${repository.fullName}/git/blobs/${run.headSha}`,
  };
}
