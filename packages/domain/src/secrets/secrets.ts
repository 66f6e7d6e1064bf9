import type { Secret } from '@patchbay/foundation';
import type { Vault } from '@patchbay/vault';
import type { Actor } from '../audit/index.ts';
import type { Tx } from '../database/index.ts';

export interface SecretName {
  readonly name: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface NewSecret {
  readonly connectorId: string;
  /** `^[A-Z][A-Z0-9_]{0,63}$` */
  readonly name: string;
  /** 1 byte to 32 KiB. */
  readonly value: Secret;
  readonly requestId?: string | undefined;
}

/** Seals the value, bumps the connector's settings revision and announces it: in force for the next call. */
export declare function setSecret(tx: Tx, actor: Actor, vault: Vault, input: NewSecret): Promise<SecretName>;
/** @throws AppError `secrets.not_found` */
export declare function deleteSecret(
  tx: Tx,
  actor: Actor,
  input: { readonly connectorId: string; readonly name: string; readonly requestId?: string | undefined },
): Promise<void>;
export declare function listSecretNames(tx: Tx, connectorId: string): Promise<readonly SecretName[]>;
/** Name to value, for the moment a sandbox is specialised. @throws AppError `secrets.unreadable` */
export declare function openSecrets(tx: Tx, vault: Vault, connectorId: string): Promise<Record<string, string>>;
