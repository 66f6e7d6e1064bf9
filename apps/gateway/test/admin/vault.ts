import type { Vault } from '@patchbay/vault';
export const testVault = (): Vault => undefined as never;
