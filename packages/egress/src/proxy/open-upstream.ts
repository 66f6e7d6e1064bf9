import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@patchbay/foundation';
import { bounded } from '../bounded.ts';
import type { EgressLimits } from '../egress-limits.ts';
import type { AuthorisedRequest } from './authorise-request.ts';
import { hasBody } from './read-body.ts';

export interface Destination {
  readonly url: URL;
  readonly port: number;
  /** The one address that was checked. */
  readonly address: string;
  readonly sent: AuthorisedRequest;
  readonly limits: EgressLimits;
  readonly authorities: readonly string[] | undefined;
}

/** Sends the request on a connection of its own. @throws AppError `egress.upstream_failed`, `egress.limit_exceeded` */
export function openUpstream(request: IncomingMessage, destination: Destination): Promise<IncomingMessage> {
  const { url, port, address, sent, limits, authorities } = destination;
  const isTls = url.protocol === 'https:';
  const options: RequestOptions & { servername?: string; ca?: string[] } = {
    host: address,
    port,
    method: request.method,
    path: sent.path,
    headers: sent.headers,
    agent: false,
    timeout: limits.idleMs,
    maxHeaderSize: limits.headerBytes,
    setHost: false,
    signal: AbortSignal.timeout(limits.totalMs),
  };
  if (isTls && isIP(url.hostname) === 0) options.servername = url.hostname;
  if (isTls && authorities) options.ca = [...authorities];
  return new Promise((resolve, reject) => {
    const upstream = (isTls ? requestHttps : requestHttp)(options, resolve);
    upstream.on('timeout', () => upstream.destroy(new Error('timed out')));
    upstream.on('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code ?? error.message;
      reject(new AppError('egress.upstream_failed', { detail: `${url.host}: ${reason}.`, cause: error }));
    });
    request.once('close', () => {
      if (!request.complete) upstream.destroy();
    });
    if (sent.body || !hasBody(request)) return void upstream.end(sent.body);
    pipeline(request, bounded(limits.requestBytes, 'The request'), upstream).catch(reject);
  });
}
