import createClient, { type Client, type Middleware } from 'openapi-fetch';
import { ApiProblem, readProblem } from './api-problem.ts';
import { readEvents, type StreamEvent } from './event-stream.ts';
import type { components, paths } from './generated/admin-api.ts';

export interface ApiClientOptions {
  /** Where the installation answers: `https://patchbay.example.com`. */
  readonly origin: string;
  readonly fetch?: typeof globalThis.fetch;
  /** A key of kind admin or deploy. */
  readonly apiKey?: string;
  /** The Cookie header of a signed-in browser, when calling on its behalf from a server. */
  readonly cookie?: string;
  readonly userAgent?: string;
}

export interface ApiClient extends Client<paths> {
  /** Follows a stream: `client.events('/api/v1/…/events')`. Every event's data is JSON. */
  events<T = unknown>(path: string, options?: { signal?: AbortSignal }): AsyncGenerator<StreamEvent<T>>;
  /** Uploads source and answers the received version. */
  submitVersion(upload: SourceUpload): Promise<components['schemas']['Version']>;
}

export interface SourceUpload {
  readonly organization: string;
  readonly connector: string;
  readonly archive: Uint8Array<ArrayBuffer>;
  readonly contentType: 'application/gzip' | 'application/zip';
  readonly typecheck?: boolean;
  readonly activate?: boolean;
  readonly create?: boolean;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/**
 * A typed client of the admin API. Any answer that is not a success throws ApiProblem, so `data` is the result.
 *
 *     const { data } = await client.GET('/api/v1/organizations/{organization}/connectors', { params: { path: { organization } } });
 */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const send = options.fetch ?? globalThis.fetch;
  const headers: Record<string, string> = {
    accept: 'application/json, application/problem+json',
    ...(options.apiKey && { authorization: `Bearer ${options.apiKey}` }),
    ...(options.cookie && { cookie: options.cookie, origin: options.origin }),
    ...(options.userAgent && { 'user-agent': options.userAgent }),
  };
  const client = createClient<paths>({ baseUrl: options.origin, fetch: (request) => send(request), headers });
  client.use(throwProblems);
  const url = (path: string) => new URL(path, options.origin);

  return Object.assign(client, {
    async *events<T>(path: string, { signal }: { signal?: AbortSignal } = {}) {
      const response = await send(url(path), { headers: { ...headers, accept: 'text/event-stream' }, signal });
      yield* readEvents<T>(response);
    },
    async submitVersion(upload: SourceUpload) {
      const target = url(
        `/api/v1/organizations/${encodeURIComponent(upload.organization)}/connectors/${encodeURIComponent(upload.connector)}/versions`,
      );
      for (const name of ['typecheck', 'activate', 'create'] as const) {
        if (upload[name] !== undefined) target.searchParams.set(name, String(upload[name]));
      }
      const response = await send(target, {
        method: 'POST',
        headers: {
          ...headers,
          'content-type': upload.contentType,
          ...(upload.idempotencyKey && { 'idempotency-key': upload.idempotencyKey }),
        },
        body: upload.archive,
        signal: upload.signal,
      });
      if (!response.ok) throw await readProblem(response);
      // The document defines the shape of a success.
      return (await response.json()) as components['schemas']['Version'];
    },
  });
}

const throwProblems: Middleware = {
  async onResponse({ response }) {
    // 304 is the answer to If-None-Match and no failure.
    if (!response.ok && response.status !== 304) throw await readProblem(response);
    return undefined;
  },
  onError({ error }) {
    if (error instanceof ApiProblem) return error;
    return undefined;
  },
};
