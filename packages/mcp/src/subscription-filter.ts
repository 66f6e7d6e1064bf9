import { STREAM_LIMITS } from '@patchbay/foundation/limits';
import { META } from './classify-message.ts';
import { notificationMessage } from './envelope.ts';
import { type JsonObject, objectAt, own } from './json.ts';
import { type ManifestView, offers } from './manifest.ts';
import type { RpcId } from './rpc-errors.ts';

/** The events that one `subscriptions/listen` stream delivers. Each kind is opt-in: no other may be sent on it. */
export interface SubscriptionFilter {
  readonly toolsListChanged: boolean;
  readonly promptsListChanged: boolean;
  readonly resourcesListChanged: boolean;
  readonly resourceSubscriptions: readonly string[];
}

const LIST_FLAGS = {
  'notifications/tools/list_changed': 'toolsListChanged',
  'notifications/prompts/list_changed': 'promptsListChanged',
  'notifications/resources/list_changed': 'resourcesListChanged',
} as const satisfies Record<string, keyof SubscriptionFilter>;

/** Notifications of changed lists. */
export type ListChangedMethod = keyof typeof LIST_FLAGS;

const FLAGS = Object.values(LIST_FLAGS);
/** Resources one stream may follow; what a client of a person watches at once is far below. */
const RESOURCES_MAX = STREAM_LIMITS.followedResources.value;
const URI_LENGTH_MAX = STREAM_LIMITS.resourceUri.value;

/** The filter of a `subscriptions/listen` request, or null when it has another shape than the protocol gives it. */
export function readSubscriptionFilter(params: JsonObject): SubscriptionFilter | null {
  const asked = objectAt(params, 'notifications');
  if (asked === undefined) return null;
  const flags = FLAGS.map((flag) => own(asked, flag) ?? false);
  const uris = own(asked, 'resourceSubscriptions') ?? [];
  if (!flags.every((flag) => typeof flag === 'boolean')) return null;
  if (!Array.isArray(uris) || uris.length > RESOURCES_MAX) return null;
  const resourceSubscriptions = uris.filter((uri): uri is string => typeof uri === 'string');
  if (resourceSubscriptions.length < uris.length) return null;
  if (resourceSubscriptions.some((uri) => uri.length > URI_LENGTH_MAX)) return null;
  const [toolsListChanged = false, promptsListChanged = false, resourcesListChanged = false] = flags;
  return { toolsListChanged, promptsListChanged, resourcesListChanged, resourceSubscriptions };
}

/**
 * The part of the filter that this connector delivers. Lists change by activations of every connector; resources only
 * if it declares that it notifies of them.
 */
export function honoredFilter(asked: SubscriptionFilter, manifest: ManifestView): SubscriptionFilter {
  return {
    toolsListChanged: asked.toolsListChanged && offers(manifest, 'tools'),
    promptsListChanged: asked.promptsListChanged && offers(manifest, 'prompts'),
    resourcesListChanged: asked.resourcesListChanged && offers(manifest, 'resources'),
    resourceSubscriptions: manifest.resourceUpdates ? [...new Set(asked.resourceSubscriptions)] : [],
  };
}

/** Whether the stream asked for this notification. `uri` belongs to resource updates. */
export function filterAccepts(filter: SubscriptionFilter, method: string, uri?: string): boolean {
  if (Object.hasOwn(LIST_FLAGS, method)) return filter[LIST_FLAGS[method as ListChangedMethod]]; // just checked
  return (
    method === 'notifications/resources/updated' && uri !== undefined && filter.resourceSubscriptions.includes(uri)
  );
}

/** Always the first message of a stream. */
export function acknowledgedMessage(id: RpcId, honored: SubscriptionFilter) {
  const { resourceSubscriptions } = honored;
  const notifications: JsonObject = {
    ...Object.fromEntries(FLAGS.filter((flag) => honored[flag]).map((flag) => [flag, true])),
    ...(resourceSubscriptions.length > 0 && { resourceSubscriptions: [...resourceSubscriptions] }),
  };
  return subscriptionMessage(id, 'notifications/subscriptions/acknowledged', { notifications });
}

/** A notification on the stream that request `id` opened. */
export function subscriptionMessage(id: RpcId, method: string, params: JsonObject = {}) {
  return notificationMessage(method, { ...params, _meta: { [META.subscriptionId]: id } });
}

/** The result that ends a stream in order: the client may open another one. */
export function subscriptionEnd(id: RpcId, manifest: ManifestView): JsonObject {
  return { resultType: 'complete', _meta: { [META.serverInfo]: manifest.server, [META.subscriptionId]: id } };
}

/** Which lists differ between two manifests of one connector. */
export function changedLists(before: ManifestView, after: ManifestView): ListChangedMethod[] {
  const differs = (...fields: readonly (keyof ManifestView)[]) =>
    fields.some((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
  const changed: ListChangedMethod[] = [];
  if (differs('tools')) changed.push('notifications/tools/list_changed');
  if (differs('prompts')) changed.push('notifications/prompts/list_changed');
  if (differs('resources', 'resourceTemplates')) changed.push('notifications/resources/list_changed');
  return changed;
}
