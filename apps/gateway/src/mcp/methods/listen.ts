import { honoredFilter, invalidParams, readSubscriptionFilter } from '@patchbay/mcp';
import { faultAnswer } from '../context/answer.ts';
import { ListenStream } from '../subscriptions/listen-stream.ts';
import type { Handler } from './method.ts';

/**
 * Opens the stream of one `subscriptions/listen` request, which then owns the response.
 *
 * @throws AppError limits.streams
 */
export const listen: Handler = async ({ services, caller, answer }, request) => {
  const asked = readSubscriptionFilter(request.params);
  if (!asked) return faultAnswer(invalidParams(request.id, 'params.notifications must be a subscription filter'));
  if (!caller.head.acceptsEvents) {
    const problem = 'subscriptions/listen is answered as text/event-stream: accept it';
    return faultAnswer(invalidParams(request.id, problem));
  }
  const { manifest, ownerOf } = caller.access;
  const honored = honoredFilter(asked, manifest);
  const followed = honored.resourceSubscriptions.filter((uri) => ownerOf(uri)?.manifest.resourceUpdates);
  const { response, headers } = answer;
  const stream = new ListenStream({
    response,
    headers,
    request,
    filter: { ...honored, resourceSubscriptions: followed },
    manifest,
    explain: (error) => answer.explain(error),
  });
  await services.listenStreams.open({
    response,
    stream,
    access: caller.access,
    reauthorize: caller.reauthorize,
    followed: async () => followed,
  });
  return null;
};
