import type { ServerResponse } from 'node:http';
import { faultMessage, honoredFilter, invalidParams, type McpRequest, readSubscriptionFilter } from '@patchbay/mcp';
import type { Access } from '../context/access.ts';
import { ListenStream } from '../subscriptions/listen-stream.ts';
import type { ListenStreams } from '../subscriptions/listen-streams.ts';
import type { Answer } from './call.ts';

export const LISTEN_METHOD = 'subscriptions/listen';

export interface ListenTarget {
  readonly response: ServerResponse;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the client takes text/event-stream. */
  readonly mayStream: boolean;
  readonly access: Access;
  reauthorize(): Promise<Access>;
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
  const { access } = target;
  const honored = honoredFilter(asked, access.manifest);
  const filter = {
    ...honored,
    resourceSubscriptions: honored.resourceSubscriptions.filter((uri) => access.ownerOf(uri)?.manifest.resourceUpdates),
  };
  const stream = new ListenStream({ ...target, request, filter, manifest: access.manifest });
  await streams.open({ ...target, stream, followed: async () => filter.resourceSubscriptions });
  return null;
}
