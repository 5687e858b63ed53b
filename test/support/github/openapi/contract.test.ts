import { describe, expect, test } from '@jest/globals';
import { ContractBreach, checkExchange, checkWebhook, operationOf } from './contract.ts';

const user = {
  login: 'ada',
  id: 1,
  node_id: 'x',
  avatar_url: 'https://example.com/a',
  gravatar_id: null,
  url: 'https://example.com/a',
  html_url: 'https://example.com/a',
  followers_url: 'https://example.com/a',
  following_url: 'x',
  gists_url: 'x',
  starred_url: 'x',
  subscriptions_url: 'https://example.com/a',
  organizations_url: 'https://example.com/a',
  repos_url: 'https://example.com/a',
  events_url: 'x',
  received_events_url: 'https://example.com/a',
  type: 'User',
  site_admin: false,
};
const comment = {
  id: 1,
  node_id: 'x',
  url: 'https://example.com/c',
  html_url: 'https://example.com/c',
  issue_url: 'https://example.com/i',
  body: 'text',
  user,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  author_association: 'NONE',
  performed_via_github_app: null,
};
const COMMENTS = '/repos/acme/nodes/issues/1/comments';
const CHECKS = '/repos/acme/nodes/check-runs';

describe('the contract with GitHub', () => {
  test('takes an exchange as GitHub describes it, with or without the API prefix', () => {
    expect(() => checkExchange('POST', COMMENTS, { body: 'text' }, 201, comment)).not.toThrow();
    expect(() => checkExchange('POST', `/api/v3${COMMENTS}`, { body: 'text' }, 201, comment)).not.toThrow();
    expect(() => checkExchange('GET', `${COMMENTS}?per_page=100&page=2`, undefined, 200, [comment])).not.toThrow();
    expect(() => checkExchange('GET', COMMENTS, undefined, 200, [{ ...comment, user: null }])).not.toThrow();
  });

  test.each<[string, Parameters<typeof checkExchange>, RegExp]>([
    ['an operation nobody described', ['DELETE', COMMENTS, undefined, 204, undefined], /no such operation/],
    [
      'a request field that is missing',
      ['POST', COMMENTS, {}, 201, comment],
      /comments request: \/ must have required property 'body'/,
    ],
    [
      'a request field that is misspelt',
      ['POST', '/repos/a/b/pulls/1/reviews', { body: 'x', event: 'COMMENT', commitId: 'x' }, 200, {}],
      /reviews request: .*commitId/,
    ],
    [
      'a nested request field that is misspelt',
      [
        'POST',
        '/repos/a/b/pulls/1/reviews',
        { body: 'x', event: 'COMMENT', comments: [{ path: 'a', body: 'b', startLine: 1 }] },
        200,
        {},
      ],
      /\/comments\/0 must NOT have additional properties .*startLine/,
    ],
    [
      'a request value GitHub does not know',
      ['POST', CHECKS, { name: 'x', head_sha: 'x', status: 'completed', conclusion: 'passed' }, 201, {}],
      /check-runs request: \/conclusion must be equal to one of the allowed values/,
    ],
    [
      'more annotations than one request takes',
      [
        'POST',
        CHECKS,
        {
          name: 'x',
          head_sha: 'x',
          output: {
            title: 't',
            summary: 's',
            annotations: Array.from({ length: 51 }, () => ({
              path: 'a',
              start_line: 1,
              end_line: 1,
              annotation_level: 'failure',
              message: 'm',
            })),
          },
        },
        201,
        {},
      ],
      /\/output\/annotations must NOT have more than 50 items/,
    ],
    [
      'a query parameter that does not exist',
      ['GET', `${COMMENTS}?perPage=1`, undefined, 200, []],
      /query: no parameter perPage/,
    ],
    [
      'a query value of the wrong type',
      ['GET', `${COMMENTS}?page=two`, undefined, 200, []],
      /query page: .*must be integer/,
    ],
    ['a status that is not described', ['POST', COMMENTS, { body: 'x' }, 202, comment], /status 202 is not described/],
    [
      'a response field that is missing',
      ['POST', COMMENTS, { body: 'x' }, 201, { ...comment, html_url: undefined }],
      /response 201: \/ must have required property 'html_url'/,
    ],
    [
      'a response field of the wrong type, deep inside a list',
      ['GET', COMMENTS, undefined, 200, [comment, { ...comment, user: { ...user, id: '1' } }]],
      /\/1\/user.*integer/,
    ],
    [
      'a time that is none',
      ['GET', COMMENTS, undefined, 200, [{ ...comment, created_at: 'yesterday' }]],
      /\/0\/created_at must match format "date-time"/,
    ],
    ['an error without a message', ['POST', COMMENTS, { body: '' }, 422, {}], /response 422/],
  ])('refuses %s', (_, exchange, message) => {
    expect(() => checkExchange(...exchange)).toThrow(ContractBreach);
    expect(() => checkExchange(...exchange)).toThrow(message);
  });

  test.each([
    ['an event nobody described', 'pull_request', 'renamed', {}, /webhook pull-request-renamed: not in the cut/],
    [
      'a payload without what it must carry',
      'pull_request',
      'opened',
      { action: 'opened', number: 1 },
      /webhook pull-request-opened: .*pull_request/,
    ],
    ['an action that is not its own', 'ping', null, { zen: 1 }, /webhook ping: \/zen must be string/],
  ])('refuses a webhook that is %s', (_, event, action, payload, message) => {
    expect(() => checkWebhook(event, action, payload)).toThrow(message);
  });

  test.each([
    ['/repos/a/b/commits/feature/x', 'GET /repos/{owner}/{repo}/commits/{ref}', { ref: 'feature/x' }],
    [
      '/repos/a/b/commits/feature%2Fx/check-runs',
      'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
      { ref: 'feature/x' },
    ],
    ['/repos/a/b/commits/abc/pulls', 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls', { commit_sha: 'abc' }],
    [
      '/repos/a/b/branches/release/1.36/protection',
      'GET /repos/{owner}/{repo}/branches/{branch}/protection',
      { branch: 'release/1.36' },
    ],
    [
      '/repos/a/b/compare/main...feature/x',
      'GET /repos/{owner}/{repo}/compare/{basehead}',
      { basehead: 'main...feature/x' },
    ],
  ])('finds the operation of %s', (path, name, parameters) => {
    const found = operationOf('GET', path);
    expect(found?.name).toBe(name);
    expect(found?.parameters).toMatchObject(parameters);
  });
});
