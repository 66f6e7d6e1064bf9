import type { ServerResponse } from 'node:http';
import { faultMessage, honoredFilter, invalidParams, type McpRequest, readSubscriptionFilter } from '@patchbay/mcp';
import type { Exchange } from '../call.ts';
import type { Answer } from '../serve-request.ts';
import type { ListenStreams, Permission } from './listen-streams.ts';

export const LISTEN_METHOD = 'subscriptions/listen';

export interface ListenTarget {
  readonly response: ServerResponse;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the client takes text/event-stream. */
  readonly mayStream: boolean;
  reauthorize(): Promise<Permission>;
  explain(error: unknown): object;
}

/**
 * Opens the stream of one `subscriptions/listen` request, which then belongs to the streams.
 *
 * @returns null when the response was taken over, else what to answer instead
 * @throws AppError limits.streams
 */
export async function answerListen(
  streams: ListenStreams,
  exchange: Exchange,
  request: McpRequest,
  target: ListenTarget,
): Promise<Answer | null> {
  const asked = readSubscriptionFilter(request.params);
  const problem = !asked
    ? 'params.notifications must be a subscription filter'
    : target.mayStream
      ? null
      : 'subscriptions/listen is answered as text/event-stream: accept it';
  if (!asked || problem !== null) {
    const fault = invalidParams(request.id, problem ?? '');
    return { httpStatus: fault.httpStatus, message: faultMessage(fault) };
  }
  await streams.open({
    ...target,
    request,
    filter: honoredFilter(asked, exchange.manifest),
    permission: { endpoint: exchange.endpoint, principal: exchange.principal },
  });
  return null;
}
