import type { ApiKeyCache } from '@patchbay/domain/api-keys';
import type { Endpoint, EndpointDirectory } from '@patchbay/domain/endpoints';
import { AppError, type Logger } from '@patchbay/foundation';
import {
  type Classification,
  faultMessage,
  type ManifestView,
  type McpRequest,
  MODERN_REVISION,
  SUPPORTED_REVISIONS,
  unsupportedRevision,
  viewManifest,
} from '@patchbay/mcp';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { edgeError, logRefusal } from '../edge/render-error.ts';
import { renderPage, wantsHtml } from '../edge/render-page.ts';
import { MCP_HEADERS } from '../edge/security-headers.ts';
import type { ByteRate } from '../limits/byte-rate.ts';
import type { StreamPlaces } from '../limits/stream-places.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { StepTimer } from '../telemetry/step-timer.ts';
import { AnswerStream } from './answer-stream.ts';
import { authenticate } from './authenticate.ts';
import type { Exchange } from './call.ts';
import { decodeRequest, one } from './decode-request.ts';
import type { ParsePool } from './parse-pool.ts';
import type { Principal } from './principal.ts';
import { parseBounded, readBody } from './read-body.ts';
import { errorAnswer, errorHeaders } from './render-error.ts';
import { parseEndpointPath, resolveEndpoint } from './resolve-endpoint.ts';
import { type ServeDeps, serveRequest } from './serve-request.ts';
import { answerSession } from './sessions/answer-session.ts';
import { createConversation } from './sessions/conversation.ts';
import { serveSessionGet } from './sessions/serve-session.ts';
import { type OpenSession, SESSION_HEADER, type Sessions } from './sessions/sessions.ts';
import { answerListen, LISTEN_METHOD } from './subscriptions/answer-listen.ts';
import type { ListenStreams, Permission } from './subscriptions/listen-streams.ts';
import { whenGone } from './when-gone.ts';

export interface McpPluginOptions {
  readonly origin: string;
  readonly endpoints: EndpointDirectory;
  readonly apiKeys: Pick<ApiKeyCache, 'verify'>;
  readonly byteRate: ByteRate;
  readonly parsePool: ParsePool;
  readonly listenStreams: ListenStreams;
  readonly streamPlaces: StreamPlaces;
  readonly sessions: Sessions;
  readonly serve: Omit<ServeDeps, 'origin' | 'onError'>;
  readonly metrics: Pick<Metrics, 'refusals'>;
  readonly logger: Logger;
}

/** What the hooks found out before the body was read. */
interface Arrival {
  readonly endpoint: Endpoint;
  readonly principal: Principal;
  readonly steps: StepTimer;
  /** Finds the same out again, for answers that last. */
  authorize(): Promise<Permission>;
}

interface McpParams {
  readonly organization: string;
  readonly connector: string;
}

export const BODY_LIMITS = { bytesMax: 4 * 1024 * 1024, arriveWithinMs: 10_000 };

/** The MCP edge: route and authentication before the body, then one message in and one answer out. */
export const mcpPlugin: FastifyPluginAsync<McpPluginOptions> = async (app, options) => {
  const arrivals = new WeakMap<FastifyRequest, Arrival>();
  const manifests = new WeakMap<Endpoint, ManifestView>();

  const manifestOf = (endpoint: Endpoint): ManifestView => {
    const known = manifests.get(endpoint) ?? viewManifest(endpoint.manifest);
    manifests.set(endpoint, known);
    return known;
  };

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(MCP_HEADERS);
    const steps = new StepTimer(request.arrivedAtMs);
    steps.lap('edge');
    const { organization, connector } = request.params as McpParams; // by the two routes below
    const path = parseEndpointPath(organization, connector);
    if (!path) throw new AppError('mcp.endpoint_not_found');
    const authorize = async (): Promise<Permission> => {
      const found = await resolveEndpoint(options.endpoints, path);
      steps.lap('route');
      return authenticate(options.apiKeys, found, {
        authorization: request.headers.authorization,
        address: request.clientAddress,
        preview: path.version !== undefined,
      });
    };
    const { endpoint, principal } = await authorize();
    steps.lap('auth');
    const isPost = request.method === 'POST';
    if (!isPost && !isOfSession(request)) throw new AppError('edge.method_not_allowed');
    if (isPost)
      options.byteRate.admit(principal.limitKey, Number(request.headers['content-length'] ?? BODY_LIMITS.bytesMax));
    arrivals.set(request, { endpoint, principal, steps, authorize });
  });

  // The body is read by the handler: within its time, with its size, and on the right thread.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', (_request, payload, done) => done(null, payload));

  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const arrival = arrivals.get(request);
    if (!arrival) throw new AppError('internal.unexpected', { internal: 'handler without arrival' });
    const { endpoint, principal, steps } = arrival;
    if (request.method !== 'POST') return answerSessionOnly(request, reply, arrival);
    const bytes = await readBody(request.raw, BODY_LIMITS);
    const decoded = decodeRequest(
      await parseBounded(options.parsePool, endpoint.organizationId, bytes),
      request.headers,
    );
    steps.lap('decode');
    const session = await sessionOf(request, decoded, arrival);
    const hasRevision = request.headers['mcp-protocol-version'] !== undefined;
    const message =
      session && decoded.kind === 'request' ? options.sessions.inSession(session, decoded, hasRevision) : decoded;
    if (session && message.kind === 'notification') options.sessions.takeNotification(session, message);
    if (session && message.kind === 'response') await options.sessions.takeAnswer(session, message);

    const gone = new AbortController();
    const stream = new AnswerStream(reply.raw, {
      mayStream: message.kind === 'request' && takesEvents(request.headers.accept),
      headers: () => reply.getHeaders() as Record<string, string>, // only strings are set on this surface
    });
    const modern = message.kind === 'request' && message.era === 'modern';
    whenGone(reply.raw, () => {
      stream.close();
      // A modern client that hangs up cancels; an earlier one may just have lost its connection.
      if (modern && !reply.raw.writableFinished) gone.abort();
    });
    const isSessionCall = session !== null && message.kind === 'request';
    const untrack = isSessionCall ? options.sessions.track(session, message.id, gone) : () => undefined;
    const conversation = isSessionCall
      ? createConversation(
          { ...options.sessions, onError: (error) => void onError(error, { requestId: request.id }) },
          { claims: session.claims, requestId: message.id, stream, signal: gone.signal },
        )
      : undefined;
    const exchange: Exchange = {
      endpoint,
      manifest: manifestOf(endpoint),
      principal,
      requestId: request.id,
      steps,
      header: (name) => one(request.headers[name.toLowerCase()]),
      signal: gone.signal,
      notify: (method, params) => stream.notify(method, params),
      ...(conversation && { conversation }),
    };
    try {
      const served =
        modern && message.method === LISTEN_METHOD
          ? await listen(request, reply, exchange, message)
          : ((isSessionCall ? await answerSession(options.sessions, session, message, exchange) : null) ??
            (await serveRequest({ ...options.serve, origin: options.origin, onError }, exchange, message)));
      if (served === null) return reply.hijack();
      const eventId = await conversation?.keep(served.message ?? {});
      if (stream.isOpen) {
        reply.hijack();
        stream.finish(served.message ?? {}, eventId);
        return reply;
      }
      reply.code(served.httpStatus).headers({ ...served.headers });
      if (opensSession(message) && served.httpStatus === 200) {
        reply.header(SESSION_HEADER, options.sessions.start(arrival, message.params));
      }
      if (served.message === null) return reply.send();
      return reply.type('application/json').send(JSON.stringify(served.message));
    } catch (error) {
      if (!stream.isOpen) throw error;
      // The status is out already; the stream can still say what happened.
      const context = { origin: options.origin, requestId: request.id };
      const id = message.kind === 'request' ? message.id : null;
      const last = errorAnswer(onError(error, context), id, context);
      const eventId = await conversation?.keep(last);
      reply.hijack();
      stream.finish(last, eventId);
      return reply;
    } finally {
      untrack();
      conversation?.close();
      stream.close();
    }
  };

  /** The session a legacy message names. The other era has none, whatever its headers say (protocol N10). */
  const sessionOf = async (
    request: FastifyRequest,
    message: Classification,
    arrival: Arrival,
  ): Promise<OpenSession | null> => {
    const id = one(request.headers[SESSION_HEADER]);
    const isModern = 'era' in message && message.era === 'modern';
    if (id === undefined || message.kind === 'fault' || isModern || opensSession(message)) return null;
    return options.sessions.find(id, arrival);
  };

  /** GET listens or resumes, DELETE ends. */
  const answerSessionOnly = async (request: FastifyRequest, reply: FastifyReply, arrival: Arrival) => {
    const revision = one(request.headers['mcp-protocol-version']);
    if (revision !== undefined && !SUPPORTED_REVISIONS.includes(revision)) {
      const refused = unsupportedRevision(null, revision);
      return reply
        .code(refused.httpStatus)
        .type('application/json')
        .send(JSON.stringify(faultMessage(refused)));
    }
    const session = await options.sessions.find(one(request.headers[SESSION_HEADER]) ?? '', arrival);
    if (request.method === 'DELETE') {
      await options.sessions.terminate(session);
      return reply.code(204).send();
    }
    const context = { origin: options.origin, requestId: request.id };
    const place = { sessions: options.sessions, streams: options.listenStreams, places: options.streamPlaces };
    const target = {
      response: reply.raw,
      headers: reply.getHeaders() as Record<string, string>, // only strings are set on this surface
      permission: arrival,
      reauthorize: arrival.authorize,
      onError: (error: unknown) => void onError(error, context),
      explain: (error: unknown, id: string | number) => errorAnswer(onError(error, context), id, context),
    };
    await serveSessionGet(place, session, target, one(request.headers['last-event-id']));
    return reply.hijack();
  };

  /** Null when the response belongs to the stream from now on. */
  const listen = (request: FastifyRequest, reply: FastifyReply, exchange: Exchange, message: McpRequest) => {
    const context = { origin: options.origin, requestId: request.id };
    return answerListen(options.listenStreams, exchange, message, {
      response: reply.raw,
      headers: reply.getHeaders() as Record<string, string>, // only strings are set on this surface
      mayStream: takesEvents(request.headers.accept),
      reauthorize: () => arrivals.get(request)?.authorize() ?? Promise.reject(new AppError('mcp.endpoint_not_found')),
      explain: (error) => errorAnswer(onError(error, context), message.id, context),
    });
  };
  app.addHook('preClose', async () => options.listenStreams.close());

  const onError = (error: unknown, { requestId }: { readonly requestId: string }): AppError => {
    const known = edgeError(error);
    options.metrics.refusals.inc({ code: known.code });
    logRefusal(options.logger, requestId, known);
    return known;
  };

  app.setErrorHandler((error, request, reply) => {
    const known = onError(error, { requestId: request.id });
    const resource = `${options.origin}${(request.raw.url ?? '').split('?', 1)[0]}`;
    reply.code(known.spec.status).headers(errorHeaders(known, resource));
    const opened = known.spec.status === 401 || known.spec.status === 405;
    if (opened && request.method === 'GET' && wantsHtml(request.headers.accept)) {
      return reply.type('text/html; charset=utf-8').send(connectPage(resource, known.spec.status === 401));
    }
    return reply
      .type('application/json')
      .send(errorAnswer(known, null, { origin: options.origin, requestId: request.id }));
  });

  app.all('/:organization/:connector/mcp', answer);
  app.all('/:organization/:connector/mcp/', answer);
};

/** Whether a request without a body is for a session: without one, and in 2026-07-28, these methods are not served. */
function isOfSession({ method, headers }: FastifyRequest): boolean {
  if (headers[SESSION_HEADER] === undefined || headers['mcp-protocol-version'] === MODERN_REVISION) return false;
  return method === 'DELETE' || (method === 'GET' && takesEvents(headers.accept));
}

function opensSession(message: Classification): message is McpRequest {
  return message.kind === 'request' && message.era === 'legacy' && message.method === 'initialize';
}

export function takesEvents(accept: string | undefined): boolean {
  return accept === undefined || accept.includes('text/event-stream') || accept.includes('*/*');
}

/** A person opened the URL of a connector: what it is for, and what to do with it. Never a redirect (protocol C11). */
function connectPage(resource: string, needsKey: boolean): string {
  const name = /([^/@]+)(@\d+)?\/mcp\/?$/.exec(resource)?.[1] ?? 'connector';
  const header = needsKey ? ' --header "Authorization: Bearer YOUR_KEY"' : '';
  const keyHint =
    'It asks for an API key: an owner or admin of the organization makes one. Clients send it as this header:';
  return renderPage({
    title: 'This address is for MCP clients',
    text: 'A browser cannot use it. Give it to Claude or to any other MCP client:',
    steps: [
      { text: 'In Claude: Settings, Connectors, Add custom connector. Paste this URL:', copy: resource },
      { text: 'In Claude Code, run:', copy: `claude mcp add --transport http ${name} ${resource}${header}` },
      ...(needsKey ? [{ text: keyHint, copy: 'Authorization: Bearer YOUR_KEY' }] : []),
    ],
  });
}
