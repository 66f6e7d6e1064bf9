import type { Client } from 'oidc-provider';

/** Properties that the provider sets and its types do not name. */
export interface ProviderClient extends Client {
  /** Set for clients whose metadata is a document at their id. */
  readonly clientIdMetadataDocument?: boolean;
  /** The organization whose owner made the client; it is good for that organization's resources only. */
  readonly organization_id?: string;
  /** The secret before the present one, while it is accepted too. */
  readonly previous_secret?: string;
  /** Whether a secret is the client's. */
  compareClientSecret(secret: string): boolean;
  /** Whether an owner made it for the admin API too. */
  readonly admin_api?: boolean;
}
