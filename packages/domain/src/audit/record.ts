import type { Tx } from '../database/index.ts';
import type { Actor } from './actor.ts';
import type { AuditAction } from './audit-actions.ts';

export interface AuditRecord {
  readonly actor: Actor;
  readonly action: AuditAction;
  readonly target: { readonly type: string; readonly id: string };
  /** What changed, as plain JSON. Never a secret's value. */
  readonly before?: unknown;
  readonly after?: unknown;
  readonly requestId?: string | undefined;
}

/** Adds one audit row (and its outbox row) to the transaction of the change. Returns the event's id. */
export declare function record(tx: Tx, entry: AuditRecord): Promise<string>;
