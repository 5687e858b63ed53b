import { type CheckRunInput, createCheckRun, updateCheckRun } from '../checks.ts';
import { commitAt } from '../pulls.ts';
import { Refusal } from '../refusal.ts';
import { annotationShape, checkRunShape } from '../shapes/check.ts';
import { actorOf, paged, type RestRequest, type Route, repositoryOf } from './route.ts';

function runOf(request: RestRequest) {
  const repository = repositoryOf(request);
  const run = repository.checkRuns.find(one => one.id === Number(request.parameters['check_run_id']));
  if (!run) throw new Refusal(404, 'Not Found');
  return { repository, run };
}

/** Only Apps write check runs. */
function appOnly(request: RestRequest): void {
  if (request.caller.kind !== 'token' || !request.caller.token.installation) {
    throw new Refusal(403, 'You must authenticate via a GitHub App.');
  }
}

export const checkRoutes: Readonly<Record<string, Route>> = {
  'GET /repos/{owner}/{repo}/commits/{ref}/check-runs': {
    needs: ['checks', 'read'],
    async handle(request) {
      const repository = repositoryOf(request);
      const { sha } = await commitAt(repository, request.parameters['ref'] ?? '');
      const name = request.query.get('check_name');
      const app = request.query.get('app_id');
      const matching = repository.checkRuns.filter(
        run =>
          run.headSha === sha &&
          (name === null || run.name === name) &&
          (app === null || Number(app) === request.world.app.id),
      );
      const latest = [...new Map(matching.map(run => [run.name, run])).values()];
      const runs = (request.query.get('filter') === 'all' ? matching : latest).reverse();
      return paged(request, runs, page => ({
        total_count: runs.length,
        check_runs: page.map(run => checkRunShape(request.world, repository, run)),
      }));
    },
  },
  'POST /repos/{owner}/{repo}/check-runs': {
    needs: ['checks', 'write'],
    async handle(request) {
      appOnly(request);
      const repository = repositoryOf(request);
      const run = await createCheckRun(request.world, repository, actorOf(request), request.body as CheckRunInput);
      return { status: 201, body: checkRunShape(request.world, repository, run) };
    },
  },
  'GET /repos/{owner}/{repo}/check-runs/{check_run_id}': {
    needs: ['checks', 'read'],
    handle(request) {
      const { repository, run } = runOf(request);
      return { status: 200, body: checkRunShape(request.world, repository, run) };
    },
  },
  'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}': {
    needs: ['checks', 'write'],
    handle(request) {
      appOnly(request);
      const { repository, run } = runOf(request);
      updateCheckRun(request.world, repository, actorOf(request), run, request.body as CheckRunInput);
      return { status: 200, body: checkRunShape(request.world, repository, run) };
    },
  },
  'GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations': {
    needs: ['checks', 'read'],
    handle(request) {
      const { repository, run } = runOf(request);
      return paged(request, run.annotations, page =>
        page.map(annotation => annotationShape(request.world, repository, run, annotation)),
      );
    },
  },
};
