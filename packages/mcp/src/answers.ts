import { META } from './classify-message.ts';
import { type JsonObject, objectAt } from './json.ts';
import { type ManifestView, offers } from './manifest.ts';
import { type Era, negotiateRevision, SUPPORTED_REVISIONS } from './revisions.ts';

/**
 * Answers that need no process: initialize, discover and the lists, from the manifest recorded at deploy time.
 * `ttlMs` is how long a client may reuse one; short, because an activation changes it without a notice.
 * @see 2026-07-28 server/utilities/caching
 */
const TTL_MS = 60_000;
/** Sent for lists that change while a version runs. */
const DYNAMIC_TTL_MS = 5_000;

/** Private, because what a list holds depends on what the caller may use. */
function cacheFields({ dynamic }: ManifestView): JsonObject {
  return { ttlMs: dynamic ? DYNAMIC_TTL_MS : TTL_MS, cacheScope: 'private' };
}

export type ListMethod = 'tools/list' | 'prompts/list' | 'resources/list' | 'resources/templates/list';

const LIST_FIELDS = {
  'tools/list': 'tools',
  'prompts/list': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resourceTemplates',
} as const satisfies Record<ListMethod, keyof ManifestView>;

export function isListMethod(method: string): method is ListMethod {
  return Object.hasOwn(LIST_FIELDS, method);
}

/** The declared capabilities, without those the platform does not serve yet (list changes, subscriptions). */
export function capabilitiesOf(manifest: ManifestView): JsonObject {
  return {
    ...(offers(manifest, 'tools') && { tools: {} }),
    ...(offers(manifest, 'prompts') && { prompts: {} }),
    ...(offers(manifest, 'resources') && { resources: {} }),
    ...(manifest.completions && { completions: {} }),
  };
}

/**
 * The same, with the changes that clients subscribe to with `subscriptions/listen`, or receive on the GET stream of a
 * session.
 */
function listenedCapabilities(manifest: ManifestView): JsonObject {
  const declared = capabilitiesOf(manifest);
  return {
    ...declared,
    // Every list changes with an activation, whether or not the connector declares it.
    ...(declared.tools !== undefined && { tools: { listChanged: true } }),
    ...(declared.prompts !== undefined && { prompts: { listChanged: true } }),
    ...(declared.resources !== undefined && {
      resources: { listChanged: true, ...(manifest.resourceUpdates && { subscribe: true }) },
    }),
  };
}

/** @see 2025-11-25 basic/lifecycle */
export function initializeResult(manifest: ManifestView, requestedRevision: unknown): JsonObject {
  return {
    protocolVersion: negotiateRevision(requestedRevision),
    // Always present: log lines of a connector reach clients that subscribe to them.
    capabilities: { ...listenedCapabilities(manifest), logging: {} },
    serverInfo: manifest.server,
    ...(manifest.instructions !== undefined && { instructions: manifest.instructions }),
  };
}

/** @see 2026-07-28 server/discover */
export function discoverResult(manifest: ManifestView): JsonObject {
  return completed(manifest, {
    supportedVersions: [...SUPPORTED_REVISIONS],
    capabilities: listenedCapabilities(manifest),
    ...(manifest.instructions !== undefined && { instructions: manifest.instructions }),
    ...cacheFields(manifest),
  });
}

/** One list. The era decides whether it carries the fields of 2026-07-28. */
export function listResult(manifest: ManifestView, method: ListMethod, era: Era): JsonObject {
  const field = LIST_FIELDS[method];
  const list: JsonObject = { [field]: manifest[field] };
  return era === 'legacy' ? list : completed(manifest, { ...list, ...cacheFields(manifest) });
}

/**
 * A result in the form of 2026-07-28: `resultType`, and the server in `_meta`. Fields of the connector take precedence.
 */
export function completed(manifest: ManifestView, result: JsonObject): JsonObject {
  const meta = objectAt(result, '_meta') ?? {};
  return { resultType: 'complete', ...result, _meta: { [META.serverInfo]: manifest.server, ...meta } };
}

/**
 * A modern result of `resources/read`, which must state how long it may be cached; without a statement of the
 * connector, not at all.
 */
export function readResult(manifest: ManifestView, result: JsonObject): JsonObject {
  return { ttlMs: 0, cacheScope: 'private', ...completed(manifest, result) };
}

/** The same result for a client of 2025, which knows none of the new fields. */
export function legacyResult(result: JsonObject): JsonObject {
  const { resultType: _type, ttlMs: _ttl, cacheScope: _scope, ...rest } = result;
  return rest;
}
