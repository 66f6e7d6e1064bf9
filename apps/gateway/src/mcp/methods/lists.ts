import { createHash } from 'node:crypto';
import { STREAM_LIMITS } from '@patchbay/foundation/limits';
import {
  invalidParams,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type ListMethod,
  listResult,
  type McpRequest,
  methodNotFound,
  own,
  withinScopes,
} from '@patchbay/mcp';
import type { ConnectorAccess } from '../context/access.ts';
import { type Answer, faultAnswer, resultAnswer } from '../context/answer.ts';
import { ON_DEMAND_TOOLS } from '../organization/on-demand-tools.ts';
import type { OrganizationAccess, OrganizationView } from '../organization/organization-view.ts';
import { type Handler, isOffered } from './method.ts';

/** Bytes of one page. Clients read all pages; none of them has to be read at once. */
const PAGE_BYTES_MAX = STREAM_LIMITS.listPage.value;

const FIELDS = {
  'tools/list': 'tools',
  'prompts/list': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resourceTemplates',
} as const satisfies Record<ListMethod, string>;

/**
 * One page of a list. The cursor names the list it continues: when the list changed in between there is no such page,
 * and the client starts again.
 *
 * @returns null when the cursor is not of this list
 */
function pageOf(list: JsonObject, method: ListMethod, cursor: JsonValue | undefined): JsonObject | null {
  const field = FIELDS[method];
  const entries = Array.isArray(list[field]) ? list[field].filter(isJsonObject) : [];
  const sizes = entries.map((entry) => JSON.stringify(entry).length);
  const digest = createHash('sha256').update(JSON.stringify(entries)).digest('base64url').slice(0, 12);
  const start = cursor === undefined ? 0 : startOf(cursor, digest);
  if (start === null || (cursor !== undefined && start >= entries.length)) return null;
  let end = start;
  for (let bytes = 0; end < entries.length; end += 1) {
    bytes += sizes[end] ?? 0;
    if (bytes > PAGE_BYTES_MAX && end > start) break;
  }
  const page = { ...list, [field]: entries.slice(start, end) };
  return end < entries.length ? { ...page, nextCursor: `${digest}.${end}` } : page;
}

function startOf(cursor: JsonValue, digest: string): number | null {
  const match = typeof cursor === 'string' ? /^([A-Za-z0-9_-]{12})\.([1-9][0-9]{0,6})$/.exec(cursor) : null;
  return match?.[1] === digest ? Number(match[2]) : null;
}

/** A list of one connector: a single page, without what a policy or the caller's scopes keep from them. */
export const answerList: Handler<ConnectorAccess> = async ({ services, caller }, request, row) => {
  const { connectors, manifest, principal } = caller.access;
  // A connector's own lists have one page: no cursor was ever issued.
  if (own(request.params, 'cursor') !== undefined) return unknownCursor(request);
  if (!isOffered(row, manifest)) return faultAnswer(methodNotFound(request.id, request.method, request.era));
  const method = listMethodOf(request);
  const shown = method === 'tools/list' ? { ...manifest, tools: await services.visibleTools(connectors[0]) } : manifest;
  return resultAnswer(request, listResult(withinScopes(shown, principal.scopes), method, request.era));
};

/** A page of a list of everything that the caller may use in the organization. */
export const answerPage: Handler<OrganizationAccess> = ({ caller: { access } }, request) =>
  pageOfOrganization(access.view, request);

/** Pure. */
export function pageOfOrganization({ manifest, isOnDemand }: OrganizationView, request: McpRequest): Answer {
  const method = listMethodOf(request);
  const shown = method === 'tools/list' && isOnDemand ? { ...manifest, tools: [...ON_DEMAND_TOOLS] } : manifest;
  const page = pageOf(listResult(shown, method, request.era), method, own(request.params, 'cursor'));
  return page ? resultAnswer(request, page) : unknownCursor(request);
}

function listMethodOf({ method }: McpRequest): ListMethod {
  return method as ListMethod; // the rows of lists are the methods of this type
}

function unknownCursor({ id }: McpRequest): Answer {
  return faultAnswer(invalidParams(id, 'params.cursor is not of this list'));
}
