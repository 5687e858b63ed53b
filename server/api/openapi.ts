import { CHANGE_STATUSES, RUN_STATUSES } from './query.ts';
import { type Schema, schemas } from './schemas.ts';

const TIME = 'RFC 3339, or a date (UTC)';

const filter = (name: string, description: string, schema: Schema = { type: 'string' }): Schema => ({
  name,
  in: 'query',
  description,
  schema,
});

const segment = (name: string, description: string): Schema => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
});

const body = (schema: string) => ({ 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } });

/** A GET: what it answers, what it takes. Whatever takes something can be asked wrongly. */
function get(summary: string, schema: string, parameters: readonly Schema[] = []): Schema {
  const named = parameters.some(parameter => parameter['in'] === 'path');
  return {
    get: {
      summary,
      parameters,
      responses: {
        200: { description: summary, content: body(schema) },
        400: { description: 'The question is malformed', content: body('Error') },
        401: { description: 'Nobody said who asks', content: body('Error') },
        ...(named && { 404: { description: 'There is no such thing', content: body('Error') } }),
      },
    },
  };
}

/** The read API's description, OpenAPI 3.1. */
export function openApi(publicUrl: string): Schema {
  return {
    openapi: '3.1.0',
    info: {
      title: 'kubelet-gate',
      version: '1',
      description: 'What changed on which node, who approved exactly that, and which Ansible run applied it.',
    },
    servers: [{ url: publicUrl }],
    security: [{ bearer: [] }],
    paths: {
      '/api/v1/changes': get('Changes, newest first', 'ChangeList', [
        filter('repo', 'owner/name'),
        filter('node', 'Changes that touch this node'),
        filter('field', 'Changes of this kubelet field'),
        filter('person', 'Changes this GitHub login took part in'),
        filter('control', 'Changes of what this control of the baseline says'),
        filter('status', 'State, decision or conclusion', { type: 'string', enum: CHANGE_STATUSES }),
        filter('since', `Changes with an event at or after this time; ${TIME}`),
        filter('until', `Changes opened before this time; ${TIME}, the day included`),
        filter('cursor', 'nextCursor of the page before'),
      ]),
      '/api/v1/changes/{id}': get('One change', 'ChangeDetail', [segment('id', 'Of the change')]),
      '/api/v1/nodes': get('Nodes the gate knows now', 'NodeList', [
        filter('repo', 'owner/name'),
        filter('name', 'Part of the name'),
      ]),
      '/api/v1/nodes/{name}': get('Every field of a node at one time', 'NodeDetail', [
        segment('name', 'Of the host in the inventory'),
        filter('at', `Now when absent; ${TIME}, its end`),
      ]),
      '/api/v1/nodes/{name}/fields/{path}': get('Every value of a field of a node', 'FieldHistory', [
        segment('name', 'Of the host in the inventory'),
        segment('path', 'Of the field, as in evictionHard.memory.available'),
      ]),
      '/api/v1/runs': get('Ansible runs, newest first', 'RunList', [
        filter('repo', 'owner/name'),
        filter('node', 'Runs that reported this node'),
        filter('status', 'Of the run', { type: 'string', enum: RUN_STATUSES }),
        filter('since', `Runs that started at or after this time; ${TIME}`),
        filter('cursor', 'nextCursor of the page before'),
      ]),
      '/api/v1/runs/{id}': get('One Ansible run', 'RunDetail', [segment('id', 'Of the run')]),
      '/api/v1/exceptions': get('What did not go the approved way, newest first', 'ExceptionList'),
      '/api/v1/people/{login}': get('What a person did', 'PersonDetail', [segment('login', 'On GitHub')]),
      '/api/v1/log': get('How the transparency log stands', 'LogHealth'),
      '/api/v1/openapi.json': {
        get: {
          summary: 'This description',
          responses: { 200: { description: 'OpenAPI 3.1', content: { 'application/json': {} } } },
        },
      },
    },
    components: {
      schemas,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'AUDIT_TOKEN of the service' } },
    },
  };
}
