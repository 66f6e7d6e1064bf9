export { type AuditSigner, createAuditSigner } from './audit-signer.ts';
export type { SealBinding } from './binding.ts';
export type { KeyIds, KeySource } from './key-source.ts';
export { createKeyedHash, type KeyedHash } from './keyed-hash.ts';
export { fileKeySource, localKeySource } from './local-key-source.ts';
export { createStateSealer, type StateSealer } from './state-sealer.ts';
export { createTokenSigner, type TokenSigner } from './token-signer.ts';
export { createVault, type DataKeyStore, type Vault, type VaultOptions } from './vault.ts';
export { VaultError } from './vault-error.ts';
