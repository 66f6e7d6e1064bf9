import type { Tx } from '../database/index.ts';

export interface IdempotencyQuestion {
  /** The caller's Idempotency-Key, 1 to 255 visible ASCII characters. */
  readonly key: string;
  /** Who sent it: person or API key id. The same key of another caller is another key. */
  readonly callerId: string;
  /** `POST /organizations/…/connectors` and SHA-256 of the body, together: what the key was used for. */
  readonly fingerprint: string;
}

export interface StoredAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Runs `work` once per key and keeps its answer for 24 hours, in the transaction of the change.
 *
 * @throws AppError `admin.idempotency_key_reused` — defined by the admin API's catalogue as `data.idempotency_key_reused`
 */
export declare function once(
  tx: Tx,
  question: IdempotencyQuestion,
  work: () => Promise<StoredAnswer>,
): Promise<StoredAnswer & { readonly replayed: boolean }>;
