import { createHmac, hkdfSync } from 'node:crypto';
import type { KeySource } from './key-source.ts';

/** Signs a writer's audit rows with a key of its own, derived from the master key (RFC 5869) and never handed out. */
export interface AuditSigner {
  readonly id: string;
  /** @param message as the audit log writes it: what it is, its format, and the hash of the row */
  sign(message: Uint8Array): Uint8Array;
}

/** `writerId` must be unique for the life of the process: the same writer never counts twice. */
export async function createAuditSigner(keySource: KeySource, writerId: string): Promise<AuditSigner> {
  const masterKey = await keySource.masterKey();
  const key = Buffer.from(hkdfSync('sha256', masterKey, 'patchbay audit writer', writerId, 32));
  masterKey.fill(0);
  return { id: writerId, sign: (message) => createHmac('sha256', key).update(message).digest() };
}
