import { AppError, Secret } from '@patchbay/foundation';
import type { SealBinding, Vault } from '@patchbay/vault';
import { z } from 'zod';
import type { Tx } from '../database/index.ts';
import { dataKeyStore } from '../secrets/index.ts';

const secret = z.string().min(1).max(16_384);

/** The sealed text, as JSON. Dates are ISO 8601. */
const Stored = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('oauth2'),
    accessToken: secret,
    refreshToken: secret.nullable(),
    tokenType: z.string().max(40),
    expiresAt: z.iso.datetime().nullable(),
    scopes: z.array(z.string().max(200)).max(200),
  }),
  z.strictObject({ kind: z.literal('api_key'), key: secret }),
  z.strictObject({ kind: z.literal('basic'), user: z.string().max(320), password: z.string().max(16_384) }),
]);
type Stored = z.output<typeof Stored>;

/** Tokens of RFC 6749 §5.1, as the provider issued them. */
export interface OAuthCredential {
  readonly kind: 'oauth2';
  readonly accessToken: Secret;
  readonly refreshToken: Secret | null;
  /** As the provider spells it; almost always `bearer`. */
  readonly tokenType: string;
  /** When the access token expires; null where the provider does not state it. */
  readonly expiresAt: Date | null;
  readonly scopes: readonly string[];
}

/** The secret of a connection. */
export type Credential =
  | OAuthCredential
  | { readonly kind: 'api_key'; readonly key: Secret }
  /** RFC 7617. */
  | { readonly kind: 'basic'; readonly user: string; readonly password: Secret };

/** Bound to the organization, the row and its column: in another row it does not open. */
export async function sealCredential(
  tx: Tx,
  vault: Vault,
  id: string,
  credential: Credential,
): Promise<Buffer<ArrayBuffer>> {
  const text = new Secret(JSON.stringify(toStored(credential)));
  return Buffer.from(await vault.seal(credentialBinding(tx, id), text, dataKeyStore(tx)));
}

/** @throws AppError `connections.unreadable` when anything at all is not as it was sealed */
export async function openCredential(tx: Tx, vault: Vault, id: string, sealed: Uint8Array): Promise<Credential> {
  try {
    const text = await vault.open(credentialBinding(tx, id), sealed, dataKeyStore(tx));
    return toCredential(Stored.parse(JSON.parse(text.reveal())));
  } catch (cause) {
    // A parser's message may quote what it read.
    throw new AppError('connections.unreadable', { internal: `credential of ${id}`, ...(isOurs(cause) && { cause }) });
  }
}

export function credentialBinding(tx: Tx, id: string): SealBinding {
  const { organizationId } = tx.scope;
  return { scope: { kind: 'organization', organizationId }, record: id, field: 'connections.credential' };
}

function toStored(credential: Credential): Stored {
  switch (credential.kind) {
    case 'oauth2':
      return {
        kind: 'oauth2',
        accessToken: credential.accessToken.reveal(),
        refreshToken: credential.refreshToken?.reveal() ?? null,
        tokenType: credential.tokenType,
        expiresAt: credential.expiresAt?.toISOString() ?? null,
        scopes: [...credential.scopes],
      };
    case 'api_key':
      return { kind: 'api_key', key: credential.key.reveal() };
    case 'basic':
      return { kind: 'basic', user: credential.user, password: credential.password.reveal() };
  }
}

function toCredential(stored: Stored): Credential {
  switch (stored.kind) {
    case 'oauth2':
      return {
        ...stored,
        accessToken: new Secret(stored.accessToken),
        refreshToken: stored.refreshToken === null ? null : new Secret(stored.refreshToken),
        expiresAt: stored.expiresAt === null ? null : new Date(stored.expiresAt),
      };
    case 'api_key':
      return { kind: 'api_key', key: new Secret(stored.key) };
    case 'basic':
      return { kind: 'basic', user: stored.user, password: new Secret(stored.password) };
  }
}

function isOurs(error: unknown): error is Error {
  return error instanceof Error && error.name === 'VaultError';
}
