import { AppError, type Logger } from '@patchbay/foundation';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AddressBudget, AddressCharge } from '../limits/address-budget.ts';
import { checkSingleHeaders } from './check-single-headers.ts';
import { clientAddress, removeSteeringHeaders, setForwardedHeaders, type TrustedProxies } from './forwarded-headers.ts';
import { loggedPath } from './logged-path.ts';
import { isPublicPath, PREFLIGHT_HEADERS, PUBLIC_HEADERS, removeAmbientHeaders } from './public-cors.ts';
import { type RevokeExposed, refuseUrlTokens } from './refuse-url-tokens.ts';
import { securityHeaders } from './security-headers.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller's address after trusted proxies; for limits and records, never for trust. */
    clientAddress: string;
    /** When the first byte was seen, on the monotonic clock. Milliseconds. */
    arrivedAtMs: number;
    /** The charge before authentication; null when it was refused before. */
    addressCharge: AddressCharge | null;
  }
}

export interface EdgeOptions {
  readonly origin: string;
  readonly isTrustedProxy: TrustedProxies;
  readonly revokeExposed: RevokeExposed;
  /** Counts requests before authentication. */
  readonly addressBudget: Pick<AddressBudget, 'admit' | 'settle'>;
  readonly logger: Logger;
}

/** How long the next start takes, about: what a caller of an installation with one gateway waits. */
const RESTART_SECONDS = 2;

/** Runs for every request of the public listener before any surface handles it, and for every answer after. */
export function addEdgeHooks(app: FastifyInstance, options: EdgeOptions): void {
  const ownUrl = new URL(options.origin);
  const headers = securityHeaders(options.origin);
  // Its fields are named below and none is secret; looking for secrets in each line costs more than writing it.
  const accessLog = options.logger.child({}, { redact: [] });
  app.decorateRequest('clientAddress', '');
  app.decorateRequest('arrivedAtMs', 0);
  app.decorateRequest('addressCharge', null);

  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });

  app.addHook('onRequest', async (request, reply) => {
    request.arrivedAtMs = performance.now();
    reply.headers(headers).header('request-id', request.id);
    const received = request.headers;
    const peer = request.socket.remoteAddress ?? '';
    if (closing) throw new AppError('edge.draining', { retryAfterSeconds: RESTART_SECONDS });
    request.clientAddress = clientAddress(peer, joined(received['x-forwarded-for']), options.isTrustedProxy);
    removeSteeringHeaders(received);
    setForwardedHeaders(received, ownUrl, request.clientAddress);
    checkSingleHeaders(request.raw.rawHeaders);
    const target = request.raw.url ?? '';
    const isPublic = isPublicPath(pathOf(target));
    if (isPublic) {
      reply.headers(PUBLIC_HEADERS);
      removeAmbientHeaders(received);
    }
    checkTarget({ target, host: received.host, origin: received.origin }, ownUrl);
    refuseUrlTokens(target, options.revokeExposed);
    request.addressCharge = await options.addressBudget.admit(target, received, request.clientAddress);
    const isPreflight = isPublic && request.method === 'OPTIONS';
    return isPreflight ? reply.code(204).headers(PREFLIGHT_HEADERS).send() : undefined;
  });

  app.addHook('onResponse', async (request, reply) => {
    if (request.addressCharge) options.addressBudget.settle(request.addressCharge, reply.statusCode);
    accessLog.info(accessLine(request, reply.statusCode), 'request');
  });
}

/** No body, no token, no query string: what is not here cannot leak from a log. */
export function accessLine(request: FastifyRequest, status: number) {
  return {
    requestId: request.id,
    method: request.method,
    path: loggedPath(pathOf(request.raw.url ?? '')),
    status,
    durationMs: Math.round((performance.now() - request.arrivedAtMs) * 100) / 100,
    clientAddress: request.clientAddress,
  };
}

function pathOf(target: string): string {
  return target.split('?', 1).join('');
}

function joined(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}

/** The parts of a request that name its target host. */
interface RequestTarget {
  /** The request line's target as received. */
  readonly target: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
}

/**
 * Refuses requests meant for another name: the defence against DNS rebinding and against pages of other sites.
 * Every URL of ours comes from the configured origin, so a request under another name is a mistake or an attack.
 * A missing `Origin` passes: programs send none, and the few endpoints for pages of other sites have lost theirs.
 *
 * @throws AppError edge.bad_target, edge.wrong_host, edge.wrong_origin
 * @see 2026-07-28 basic/transports/streamable-http, "Security & Endpoint"
 */
function checkTarget(request: RequestTarget, own: URL): void {
  if (!request.target.startsWith('/')) throw new AppError('edge.bad_target');
  if (request.host?.toLowerCase() !== own.host)
    throw new AppError('edge.wrong_host', { data: { expected: own.origin } });
  if (request.origin !== undefined && request.origin !== own.origin) throw new AppError('edge.wrong_origin');
}
