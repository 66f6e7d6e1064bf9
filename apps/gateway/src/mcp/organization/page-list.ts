import { createHash } from 'node:crypto';
import { STREAM_LIMITS } from '@patchbay/foundation/limits';
import { isJsonObject, type JsonObject, type JsonValue, type ListMethod } from '@patchbay/mcp';

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
export function pageOf(list: JsonObject, method: ListMethod, cursor: JsonValue | undefined): JsonObject | null {
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
