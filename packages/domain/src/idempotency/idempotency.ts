import { AppError } from '@patchbay/foundation';
import { RETENTION } from '@patchbay/foundation/limits';
import type { Tx } from '../database/index.ts';

export interface IdempotentRequest {
  /** The caller's Idempotency-Key, 1 to 255 visible ASCII characters. */
  readonly key: string;
  /** The caller: person or API key id. The same key of another caller is another key. */
  readonly callerId: string;
  /** Method, path and SHA-256 of the body, together: what the key was used for. */
  readonly fingerprint: string;
  /** Fields of the answer that open something: they are not kept, and null in the answer to a repetition. */
  readonly withheld?: readonly string[] | undefined;
}

export interface StoredAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Runs `work` once per key and keeps its answer for 24 hours, in the transaction of the change: when `work` throws,
 * nothing is kept and the key can be used again. A second request with the same key waits for the first one's end.
 *
 * @see draft-ietf-httpapi-idempotency-key-header
 * @throws AppError `data.idempotency_key_reused` when the key came with another request
 */
export async function once(
  tx: Tx,
  question: IdempotentRequest,
  work: () => Promise<StoredAnswer>,
): Promise<StoredAnswer & { readonly replayed: boolean }> {
  const { key, callerId, fingerprint } = question;
  const id = { organizationId_callerId_key: { ...tx.scope, callerId, key } };
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))::text`, [
    `idempotency ${tx.scope.organizationId} ${callerId} ${key}`,
  ]);
  const stored = await tx.prisma.idempotencyKey.findUnique({ where: id });
  if (stored !== null && stored.createdAt.getTime() > Date.now() - RETENTION.idempotencyKeys.value * 3_600_000) {
    if (stored.fingerprint !== fingerprint) throw new AppError('data.idempotency_key_reused');
    return { status: stored.status, body: stored.body, replayed: true };
  }
  const answer = await work();
  // As the next reader will see it: what JSON cannot carry is gone already in the first answer.
  const body = JSON.parse(JSON.stringify(answer.body ?? null));
  const withheld = new Set(question.withheld);
  const kept = JSON.parse(JSON.stringify(body, (field, value) => (withheld.has(field) ? null : value)));
  const row = { fingerprint, status: answer.status, body: kept, createdAt: new Date() };
  await tx.prisma.idempotencyKey.upsert({ where: id, create: { ...tx.scope, callerId, key, ...row }, update: row });
  return { status: answer.status, body, replayed: false };
}
