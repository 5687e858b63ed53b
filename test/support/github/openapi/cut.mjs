/**
 * Cuts GitHub's published OpenAPI descriptions down to what kubelet-gate and its double use, and writes cut.json.gz.
 *
 * The two packages are large and needed only here, so they are not dependencies. To renew the cut:
 *   npm install --no-save @octokit/openapi@23.0.2 @octokit/openapi-webhooks@12.1.0 && node test/support/github/openapi/cut.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const OPERATIONS = `
GET /app
GET /app/hook/config
GET /app/hook/deliveries
GET /app/hook/deliveries/{delivery_id}
POST /app/hook/deliveries/{delivery_id}/attempts
GET /app/installations
GET /app/installations/{installation_id}
POST /app/installations/{installation_id}/access_tokens
GET /installation/repositories
GET /orgs/{org}/teams/{team_slug}/memberships/{username}
GET /rate_limit
GET /repos/{owner}/{repo}
GET /repos/{owner}/{repo}/installation
GET /repos/{owner}/{repo}/branches/{branch}
GET /repos/{owner}/{repo}/branches/{branch}/protection
GET /repos/{owner}/{repo}/rules/branches/{branch}
GET /repos/{owner}/{repo}/collaborators/{username}/permission
GET /repos/{owner}/{repo}/commits/{ref}
GET /repos/{owner}/{repo}/commits/{ref}/check-runs
GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls
GET /repos/{owner}/{repo}/compare/{basehead}
POST /repos/{owner}/{repo}/check-runs
GET /repos/{owner}/{repo}/check-runs/{check_run_id}
PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}
GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations
GET /repos/{owner}/{repo}/issues/{issue_number}/comments
POST /repos/{owner}/{repo}/issues/{issue_number}/comments
GET /repos/{owner}/{repo}/issues/comments/{comment_id}
PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}
GET /repos/{owner}/{repo}/pulls
POST /repos/{owner}/{repo}/pulls
GET /repos/{owner}/{repo}/pulls/{pull_number}
PATCH /repos/{owner}/{repo}/pulls/{pull_number}
GET /repos/{owner}/{repo}/pulls/{pull_number}/files
GET /repos/{owner}/{repo}/pulls/{pull_number}/commits
PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge
GET /repos/{owner}/{repo}/pulls/{pull_number}/comments
GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews
POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews
GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}
GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments
PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals
`
  .trim()
  .split('\n');

const WEBHOOKS = `
check-run-completed check-run-created check-run-requested-action check-run-rerequested
installation-created installation-deleted installation-suspend installation-unsuspend
installation-repositories-added installation-repositories-removed
issue-comment-created issue-comment-edited ping
pull-request-closed pull-request-edited pull-request-opened pull-request-ready-for-review pull-request-reopened
pull-request-converted-to-draft pull-request-synchronize
pull-request-review-submitted pull-request-review-dismissed pull-request-review-edited pull-request-review-comment-created
push
`
  .trim()
  .split(/\s+/);

const require = createRequire(import.meta.url);
const description = name =>
  JSON.parse(
    readFileSync(join(dirname(require.resolve(`${name}/package.json`)), 'generated/api.github.com.json'), 'utf8'),
  );
const rest = description('@octokit/openapi');
const hooks = description('@octokit/openapi-webhooks');

const PROSE = new Set([
  'description',
  'summary',
  'title',
  'example',
  'examples',
  'externalDocs',
  'tags',
  'operationId',
  'deprecated',
]);

/** A schema or operation without prose. Keys directly below `properties` are names, not keywords, and stay. */
function bare(value, names = false) {
  if (Array.isArray(value)) return value.map(item => bare(item));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => names || !(PROSE.has(key) || key.startsWith('x-')))
      .map(([key, item]) => [
        key,
        key === 'enum' || key === 'required' ? item : bare(item, !names && key === 'properties'),
      ]),
  );
}

/** Inlines parameters and responses, leaves schema references, and collects the schemas they reach. */
function closure(root, components) {
  const schemas = {};
  const visit = value => {
    if (Array.isArray(value)) return value.map(visit);
    if (value === null || typeof value !== 'object') return value;
    if (typeof value.$ref === 'string') {
      const [, , kind, name] = value.$ref.split('/');
      if (kind !== 'schemas') return visit(bare(components[kind][name]));
      if (!(name in schemas)) {
        schemas[name] = null;
        schemas[name] = visit(bare(components.schemas[name]));
      }
      return { $ref: `#/schemas/${name}` };
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item)]));
  };
  return { root: visit(root), schemas };
}

const jsonSchema = content => content?.['application/json']?.schema;
const operations = {};
for (const line of OPERATIONS) {
  const [method, path] = line.split(' ');
  const operation = rest.paths[path]?.[method.toLowerCase()];
  if (!operation) throw new Error(`not in GitHub's description: ${line}`);
  const responses = {};
  for (const [status, response] of Object.entries(operation.responses)) {
    const target = response.$ref ? rest.components.responses[response.$ref.split('/').at(-1)] : response;
    responses[status] = bare(jsonSchema(target.content) ?? null);
  }
  operations[line] = {
    query: (operation.parameters ?? [])
      .map(item => (item.$ref ? rest.components.parameters[item.$ref.split('/').at(-1)] : item))
      .filter(item => item.in === 'query')
      .map(item => ({ name: item.name, schema: bare(item.schema) })),
    request: bare(jsonSchema(operation.requestBody?.content) ?? null),
    responses,
  };
}
// Octokit's edition demands of an installation's account to be a user AND an enterprise here; GitHub's own description
// refers to the `installation` schema (user OR enterprise), as reading a single installation does.
operations['GET /app/installations'].responses['200'] = {
  type: 'array',
  items: { $ref: '#/components/schemas/installation' },
};
const webhooks = {};
for (const name of WEBHOOKS) {
  const webhook = hooks.webhooks[name];
  if (!webhook) throw new Error(`not in GitHub's description: webhook ${name}`);
  webhooks[name] = bare(jsonSchema(webhook.post.requestBody.content));
}

const restCut = closure(operations, rest.components);
const hookCut = closure(webhooks, hooks.components);
const cut = {
  source: 'GitHub REST API and webhooks descriptions, MIT: @octokit/openapi 23.0.2, @octokit/openapi-webhooks 12.1.0',
  rest: { operations: restCut.root, schemas: restCut.schemas },
  hooks: { webhooks: hookCut.root, schemas: hookCut.schemas },
};
const text = JSON.stringify(cut);
writeFileSync(new URL('cut.json.gz', import.meta.url), gzipSync(text, { level: 9 }));
console.log(`${OPERATIONS.length} operations, ${WEBHOOKS.length} webhooks, ${text.length} bytes before gzip`);
