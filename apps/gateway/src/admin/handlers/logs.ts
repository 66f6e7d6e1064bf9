import { setTimeout as sleep } from 'node:timers/promises';
import { type LogLine, listLogLines } from '@patchbay/domain/logs';
import { AppError } from '@patchbay/foundation';
import type { Caller } from '../caller.ts';
import * as endpoints from '../endpoints/logs.ts';
import { handleInTransaction, handleStream, scopeOf } from '../handler.ts';
import { connectorOf } from './connectors.ts';

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

export const list = handleInTransaction(endpoints.listConnectorLog, async (tx, call) => {
  const connector = await connectorOf(tx, call);
  const { cursor, limit, level, requestId } = call.query;
  const filter = { level, requestId, reader: readerOf(call.caller) };
  const lines = await listLogLines(tx, connector.id, { after: sequenceOf(cursor), limit }, filter);
  // A log has no last page: the cursor leads to what comes next, even when nothing has come yet.
  const last = lines.at(-1);
  return { items: lines.map(present), nextCursor: last ? String(last.sequence) : (cursor ?? null) };
});

export const watch = handleStream(endpoints.watchConnectorLog, connectorOf, async function* (call, deps, signal) {
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
