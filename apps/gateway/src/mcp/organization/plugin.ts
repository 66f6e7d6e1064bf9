import { AppError } from '@patchbay/foundation';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { edgeError, logRefusal } from '../../edge/render-error.ts';
import { MCP_HEADERS } from '../../edge/security-headers.ts';
import { StepTimer } from '../../telemetry/step-timer.ts';
import { AnswerStream } from '../answer-stream.ts';
import { decodeRequest, one } from '../decode-request.ts';
import { BODY_LIMITS, type McpPluginOptions, takesEvents } from '../plugin.ts';
import { parseBounded, readBody } from '../read-body.ts';
import { errorAnswer, errorHeaders } from '../render-error.ts';
import { whenGone } from '../when-gone.ts';
import { answerOrganization } from './answer-organization.ts';
import { findAccess, loadView, type OrganizationAccess } from './load-view.ts';
import type { OrganizationView } from './organization-view.ts';

/** Views in memory. One is remade when any of its connectors changed. */
const VIEWS_MAX = 500;

interface Arrival {
  readonly organization: string;
  readonly access: OrganizationAccess;
  readonly steps: StepTimer;
}

interface KnownView {
  readonly access: OrganizationAccess;
  readonly view: OrganizationView;
}

type OrganizationPluginOptions = Omit<McpPluginOptions, 'sessions' | 'listenStreams' | 'streamPlaces'>;

/** `/{organization}/mcp`: every connector the caller may use, behind one URL (security S12). */
export const organizationPlugin: FastifyPluginAsync<OrganizationPluginOptions> = async (app, options) => {
  const arrivals = new WeakMap<FastifyRequest, Arrival>();
  const views = new LRUCache<string, KnownView>({ max: VIEWS_MAX });

  const onError = (error: unknown, { requestId }: { readonly requestId: string }): AppError => {
    const known = edgeError(error);
    options.metrics.refusals.inc({ code: known.code });
    logRefusal(options.logger, requestId, known);
    return known;
  };

  const viewOf = async ({ organization, access }: Arrival): Promise<OrganizationView> => {
    const key = access.members[0]?.principal.clientId ?? '';
    const known = views.get(key);
    if (known && isSame(known.access, access)) return known.view;
    const view = await loadView(options.serve, organization, access);
    views.set(key, { access, view });
    return view;
  };

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(MCP_HEADERS);
    const steps = new StepTimer(request.arrivedAtMs);
    steps.lap('edge');
    const organization = (request.params as { organization: string }).organization.toLowerCase(); // by the route below
    const { authorization } = request.headers;
    const presented = { authorization, address: request.clientAddress, preview: false };
    const access = await findAccess(options, organization, presented);
    steps.lap('auth');
    if (request.method !== 'POST') throw new AppError('edge.method_not_allowed');
    options.byteRate.admit(access.limitKey, Number(request.headers['content-length'] ?? BODY_LIMITS.bytesMax));
    arrivals.set(request, { organization, access, steps });
  });

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', (_request, payload, done) => done(null, payload));

  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const arrival = arrivals.get(request);
    if (!arrival) throw new AppError('internal.unexpected', { internal: 'handler without arrival' });
    const bytes = await readBody(request.raw, BODY_LIMITS);
    const parsed = await parseBounded(options.parsePool, arrival.access.organizationId, bytes);
    const message = decodeRequest(parsed, request.headers);
    arrival.steps.lap('decode');
    const gone = new AbortController();
    const stream = new AnswerStream(reply.raw, {
      mayStream: message.kind === 'request' && takesEvents(request.headers.accept),
      headers: () => reply.getHeaders() as Record<string, string>, // only strings are set on this surface
    });
    const isModern = message.kind === 'request' && message.era === 'modern';
    whenGone(reply.raw, () => {
      stream.close();
      if (isModern && !reply.raw.writableFinished) gone.abort();
    });
    const context = { origin: options.origin, requestId: request.id };
    try {
      const view = await viewOf(arrival);
      const served = await answerOrganization(
        { ...options.serve, origin: options.origin, onError },
        view,
        {
          ...{ requestId: request.id, steps: arrival.steps, signal: gone.signal },
          header: (name) => one(request.headers[name.toLowerCase()]),
          notify: (method, params) => stream.notify(method, params),
        },
        message,
      );
      if (stream.isOpen) {
        reply.hijack();
        stream.finish(served.message ?? {});
        return reply;
      }
      reply.code(served.httpStatus).headers({ ...served.headers });
      if (served.message === null) return reply.send();
      return reply.type('application/json').send(JSON.stringify(served.message));
    } catch (error) {
      if (!stream.isOpen) throw error;
      reply.hijack();
      stream.finish(errorAnswer(onError(error, context), message.kind === 'request' ? message.id : null, context));
      return reply;
    } finally {
      stream.close();
    }
  };

  app.setErrorHandler((error, request, reply) => {
    const known = onError(error, { requestId: request.id });
    const resource = `${options.origin}${(request.raw.url ?? '').split('?', 1)[0]}`;
    return reply
      .code(known.spec.status)
      .headers(errorHeaders(known, resource))
      .type('application/json')
      .send(errorAnswer(known, null, { origin: options.origin, requestId: request.id }));
  });

  app.all('/:organization/mcp', answer);
};

/** Whether nothing changed: endpoints are replaced as a whole when anything about them did, and roles decide rulings. */
function isSame(a: OrganizationAccess, b: OrganizationAccess): boolean {
  return (
    a.members.length === b.members.length &&
    a.members.every(({ endpoint, principal }, index) => {
      const other = b.members[index];
      return endpoint === other?.endpoint && String(principal.roles) === String(other.principal.roles);
    })
  );
}
