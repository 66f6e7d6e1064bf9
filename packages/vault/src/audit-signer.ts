import { createHmac } from 'node:crypto';
import type { KeySource } from './key-source.ts';
import type { WriterKind } from './purposes.ts';

/** Signs a writer's audit rows with a key of its own, derived from the master key (RFC 5869) and never handed out. */
export interface AuditSigner {
  readonly id: string;
  /** @param message as the audit log writes it: what it is, its format, and the hash of the row */
  sign(message: Uint8Array): Uint8Array;
}

/** The key id at the end of a writer's id. A writer without one has the key 0. */
const KEY_ID = /\.k(\d{1,10})$/;

/**
 * @param kind of the writer; a process of another role does not get its key
 * @param start unique for the life of the process, such as a UUID: the same writer never counts twice
 */
export async function createAuditSigner(keySource: KeySource, kind: WriterKind, start: string): Promise<AuditSigner> {
  const { current } = await keySource.keyIds();
  const id = `${kind}-${start}.k${current}`;
  const key = await keySource.deriveKey('audit:writer', current, id);
  return { id, sign: (message) => createHmac('sha256', key).update(message).digest() };
}

/** The id of the master key that a writer's key was derived from. Its context is the writer's whole id. */
export function keyIdOfWriter(writerId: string): number {
  return Number(KEY_ID.exec(writerId)?.[1] ?? 0);
}
