import { AppError } from '@patchbay/foundation';

/** SHA-256 of the bytes: `sha256:` and 64 hexadecimal digits. */
export type Digest = `sha256:${string}`;

/**
 * One stored file. A digest alone never addresses one: two organizations that store the same bytes have two files, so
 * that a digest reveals and opens nothing.
 */
export interface ArtifactAddress {
  readonly organizationId: string;
  readonly digest: string;
}

export interface StoredArtifact {
  readonly digest: Digest;
  readonly bytes: number;
}

export interface ListedArtifact extends ArtifactAddress {
  /** When it was last put: putting the same bytes again counts. */
  readonly storedAt: Date;
}

export interface PutOptions {
  /** Refused with `artifacts.too_large` as soon as one byte more arrives. */
  readonly bytesMax: number;
}

/** Immutable files by (organization, digest). Putting the same bytes again changes nothing. */
export interface ArtifactStore {
  /**
   * Stores bytes and returns their digest. Once it resolves they survive a crash.
   *
   * @throws AppError `artifacts.too_large`, `artifacts.no_space`, `artifacts.unavailable`
   */
  put(
    organizationId: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    options: PutOptions,
  ): Promise<StoredArtifact>;
  /** The bytes, checked against the digest. @throws AppError `artifacts.not_found`, `artifacts.damaged` */
  get(address: ArtifactAddress): Promise<Buffer>;
  has(address: ArtifactAddress): Promise<boolean>;
  /** Removes the file; nothing happens when there is none. */
  remove(address: ArtifactAddress): Promise<void>;
  /** Every file there is, in no order. May take long. @throws AppError `artifacts.unavailable` */
  list(): AsyncIterable<ListedArtifact>;
  /** Removes what writers that died left of uploads begun before this time. */
  removeUnfinished(before: Date): Promise<void>;
  /** Resolves when the store answers; for `/health`. */
  ping(): Promise<void>;
}

const ORGANIZATION = /^org_[0-9a-z]{1,60}$/;
const DIGEST = /^sha256:([0-9a-f]{64})$/;

/** The path of an address, from checked parts only, so that no id can climb out of the store. */
export function pathOf({ organizationId, digest }: ArtifactAddress): string {
  return `${folderOf(organizationId)}/${hexOf(digest)}`;
}

export function folderOf(organizationId: string): string {
  if (!ORGANIZATION.test(organizationId)) throw new TypeError('not an organization id');
  return organizationId;
}

/** The address a path names; null for what the store did not put there. */
export function addressOf(path: string): ArtifactAddress | null {
  const [organizationId = '', hex = '', ...rest] = path.split('/');
  const digest = `sha256:${hex}`;
  return rest.length === 0 && ORGANIZATION.test(organizationId) && DIGEST.test(digest)
    ? { organizationId, digest }
    : null;
}

function hexOf(digest: string): string {
  const hex = DIGEST.exec(digest)?.[1];
  if (hex === undefined) throw new AppError('artifacts.not_found', { internal: 'not a sha256 digest' });
  return hex;
}
