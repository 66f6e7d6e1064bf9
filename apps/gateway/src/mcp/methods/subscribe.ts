import { STREAM_LIMITS } from '@patchbay/foundation/limits';
import { invalidParams, type McpRequest, methodNotFound, own } from '@patchbay/mcp';
import { type Answer, faultAnswer, resultAnswer } from '../context/answer.ts';
import { type Handler, isOffered } from './method.ts';

const URI_LENGTH_MAX = STREAM_LIMITS.resourceUri.value;

/** Follows one resource for a session. @see 2025-11-25 server/resources, "Subscriptions" */
export const subscribe: Handler = async ({ services, session, caller: { access } }, request, row) => {
  if (!session || !isOffered(row, access.manifest)) return notFound(request);
  const uri = uriOf(request);
  if (uri === null) return noUri(request);
  if (!access.ownerOf(uri)?.manifest.resourceUpdates) {
    return faultAnswer(invalidParams(request.id, `No connector here publishes changes of ${uri}`, { uri }));
  }
  await services.sessions.store.remember(session.claims, { subscribe: uri });
  void services.followResources(access, [uri]);
  return resultAnswer(request, {});
};

/** Its connector is not notified: others may follow the same. */
export const unsubscribe: Handler = async ({ services, session, caller: { access } }, request, row) => {
  if (!session || !isOffered(row, access.manifest)) return notFound(request);
  const uri = uriOf(request);
  if (uri === null) return noUri(request);
  await services.sessions.store.remember(session.claims, { unsubscribe: uri });
  return resultAnswer(request, {});
};

function uriOf({ params }: McpRequest): string | null {
  const uri = own(params, 'uri');
  return typeof uri === 'string' && uri.length <= URI_LENGTH_MAX ? uri : null;
}

function noUri({ id }: McpRequest): Answer {
  return faultAnswer(invalidParams(id, 'params.uri must be a resource URI'));
}

function notFound({ id, method, era }: McpRequest): Answer {
  return faultAnswer(methodNotFound(id, method, era));
}
