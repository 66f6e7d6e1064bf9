import { createHash } from 'node:crypto';
import type { Actor } from './actor.ts';

/**
 * How an audit row is hashed and signed. The row names its format, so that rows can be proved after a later one came:
 *
 * 1. The hash is over the canonical JSON of the body; the signature is over the hash alone.
 * 2. The body names its format, and the signature is over a text that names its subject and format, so that the key
 *    never signs 32 opaque bytes.
 */
export const AUDIT_FORMAT = 2;
export const AUDIT_FORMATS = [1, 2] as const;
export type AuditFormat = (typeof AUDIT_FORMATS)[number];

export interface AuditBody {
  readonly id: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly action: string;
  readonly actor: Actor;
  readonly target: { readonly type: string; readonly id: string };
  readonly before: unknown;
  readonly after: unknown;
  readonly requestId: string | null;
  readonly organizationId: string;
  readonly writerId: string;
  readonly writerSequence: bigint;
  readonly previousHash: Uint8Array;
}

/** SHA-256 over the canonical JSON of every field of the row, including its number in the writer's sequence. */
export function hashOfBody(body: AuditBody, format: AuditFormat): Uint8Array {
  const text = canonicalJson({
    ...body,
    writerSequence: body.writerSequence.toString(),
    previousHash: Buffer.from(body.previousHash).toString('base64url'),
    ...(format > 1 && { format }),
  });
  return createHash('sha256').update(text).digest();
}

/** The text that a writer signs for a row. */
export function signedMessage(format: AuditFormat, bodyHash: Uint8Array): Uint8Array {
  return format === 1 ? bodyHash : Buffer.concat([Buffer.from(`audit row ${format}\n`), bodyHash]);
}

/** JSON with sorted keys and no spaces, so that a value read back from a `jsonb` column hashes as it did when written. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(JSON.parse(JSON.stringify(value ?? null))));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
