import type { Page, PageRequest } from '@patchbay/foundation';
import type { Actor } from '../audit/index.ts';
import type { Tx } from '../database/index.ts';

export const AUTH_MODES = ['api_key', 'none'] as const;
export type AuthMode = (typeof AUTH_MODES)[number];

export interface Connector {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly authMode: AuthMode;
  /** Grows with every change of secrets or settings; part of the isolation key. */
  readonly settingsRevision: number;
  readonly liveVersionId: string | null;
  readonly liveVersionNumber: number | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Set while it is out of service and can be restored. */
  readonly deletedAt: Date | null;
  readonly purgeAfter: Date | null;
}

/** @throws AppError `connectors.slug_taken`, `connectors.slug_retired`, `connectors.slug_invalid`, `connectors.slug_reserved` */
export declare function createConnector(
  tx: Tx,
  actor: Actor,
  input: { readonly slug: string; readonly name?: string; readonly authMode?: AuthMode },
): Promise<Connector>;
/** By id or by present or earlier slug; deleted ones are found by id only. Null when there is none. */
export declare function findConnector(tx: Tx, slugOrId: string): Promise<Connector | null>;
/** As `findConnector`. @throws AppError `connectors.not_found` */
export declare function getConnector(tx: Tx, slugOrId: string): Promise<Connector>;
/** By present or earlier slug. @throws AppError `connectors.not_found` */
export declare function getConnectorBySlug(tx: Tx, slug: string): Promise<Connector>;
/** By creation, newest first; without deleted ones unless asked. */
export declare function listConnectors(
  tx: Tx,
  page: PageRequest,
  filter?: { readonly includeDeleted?: boolean },
): Promise<Page<Connector>>;
export declare function updateConnector(
  tx: Tx,
  actor: Actor,
  id: string,
  patch: { readonly name?: string | undefined; readonly authMode?: AuthMode | undefined },
): Promise<Connector>;
/** The old slug stays an alias of this connector for ever. */
export declare function renameConnector(tx: Tx, actor: Actor, id: string, slug: string): Promise<Connector>;
/** Out of service at once, restorable for 30 days. */
export declare function deleteConnector(tx: Tx, actor: Actor, id: string): Promise<Connector>;
/** @throws AppError `connectors.not_deleted` */
export declare function restoreConnector(tx: Tx, actor: Actor, id: string): Promise<Connector>;
