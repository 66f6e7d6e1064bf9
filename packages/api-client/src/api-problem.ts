import type { components } from './generated/admin-api.ts';

export type ProblemBody = components['schemas']['Problem'];

/** The API's error. `code` is from the error catalogue, `hint` is the remedy. */
export class ApiProblem extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly hint: string;
  /** Address of the page about this code. */
  readonly docsUrl: string;
  readonly requestId: string | null;
  /** One entry per invalid field. */
  readonly errors: NonNullable<ProblemBody['errors']>;
  readonly data: Readonly<Record<string, unknown>>;
  /** From `Retry-After`, when the answer had one. */
  readonly retryAfterSeconds: number | null;

  constructor(body: ProblemBody, options: { retryAfterSeconds?: number | null; cause?: unknown } = {}) {
    super(body.detail || body.title, { cause: options.cause });
    this.name = 'ApiProblem';
    this.code = body.code;
    this.status = body.status;
    this.title = body.title;
    this.detail = body.detail;
    this.hint = body.hint;
    this.docsUrl = body.type;
    this.requestId = body.requestId || null;
    this.errors = body.errors ?? [];
    this.data = body.data ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }
}

/** The problem an answer holds. Something in between (a proxy, a load balancer) answers without one: then `api.unreadable_answer`. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const options = { retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null };
  if (response.headers.get('content-type')?.includes('json')) {
    const body: unknown = await response.json().catch(() => null);
    if (isProblem(body)) return new ApiProblem(body, options);
  }
  return new ApiProblem(
    {
      type: 'about:blank',
      title: 'The answer did not come from Patchbay.',
      status: response.status,
      detail: `Got status ${response.status} without a problem document.`,
      code: 'api.unreadable_answer',
      hint: 'Check the address, and any proxy on the way.',
      requestId: response.headers.get('request-id') ?? '',
    },
    options,
  );
}

function isProblem(body: unknown): body is ProblemBody {
  return typeof body === 'object' && body !== null && 'code' in body && 'title' in body && 'status' in body;
}
