import { z } from 'zod';

/** What a webhook delivery is about, read from its payload. */
export type DeliveryDescription = Readonly<{
  action: string | null;
  installationId: number | null;
  /** `owner/name`. */
  repository: string | null;
  /** What must not run twice at once: a pull request (`owner/name#7`) or a branch (`owner/name@main`). */
  lane: string | null;
  /** Whether a worker has anything to do for it. */
  relevant: boolean;
}>;

/** The payload does not have the shape GitHub describes for its event: the event header may have been swapped. */
export class MalformedDelivery extends Error {
  constructor(event: string, detail: string) {
    super(`not a ${event} payload: ${detail}`);
    this.name = 'MalformedDelivery';
  }
}

const login = z.string().regex(/^[^\s/]{1,100}$/);
const sha = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);
const repository = z.object({ id: z.int(), full_name: z.string().regex(/^[^\s/]{1,100}\/[^\s/]{1,100}$/) });
const common = { repository, installation: z.object({ id: z.int() }).optional(), sender: z.object({ login }) };
const pull = z.object({ number: z.int().positive(), head: z.object({ sha }), base: z.object({ ref: z.string() }) });

/** The fields read per event, all required by GitHub's description; the event header is unsigned, the shape is proof. */
const shapes = {
  pull_request: z.object({
    ...common,
    action: z.string(),
    number: z.int().positive(),
    pull_request: pull,
    changes: z.object({ base: z.unknown().optional() }).optional(),
  }),
  pull_request_review: z.object({
    ...common,
    action: z.string(),
    pull_request: pull,
    review: z.object({ id: z.int(), state: z.string() }),
  }),
  push: z.object({ ...common, ref: z.string().startsWith('refs/'), before: sha, after: sha }),
  check_run: z.object({
    ...common,
    action: z.string(),
    check_run: z.object({ id: z.int(), head_sha: sha, name: z.string() }),
  }),
  installation: z.object({ action: z.string(), installation: z.object({ id: z.int() }) }),
  installation_repositories: z.object({ action: z.string(), installation: z.object({ id: z.int() }) }),
  ping: z.object({ zen: z.string(), hook_id: z.int() }),
} as const;

const PULL_ACTIONS = new Set(['opened', 'reopened', 'synchronize', 'ready_for_review', 'edited', 'closed']);
const REVIEW_ACTIONS = new Set(['submitted', 'dismissed', 'edited']);

/**
 * What a payload is about. Events the gate has no use for are described as irrelevant and kept.
 * @throws MalformedDelivery when the payload is not of its event's shape.
 */
export function describeDelivery(event: string, payload: unknown): DeliveryDescription {
  switch (event) {
    case 'pull_request': {
      const read = parse('pull_request', shapes.pull_request, payload);
      const relevant = PULL_ACTIONS.has(read.action) && (read.action !== 'edited' || read.changes?.base !== undefined);
      return about(read, read.action, `${read.repository.full_name}#${read.number}`, relevant);
    }
    case 'pull_request_review': {
      const read = parse('pull_request_review', shapes.pull_request_review, payload);
      return about(
        read,
        read.action,
        `${read.repository.full_name}#${read.pull_request.number}`,
        REVIEW_ACTIONS.has(read.action),
      );
    }
    case 'push': {
      const read = parse('push', shapes.push, payload);
      const branch = /^refs\/heads\/(.+)$/.exec(read.ref)?.[1];
      return about(
        read,
        null,
        branch === undefined ? null : `${read.repository.full_name}@${branch}`,
        branch !== undefined && !/^0+$/.test(read.after),
      );
    }
    case 'check_run': {
      const read = parse('check_run', shapes.check_run, payload);
      return about(read, read.action, null, read.action === 'rerequested');
    }
    case 'installation':
    case 'installation_repositories': {
      const read = parse(event, shapes[event], payload);
      return {
        action: read.action,
        installationId: read.installation.id,
        repository: null,
        lane: null,
        relevant: true,
      };
    }
    case 'ping':
      parse('ping', shapes.ping, payload);
      return { action: null, installationId: null, repository: null, lane: null, relevant: false };
    default:
      return { action: null, installationId: null, repository: null, lane: null, relevant: false };
  }
}

function about(
  read: Readonly<{ repository: { full_name: string }; installation?: { id: number } | undefined }>,
  action: string | null,
  lane: string | null,
  relevant: boolean,
): DeliveryDescription {
  return {
    action,
    installationId: read.installation?.id ?? null,
    repository: read.repository.full_name,
    lane,
    relevant,
  };
}

function parse<T>(event: string, shape: z.ZodType<T>, payload: unknown): T {
  const result = shape.safeParse(payload);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new MalformedDelivery(event, `${issue?.path.join('.') || 'payload'}: ${issue?.message ?? 'unreadable'}`);
}
