import { createHash, type Hash } from 'node:crypto';
import { AppError } from '@patchbay/foundation';
import type { ArtifactAddress, Digest } from './artifact-store.ts';

export function digestOf(hash: Hash): Digest {
  return `sha256:${hash.digest('hex')}`;
}

/** The digest under which the store keeps these bytes. */
export function digestBytes(bytes: Uint8Array): Digest {
  return digestOf(createHash('sha256').update(bytes));
}

/** Code that differs from its digest never leaves the store, however the disk or bucket changed it. */
export function verified(address: ArtifactAddress, bytes: Buffer): Buffer {
  if (digestBytes(bytes) === address.digest) return bytes;
  throw new AppError('artifacts.damaged', { internal: `${address.organizationId} ${address.digest}` });
}
