/** Log lines that connectors wrote while they served calls. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type LogLine, listLogLines } from '@patchbay/domain/logs';
import { AppError, text } from '@patchbay/foundation';
import { z } from 'zod';
import type { Caller } from '../access/caller.ts';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { scopeOf } from '../definition/endpoint.ts';
import { connectorOf } from './connector-parts.ts';
import { ConnectorParams, Cursor, Instant, LogLevel, PageQuery, pageOf } from './parts.ts';

const TAG = 'Logs';

export const ConnectorLogLine = z
  .object({
    id: z.string(),
    at: Instant,
    level: LogLevel,
    source: z.enum(['connector', 'stderr', 'platform']),
    text: z.string(),
    requestId: z.string().nullable(),
    versionNumber: z.number().int().nullable(),
    hidden: z.boolean().meta({ description: 'Another person’s sandbox wrote it: its text is withheld.' }),
  })
  .meta({ id: 'ConnectorLogLine' });

const Filter = z.object({
  level: LogLevel.optional().meta({ description: 'This level and above.' }),
  requestId: text().max(64).optional(),
});

/** Between two looks for new lines. */
const LOOK_MS = 400;
const BATCH_MAX = 200;

function present(line: LogLine) {
  return {
    id: String(line.sequence),
    at: line.at.toISOString(),
    level: line.level,
    source: line.source,
    text: line.text,
    requestId: line.requestId ?? null,
    versionNumber: line.versionNumber,
    hidden: line.hidden,
  };
}

/** Lines of other people's sandboxes come without text; a key reads as its person. */
const readerOf = (caller: Caller) => caller.person?.id ?? null;

/** @throws AppError `admin.invalid_request` for a cursor that is not one of this list */
export function sequenceOf(cursor: string | undefined): bigint | null {
  if (cursor === undefined) return null;
  if (!/^\d{1,18}$/.test(cursor))
    throw new AppError('admin.invalid_request', { detail: 'The cursor is not of this list.' });
  return BigInt(cursor);
}

export const listConnectorLog = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector/logs',
  summary: 'Read log lines, oldest first; without a cursor the newest ones',
  tag: TAG,
  permission: 'logs:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: ConnectorParams,
  query: PageQuery.extend(Filter.shape),
  reply: pageOf(ConnectorLogLine, 'ConnectorLogPage'),
}).inTransaction(async (tx, call) => {
  const connector = await connectorOf(tx, call);
  const { cursor, limit, level, requestId } = call.query;
  const filter = { level, requestId, reader: readerOf(call.caller) };
  const lines = await listLogLines(tx, connector.id, { after: sequenceOf(cursor), limit }, filter);
  // A log has no last page: the cursor leads to what comes next, even when nothing has come yet.
  const last = lines.at(-1);
  return { items: lines.map(present), nextCursor: last ? String(last.sequence) : (cursor ?? null) };
});

export const watchConnectorLog = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector/logs/events',
  summary: 'Follow log lines as they arrive',
  tag: TAG,
  permission: 'logs:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: ConnectorParams,
  query: Filter.extend({ cursor: Cursor.optional() }),
  events: { log: ConnectorLogLine },
}).stream(connectorOf, async function* (call, deps, signal) {
  const scope = scopeOf(call);
  const { cursor, level, requestId } = call.query;
  const filter = { level, requestId, reader: readerOf(call.caller) };
  let after = sequenceOf(cursor);
  while (!signal.aborted) {
    const position = { after, limit: after === null ? 20 : BATCH_MAX };
    const lines = await deps.database.withOrganization(scope, async (tx) => {
      const connector = await connectorOf(tx, call);
      return listLogLines(tx, connector.id, position, filter);
    });
    for (const line of lines) yield { event: 'log', id: String(line.sequence), data: present(line) };
    after = lines.at(-1)?.sequence ?? after ?? 0n;
    if (lines.length < BATCH_MAX) await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
});
