export { type AuditSigner, createAuditSigner } from './audit-signer.ts';
export type { SealBinding } from './binding.ts';
export type { KeyIds, KeySource } from './key-source.ts';
export { createKeyedHash, type KeyedHash } from './keyed-hash.ts';
export { connectKeyholder } from './keyholder-client.ts';
export {
  type KeyholderAnswer,
  type KeyholderOperation,
  type KeyholderRequest,
  keyholderRequest,
  LINE_CHARACTERS_MAX,
} from './keyholder-protocol.ts';
export { type KeyLocation, localKeySource, openKeySource, readMasterKey } from './local-key-source.ts';
export { mayDerive, PEER_ROLES, type PeerRole } from './purposes.ts';
export type { ShredKeys } from './shred-keys.ts';
export { createStateSealer, type StateSealer } from './state-sealer.ts';
export { createTokenSigner, type TokenSigner } from './token-signer.ts';
export { createVault, type DataKeyStore, type Vault, type VaultOptions } from './vault.ts';
export { VaultError } from './vault-error.ts';
