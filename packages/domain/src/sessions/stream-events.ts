import { Secret } from '@patchbay/foundation';
import { RETENTION, STREAM_LIMITS } from '@patchbay/foundation/limits';
import type { SealBinding, Vault } from '@patchbay/vault';
import type { Tx } from '../database/index.ts';
import { dataKeyStore } from '../secrets/index.ts';

/**
 * Streams of calls that can be resumed, and their messages: input requests, the client's answers, the result. Messages
 * are stored sealed, for ten minutes.
 */

export interface McpStreamKey {
  readonly sessionId: string;
  readonly id: string;
}

/** The caller and tool of its call; null for a stream without one, or from before this was recorded. */
export interface McpStreamSubject {
  readonly connectorId: string | null;
  readonly tool: string | null;
}

export interface McpStreamView {
  /** JSON-RPC id of the call. */
  readonly requestId: string | number;
  readonly subject: McpStreamSubject;
  readonly isFinished: boolean;
  /** Whether some gateway still works on the call. */
  readonly isAlive: boolean;
  /** Messages as JSON text, oldest first. */
  readonly events: readonly { readonly sequence: number; readonly text: string }[];
}

/** Messages of one stream; a call with more is refused. */
const EVENTS_MAX = STREAM_LIMITS.sessionMessages.value;

/** Opens the stream of one call. `leaseMs`: for how long it counts as alive without a further word. */
export async function openStream(
  tx: Tx,
  stream: McpStreamKey,
  call: { readonly requestId: string | number; readonly subject: McpStreamSubject; readonly leaseMs: number },
): Promise<void> {
  await tx.query(
    `INSERT INTO app.mcp_session_streams (organization_id, session_id, id, request_id, alive_until, connector_id, tool)
     VALUES ($1, $2, $3, $4::jsonb, now() + $5 * interval '1 millisecond', $6, $7)`,
    [
      ...[tx.scope.organizationId, stream.sessionId, stream.id, JSON.stringify(call.requestId), call.leaseMs],
      ...[call.subject.connectorId, call.subject.tool],
    ],
  );
}

/** Its gateway still lives. */
export async function extendStream(tx: Tx, stream: McpStreamKey, leaseMs: number): Promise<void> {
  await tx.query(
    `UPDATE app.mcp_session_streams SET alive_until = now() + $4 * interval '1 millisecond'
     WHERE organization_id = $1 AND session_id = $2 AND id = $3 AND finished_at IS NULL`,
    [tx.scope.organizationId, stream.sessionId, stream.id, leaseMs],
  );
}

export async function finishStream(tx: Tx, stream: McpStreamKey): Promise<void> {
  await tx.query(
    `UPDATE app.mcp_session_streams SET finished_at = now(), alive_until = now()
     WHERE organization_id = $1 AND session_id = $2 AND id = $3`,
    [tx.scope.organizationId, stream.sessionId, stream.id],
  );
}

/** Keeps one message. `questionId` names a question, so that its answer finds it. */
export async function appendEvent(
  tx: Tx,
  vault: Vault,
  stream: McpStreamKey,
  event: { readonly sequence: number; readonly text: string; readonly questionId?: string },
): Promise<void> {
  if (event.sequence > EVENTS_MAX) throw new Error(`stream ${stream.id} holds ${EVENTS_MAX} events already`);
  const binding = bindingOf(tx, `${stream.sessionId}/${stream.id}/${event.sequence}`, 'sealed');
  const sealed = await vault.seal(binding, new Secret(event.text), dataKeyStore(tx));
  await tx.query(
    `INSERT INTO app.mcp_session_events (organization_id, session_id, stream_id, sequence, sealed, question_id)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [
      tx.scope.organizationId,
      stream.sessionId,
      stream.id,
      event.sequence,
      Buffer.from(sealed),
      event.questionId ?? null,
    ],
  );
}

/** Messages after `after`, or null when the stream is unknown or expired. */
export async function readStream(
  tx: Tx,
  vault: Vault,
  stream: McpStreamKey,
  after: number,
): Promise<McpStreamView | null> {
  const scope = [tx.scope.organizationId, stream.sessionId, stream.id];
  const [head] = await tx.query<Omit<McpStreamView, 'events' | 'subject'> & McpStreamSubject>(
    `SELECT connector_id AS "connectorId", tool, request_id AS "requestId", finished_at IS NOT NULL AS "isFinished", alive_until > now() AS "isAlive"
     FROM app.mcp_session_streams WHERE organization_id = $1 AND session_id = $2 AND id = $3
       AND (created_at > now() - make_interval(secs => $4) OR alive_until > now() - make_interval(secs => $4))`,
    [...scope, RETENTION.sessionStreams.value],
  );
  if (!head) return null;
  const rows = await tx.query<{ sequence: number; sealed: Uint8Array }>(
    `SELECT sequence, sealed FROM app.mcp_session_events
     WHERE organization_id = $1 AND session_id = $2 AND stream_id = $3 AND sequence > $4 ORDER BY sequence`,
    [...scope, after],
  );
  const events = await Promise.all(
    rows.map(async ({ sequence, sealed }) => {
      const binding = bindingOf(tx, `${stream.sessionId}/${stream.id}/${sequence}`, 'sealed');
      return { sequence, text: (await vault.open(binding, sealed, dataKeyStore(tx))).reveal() };
    }),
  );
  const { connectorId, tool, ...rest } = head;
  return { ...rest, subject: { connectorId, tool }, events };
}

/** Keeps the client's answer, once. False when no such question is open in this session. */
export async function answerQuestion(
  tx: Tx,
  vault: Vault,
  question: { readonly sessionId: string; readonly questionId: string },
  text: string,
): Promise<boolean> {
  const binding = bindingOf(tx, `${question.sessionId}/${question.questionId}`, 'sealed_answer');
  const sealed = await vault.seal(binding, new Secret(text), dataKeyStore(tx));
  const rows = await tx.query(
    `UPDATE app.mcp_session_events SET sealed_answer = $4
     WHERE organization_id = $1 AND session_id = $2 AND question_id = $3 AND sealed_answer IS NULL RETURNING sequence`,
    [tx.scope.organizationId, question.sessionId, question.questionId, Buffer.from(sealed)],
  );
  return rows.length > 0;
}

/** The answers that came so far, by question, as JSON text. */
export async function readAnswers(
  tx: Tx,
  vault: Vault,
  sessionId: string,
  questionIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ questionId: string; sealed: Uint8Array }>(
    `SELECT question_id AS "questionId", sealed_answer AS sealed FROM app.mcp_session_events
     WHERE organization_id = $1 AND session_id = $2 AND question_id = ANY ($3::text[]) AND sealed_answer IS NOT NULL`,
    [tx.scope.organizationId, sessionId, [...questionIds]],
  );
  const entries = rows.map(async ({ questionId, sealed }) => {
    const binding = bindingOf(tx, `${sessionId}/${questionId}`, 'sealed_answer');
    return [questionId, (await vault.open(binding, sealed, dataKeyStore(tx))).reveal()] as const;
  });
  return new Map(await Promise.all(entries));
}

function bindingOf(tx: Tx, record: string, column: 'sealed' | 'sealed_answer'): SealBinding {
  const scope = { kind: 'organization', organizationId: tx.scope.organizationId } as const;
  return { scope, record, field: `mcp_session_events.${column}` };
}
