/**
 * Mounts the endpoint table at /api/v1. For each request, in this order: who calls (401), whether the organization is
 * theirs (404), whether they may (403), then the body and its schema (400), then the handler. Nothing is read from
 * the body and nothing is changed before the first three have passed.
 */

import { createHash } from 'node:crypto';
import type { Change } from '@patchbay/domain/changes';
import { AppError, text } from '@patchbay/foundation';
import { ADMIN_LIMITS } from '@patchbay/foundation/limits';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { adminChallenge } from '../http/admin-resource.ts';
import { answerApiError, apiError, invalidRequest } from '../http/api-error.ts';
import { entityTag, matchesEntityTag } from '../http/entity-tag.ts';
import { Leases } from '../streams/leases.ts';
import { AdminTokens } from './access/admin-tokens.ts';
import { type AuthenticateDeps, authenticate } from './access/authenticate.ts';
import { authorize, requireInService } from './access/authorize.ts';
import { type Access, type Caller, callerId, concernsCaller, requirePermission } from './access/caller.ts';
import type { AdminDeps, Call, Endpoint, OrganizationCall } from './definition/endpoint.ts';
import type { EndpointSpec } from './definition/endpoint-spec.ts';
import { StreamCounter, streamEvents } from './definition/event-stream.ts';
import { ENDPOINTS } from './endpoints/index.ts';
import { OrganizationParams } from './endpoints/parts.ts';
import { API_BASE } from './openapi.ts';

/** Bytes of a JSON body. */
const JSON_BYTES_MAX = ADMIN_LIMITS.body.value;

const IdempotencyKey = text().regex(/^[\x21-\x7e]{1,255}$/, 'is 1 to 255 visible ASCII characters');

interface Passed {
  readonly caller: Caller;
  readonly access: Access | null;
}

/** The authenticated caller of each request. Weak, so that it ends with its request. */
const passed = new WeakMap<FastifyRequest, Passed>();

export async function adminPlugin(app: FastifyInstance, deps: AdminDeps): Promise<void> {
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) => answerAdminError(error, request, reply, deps.origin));
  // Fastify parses JSON by itself; sources pass through unread, to be stored as they arrive.
  app.addContentTypeParser(['application/gzip', 'application/zip'], (_request, payload, done) => done(null, payload));
  app.addHook('onSend', async (request, reply, payload) => addEntityTag(request, reply, payload));

  const { signingKeys: keys, accountGrants } = deps.oauth;
  const accessTokens = new AdminTokens({ origin: deps.origin, keys, accountGrants, clock: deps.clock });
  const counter = new StreamCounter();
  const leases = new Leases(deps.changes);
  app.addHook('preClose', async () => counter.close());
  app.addHook('onClose', async () => leases.close());
  for (const endpoint of Object.values(ENDPOINTS)) {
    // The work of each is typed by its own schemas; here they are all alike.
    mount(app, { ...deps, accessTokens }, { counter, leases, endpoint: endpoint as unknown as Endpoint<EndpointSpec> });
  }
  app.all(`${API_BASE}/*`, async () => {
    throw new AppError('admin.not_found');
  });
}

type GuardDeps = AdminDeps & AuthenticateDeps;

interface Mounted {
  readonly endpoint: Endpoint<EndpointSpec>;
  readonly counter: StreamCounter;
  readonly leases: Leases;
}

function mount(app: FastifyInstance, deps: GuardDeps, { endpoint, counter, leases }: Mounted): void {
  const { work } = endpoint;
  const guard = (request: FastifyRequest) => admit(deps, endpoint, request);
  app.route({
    method: endpoint.method,
    url: `${API_BASE}${endpoint.path}`,
    bodyLimit: endpoint.upload?.bytesMax ?? JSON_BYTES_MAX,
    schema: {
      params: endpoint.params,
      querystring: endpoint.query,
      ...(endpoint.body && { body: endpoint.body }),
      ...(endpoint.reply && { response: { [endpoint.status]: endpoint.reply } }),
    },
    onRequest: async (request) => {
      passed.set(request, await guard(request));
    },
    handler: async (request, reply) => {
      const call = toCall(endpoint, request);
      if (work.kind === 'stream') {
        await work.check(call, deps);
        const guards = {
          caller: callerId(call.caller),
          concerns: (change: Change) => concernsCaller(change, call.caller, call.access.organization.id),
          reauthorize: async () => void (await guard(request)),
        };
        return streamEvents({ request, reply, counter, leases }, guards, (signal) => work.run(call, deps, signal));
      }
      const answer = await work.run(call, deps);
      return reply.code(endpoint.status).send(answer);
    },
  });
}

/** 401, 404, 403, in this order. @throws AppError of the first that does not hold */
async function admit(deps: GuardDeps, endpoint: EndpointSpec, request: FastifyRequest): Promise<Passed> {
  const caller = await authenticate(deps, request, endpoint.upload?.contentTypes);
  const organization = organizationOf(request);
  if (organization === null) {
    requireOwnSession(endpoint, caller);
    return { caller, access: null };
  }
  const access = await authorize(deps.database, caller, organization);
  if (typeof endpoint.permission === 'string') requirePermission(access, endpoint.permission);
  if (!endpoint.onDeleted) requireInService(access);
  return { caller, access };
}

/** Reads without organization that show a session of an organization's provider only what it opens. */
const OPEN_TO_PROVIDER_SESSIONS: ReadonlySet<string> = new Set(['GET /me', 'GET /organizations', 'GET /limits']);

/**
 * A session of an organization's provider reads and changes nothing outside of it: neither the person nor other
 * organizations.
 *
 * @throws AppError `auth.session_elsewhere`
 */
function requireOwnSession({ method, path }: EndpointSpec, caller: Caller): void {
  if (caller.kind !== 'person' || caller.session.organizationIds === null) return;
  if (!OPEN_TO_PROVIDER_SESSIONS.has(`${method} ${path}`)) throw new AppError('auth.session_elsewhere');
}

/**
 * The organization of the path, or null where the path has none. It is the one parameter that is looked up before the
 * others are checked, so its schema is applied here.
 *
 * @throws AppError `admin.invalid_request`
 */
function organizationOf({ params }: FastifyRequest): string | null {
  // Parameters of a path are texts.
  const { organization } = params as { organization?: string };
  if (organization === undefined) return null;
  const parsed = OrganizationParams.shape.organization.safeParse(organization);
  if (parsed.success) return parsed.data;
  throw invalidRequest(
    'params',
    parsed.error.issues.map((issue) => ({ path: ['organization'], message: issue.message })),
  );
}

/** The request as its handler wants it. Params, query and body have their schema's types by now. */
function toCall(endpoint: EndpointSpec, request: FastifyRequest): OrganizationCall<EndpointSpec> {
  const guarded = passed.get(request);
  if (!guarded) throw new Error('a request reached its handler without passing the guards');
  const upload = endpoint.upload !== null;
  if (upload && !isStream(request.body)) throw new AppError('admin.content_type');
  // By now they are what the endpoint's schemas made of them.
  const parsed = { params: request.params, query: request.query } as Pick<Call<EndpointSpec>, 'params' | 'query'>;
  // So is the body; an upload is not parsed and goes beside it.
  const body = (upload ? undefined : request.body) as Call<EndpointSpec>['body'];
  const call: Omit<OrganizationCall<EndpointSpec>, 'access'> = {
    ...parsed,
    body,
    caller: guarded.caller,
    requestId: request.id,
    clientAddress: request.clientAddress,
    idempotency: idempotencyOf(endpoint, request),
    upload: isStream(request.body) ? request.body : null,
  };
  // A path without organization has no access; its handlers do not see the field.
  return guarded.access ? { ...call, access: guarded.access } : (call as OrganizationCall<EndpointSpec>);
}

function isStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

/** @throws AppError `admin.invalid_request` */
function idempotencyOf(endpoint: EndpointSpec, request: FastifyRequest): Call<EndpointSpec>['idempotency'] {
  const header = request.headers['idempotency-key'];
  if (!endpoint.idempotent || header === undefined) return null;
  const key = IdempotencyKey.safeParse(header);
  if (!key.success)
    throw new AppError('admin.invalid_request', { detail: 'Idempotency-Key has 1 to 255 visible characters.' });
  const body = isStream(request.body) ? '' : JSON.stringify(request.body ?? null);
  const fingerprint = createHash('sha256').update(`${endpoint.method} ${request.raw.url}\n${body}`).digest('hex');
  return { key: key.data, fingerprint, withheld: endpoint.shownOnce };
}

/** Every JSON read carries a tag over its bytes; a caller that has them already gets 304. */
function addEntityTag(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  if (request.method !== 'GET') return payload;
  if (reply.statusCode !== 200 || typeof payload !== 'string') return payload;
  const tag = entityTag(payload);
  reply.header('etag', tag).header('cache-control', 'private, no-cache').header('vary', 'authorization, cookie');
  if (!matchesEntityTag(request.headers['if-none-match'], tag)) return payload;
  reply.code(304).removeHeader('content-length').removeHeader('content-type');
  return '';
}

/** Answers with the problem, and with where a client signs in and for what. @see RFC 9728 §5.1, RFC 6750 §3.1 */
function answerAdminError(thrown: unknown, request: FastifyRequest, reply: FastifyReply, origin: string) {
  const error = apiError(thrown);
  const challenge = challengeFor(error, origin);
  if (challenge !== null) reply.header('www-authenticate', challenge);
  return answerApiError(error, request, reply, origin);
}

function challengeFor({ code, spec, data }: AppError, origin: string): string | null {
  if (code === 'admin.scope_missing') return adminChallenge(origin, 'insufficient_scope', [String(data?.scope)]);
  if (spec.status !== 401) return null;
  return adminChallenge(origin, code === 'auth.required' ? null : 'invalid_token');
}
