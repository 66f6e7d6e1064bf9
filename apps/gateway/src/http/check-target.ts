import { AppError } from '@patchbay/foundation';

/** The parts of a request that name its target host. */
export interface RequestTarget {
  /** The request line's target as received. */
  readonly target: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
}

/**
 * Refuses requests meant for another name: the defence against DNS rebinding and against pages of other sites.
 * Every URL of ours comes from the configured origin, so a request under another name is a mistake or an attack.
 * A missing `Origin` passes: programs send none.
 *
 * @throws AppError edge.bad_target, edge.wrong_host, edge.wrong_origin
 * @see 2026-07-28 basic/transports/streamable-http, "Security & Endpoint"
 */
export function checkTarget(request: RequestTarget, own: URL): void {
  if (!request.target.startsWith('/')) throw new AppError('edge.bad_target');
  if (request.host?.toLowerCase() !== own.host)
    throw new AppError('edge.wrong_host', { data: { expected: own.origin } });
  if (request.origin !== undefined && request.origin !== own.origin) throw new AppError('edge.wrong_origin');
}
