import type { Connection as Row } from '../generated/client.ts';

/** How a connection proves itself at its provider. */
export type CredentialKind = 'oauth2' | 'api_key' | 'basic';

/** `needs_reconnect`: the provider refuses the credential, and only its person can renew it. `ended` is final. */
export type ConnectionStatus = 'active' | 'needs_reconnect' | 'ended';

/** One person's, or the organization's. */
export type ConnectionOwner =
  | { readonly kind: 'person'; readonly personId: string }
  | { readonly kind: 'organization' };

/** A link of one person, or of the organization, to one account at one provider. It holds no secret. */
export interface Connection {
  readonly id: string;
  /** Id of the catalogue, or of an own provider. */
  readonly provider: string;
  readonly owner: ConnectionOwner;
  readonly kind: CredentialKind;
  /** The account by an id that never changes at the provider; another account is another connection. */
  readonly accountId: string;
  readonly accountLabel: string;
  /** The exact host of a provider with a host per customer. */
  readonly host: string | null;
  readonly scopes: readonly string[];
  readonly status: ConnectionStatus;
  /** Why it needs its person or has ended: a code of the error catalogue, or who ended it, such as `member_removed`. */
  readonly statusReason: string | null;
  /** Grows with every write of the credential. */
  readonly credentialRevision: number;
  /** Whether calls use it where the person has several at the provider. */
  readonly isDefault: boolean;
  /** When the access token expires. */
  readonly expiresAt: Date | null;
  /** When the provider ends it, however often it is refreshed. */
  readonly endsAt: Date | null;
  readonly refreshAt: Date | null;
  readonly refreshFailures: number;
  readonly lastRefreshedAt: Date | null;
  readonly lastUnauthorizedAt: Date | null;
  /** To the day. */
  readonly lastUsedAt: Date | null;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

/** Without what is sealed. */
export function toConnection(row: Omit<Row, 'credential'>): Connection {
  const { id, provider, accountId, accountLabel, host, scopes, statusReason, credentialRevision, isDefault } = row;
  const { expiresAt, endsAt, refreshAt, refreshFailures, lastRefreshedAt, lastUnauthorizedAt, lastUsedAt } = row;
  const owner = row.personId === null ? ({ kind: 'organization' } as const) : personOwner(row.personId);
  return {
    id,
    provider,
    owner,
    kind: row.kind as CredentialKind, // a constraint of the table
    status: row.status as ConnectionStatus, // a constraint of the table
    accountId,
    accountLabel,
    host,
    scopes,
    statusReason,
    credentialRevision,
    isDefault,
    expiresAt,
    endsAt,
    refreshAt,
    refreshFailures,
    lastRefreshedAt,
    lastUnauthorizedAt,
    lastUsedAt,
    createdAt: row.createdAt,
    endedAt: row.endedAt,
  };
}

export function personOwner(personId: string): ConnectionOwner {
  return { kind: 'person', personId };
}

/** The columns by which rows of this owner are found. */
export function ownerColumns(owner: ConnectionOwner): { ownerKind: string; personId: string | null } {
  return { ownerKind: owner.kind, personId: owner.kind === 'person' ? owner.personId : null };
}
