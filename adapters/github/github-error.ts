import { redact } from './redact.ts';

/**
 * Why GitHub could not be asked or told. `rate-limited` carries how long to wait; `unavailable` is worth a retry;
 * `head-moved`: the pull request has another head than the one the write was for; `incomplete`: GitHub lists less than
 * it counts, so no verdict may rest on the list.
 */
export type GitHubErrorCode =
  | 'not-found'
  | 'forbidden'
  | 'rate-limited'
  | 'unavailable'
  | 'invalid'
  | 'head-moved'
  | 'incomplete';

/** An error of this adapter. The message is safe to show and log: credentials are taken out. */
export class GitHubError extends Error {
  readonly code: GitHubErrorCode;
  /** Milliseconds to wait before the next call; only with `rate-limited`. */
  readonly retryAfterMs: number | null;
  /** HTTP status, when an answer came. */
  readonly status: number | null;
  constructor(
    code: GitHubErrorCode,
    message: string,
    details: Readonly<{ retryAfterMs?: number; status?: number }> = {},
  ) {
    super(redact(message));
    this.name = 'GitHubError';
    this.code = code;
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.status = details.status ?? null;
  }
}

/** The wait GitHub asks for when its answer gives no time. */
const DEFAULT_WAIT_MS = 60_000;

type HttpFailure = Readonly<{
  status: number;
  message: string;
  response?: Readonly<{ headers: Readonly<Record<string, string | number | undefined>> }>;
}>;

function isHttpFailure(error: unknown): error is HttpFailure {
  return error instanceof Error && typeof (error as { status?: unknown }).status === 'number';
}

/** Turns what octokit throws into a GitHubError; `what` says what was tried, in words. */
export function githubError(what: string, error: unknown, now: number): GitHubError {
  if (error instanceof GitHubError) return error;
  if (!isHttpFailure(error) || !error.response) {
    return new GitHubError(
      'unavailable',
      `${what}: GitHub did not answer (${error instanceof Error ? error.message : 'unknown'})`,
    );
  }
  const { status, response } = error;
  const message = `${what}: ${error.message.replace(/ - https:\/\/docs\.github\.com\S*/, '')}`;
  const header = (name: string) => response.headers[name];
  const retryAfter = header('retry-after');
  const exhausted = String(header('x-ratelimit-remaining')) === '0';
  const secondary = /secondary rate limit|abuse detection/i.test(error.message);
  if (status === 429 || (status === 403 && (retryAfter !== undefined || exhausted || secondary))) {
    const retryAfterMs =
      retryAfter !== undefined
        ? Number(retryAfter) * 1000
        : exhausted
          ? Math.max(1000, Number(header('x-ratelimit-reset')) * 1000 - now)
          : DEFAULT_WAIT_MS;
    return new GitHubError('rate-limited', message, {
      status,
      retryAfterMs: Number.isFinite(retryAfterMs) ? retryAfterMs : DEFAULT_WAIT_MS,
    });
  }
  if (status === 401 || status === 403) return new GitHubError('forbidden', message, { status });
  if (status === 404 || status === 410) return new GitHubError('not-found', message, { status });
  if (status === 409) return new GitHubError('head-moved', message, { status });
  if (status >= 500) return new GitHubError('unavailable', message, { status });
  return new GitHubError('invalid', message, { status });
}
