import type { Page, PageRequest } from '@patchbay/foundation';
import type { Tx } from '../database/index.ts';
import type { Actor } from './actor.ts';
import type { AuditAction } from './audit-actions.ts';

export interface AuditEvent {
  readonly id: string;
  readonly at: Date;
  readonly action: AuditAction;
  readonly actor: Actor;
  readonly target: { readonly type: string; readonly id: string };
  readonly before: unknown;
  readonly after: unknown;
  readonly requestId: string | null;
  readonly writerId: string;
  readonly writerSequence: bigint;
}

/** Newest first. */
export declare function listAuditEvents(tx: Tx, page: PageRequest): Promise<Page<AuditEvent>>;
