import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { packageRoot } from '../../../../config/package-root.ts';

type Schema = Readonly<Record<string, unknown>>;
type Operation = Readonly<{
  query: readonly Readonly<{ name: string; schema: Schema }>[];
  request: Schema | null;
  responses: Readonly<Record<string, Schema | null>>;
}>;
type Cut = Readonly<{
  rest: Readonly<{ operations: Readonly<Record<string, Operation>>; schemas: Readonly<Record<string, Schema>> }>;
  hooks: Readonly<{ webhooks: Readonly<Record<string, Schema>>; schemas: Readonly<Record<string, Schema>> }>;
}>;

const cut = JSON.parse(
  gunzipSync(readFileSync(join(packageRoot(), 'test', 'support', 'github', 'openapi', 'cut.json.gz'))).toString('utf8'),
) as Cut;

/** Something said to or by GitHub that its published description does not allow. */
export class ContractBreach extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ContractBreach';
  }
}

/** Statuses any operation may answer with, whether its description lists them or not. */
const ANYWHERE = new Set([304, 400, 401, 403, 404, 422, 429, 500, 502, 503]);

/**
 * OpenAPI 3.0 as JSON Schema: `nullable` becomes a union with null, siblings of `$ref` are dropped. With `closed`, objects
 * that list their properties allow no others, so that a misspelt request field is found.
 */
function jsonSchema(value: unknown, closed: boolean, composed = false, names = false): unknown {
  if (Array.isArray(value)) return value.map(item => jsonSchema(item, closed, composed));
  if (value === null || typeof value !== 'object') return value;
  const source = value as Record<string, unknown>;
  if (!names && typeof source['$ref'] === 'string') {
    const reference = { $ref: source['$ref'] };
    return source['nullable'] === true ? { anyOf: [reference, { type: 'null' }] } : reference;
  }
  const schema = Object.fromEntries(
    Object.entries(source)
      .filter(([key]) => names || (key !== 'nullable' && key !== 'discriminator'))
      .map(([key, item]) => [
        key,
        !names && (key === 'enum' || key === 'required' || key === 'default')
          ? item
          : jsonSchema(item, closed, !names && /^(allOf|anyOf|oneOf)$/.test(key), !names && key === 'properties'),
      ]),
  );
  if (names) return schema;
  const alternatives = 'allOf' in schema || 'anyOf' in schema || 'oneOf' in schema;
  if (closed && !composed && !alternatives && 'properties' in schema && !('additionalProperties' in schema)) {
    schema['additionalProperties'] = false;
  }
  return source['nullable'] === true ? { anyOf: [schema, { type: 'null' }] } : schema;
}

function validators(schemas: Readonly<Record<string, Schema>>) {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
  addFormats.default(ajv);
  ajv.addFormat('repo.nwo', /^[^/\s]+\/[^/\s]+$/);
  ajv.addSchema({ $id: 'github', schemas: jsonSchema(schemas, false, false, true) });
  const compiled = new Map<string, ValidateFunction>();
  return (name: string, schema: Schema, closed: boolean): ValidateFunction => {
    let validate = compiled.get(name);
    if (!validate) {
      const text = JSON.stringify(jsonSchema(schema, closed)).replaceAll('"#/schemas/', '"github#/schemas/');
      compiled.set(name, (validate = ajv.compile(JSON.parse(text) as Schema)));
    }
    return validate;
  };
}

const rest = validators(cut.rest.schemas);
const hooks = validators(cut.hooks.schemas);

/** The errors nearest to a leaf say most: those of the longest path first, at most three. */
function complaint(errors: readonly ErrorObject[] | null | undefined): string {
  const depth = (error: ErrorObject) => error.instancePath.split('/').length;
  return [...(errors ?? [])]
    .sort((a, b) => depth(b) - depth(a))
    .slice(0, 3)
    .map(error => `${error.instancePath || '/'} ${error.message ?? ''} ${JSON.stringify(error.params)}`)
    .join('; ');
}

function demand(what: string, validate: ValidateFunction, value: unknown): void {
  if (!validate(value)) throw new ContractBreach(`${what}: ${complaint(validate.errors)}`);
}

const SLASHED = new Set(['ref', 'branch', 'basehead']);
/** Longest template first: `{ref}` takes slashes too. */
const patterns = Object.keys(cut.rest.operations)
  .sort((a, b) => b.split('/').length - a.split('/').length)
  .map(name => {
    const [method = '', template = ''] = name.split(' ');
    const source = template.replace(/\{(\w+)\}/g, (_, parameter: string) =>
      SLASHED.has(parameter) ? `(?<${parameter}>.+?)` : `(?<${parameter}>[^/]+)`,
    );
    return { name, method, pattern: new RegExp(`^${source}$`) };
  });

/** The operation of a request, named as in the description, with its decoded path parameters; null when the cut has none. */
export function operationOf(
  method: string,
  path: string,
): Readonly<{ name: string; parameters: Readonly<Record<string, string>> }> | null {
  const bare = (path.split('?')[0] ?? '').replace(/^\/api\/v3(?=\/)/, '');
  for (const { name, method: wanted, pattern } of patterns) {
    const match = wanted === method ? pattern.exec(bare) : null;
    if (match) {
      const parameters = Object.entries(match.groups ?? {}).map(([key, value]) => [key, decodeURIComponent(value)]);
      return { name, parameters: Object.fromEntries(parameters) as Record<string, string> };
    }
  }
  return null;
}

/**
 * Checks one exchange with the REST API.
 * @param path with or without the `/api/v3` prefix and query
 * @param requestBody parsed JSON, or undefined when there was none
 * @param responseBody parsed JSON, or undefined when there was none
 * @throws ContractBreach naming the operation, the part of the exchange and the JSON pointer
 */
export function checkExchange(
  method: string,
  path: string,
  requestBody: unknown,
  status: number,
  responseBody: unknown,
): void {
  const name = operationOf(method, path)?.name;
  if (!name) throw new ContractBreach(`${method} ${path}: no such operation in the cut of GitHub's description`);
  const operation = cut.rest.operations[name] as Operation;
  for (const [key, value] of new URL(path, 'http://github').searchParams) {
    const parameter = operation.query.find(item => item.name === key);
    if (!parameter) throw new ContractBreach(`${name} query: no parameter ${key}`);
    const numeric = parameter.schema['type'] === 'integer' || parameter.schema['type'] === 'number';
    demand(`${name} query ${key}`, rest(`${name} ? ${key}`, parameter.schema, true), numeric ? Number(value) : value);
  }
  if (requestBody !== undefined && status < 400) {
    if (operation.request === null) throw new ContractBreach(`${name} request: takes no body`);
    demand(`${name} request`, rest(`${name} >`, operation.request, true), requestBody);
  }
  if (!(String(status) in operation.responses)) {
    if (!ANYWHERE.has(status)) throw new ContractBreach(`${name}: status ${status} is not described`);
    return;
  }
  const schema = operation.responses[String(status)] ?? null;
  if (schema !== null) demand(`${name} response ${status}`, rest(`${name} < ${status}`, schema, false), responseBody);
  else if (responseBody !== undefined && status < 300)
    throw new ContractBreach(`${name} response ${status}: has no body`);
}

/**
 * Checks a webhook payload; `action` is null for events without one.
 * @throws ContractBreach naming the event and the JSON pointer
 */
export function checkWebhook(event: string, action: string | null, payload: unknown): void {
  const name = [event, action]
    .filter(part => part !== null)
    .join('-')
    .replaceAll('_', '-');
  const schema = cut.hooks.webhooks[name];
  if (!schema) throw new ContractBreach(`webhook ${name}: not in the cut of GitHub's description`);
  demand(`webhook ${name}`, hooks(name, schema, false), payload);
}
