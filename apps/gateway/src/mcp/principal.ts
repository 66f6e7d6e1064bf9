import type { VerifiedApiKey } from '@patchbay/domain/api-keys';
import type { Endpoint } from '@patchbay/domain/endpoints';
import type { Role } from '@patchbay/domain/organizations';

/** The authenticated caller of one endpoint. Made here and nowhere else; policy, limits and records read only this. */
export interface Principal {
  readonly kind: 'person' | 'service_account' | 'anonymous';
  readonly organizationId: string;
  readonly userId?: string;
  readonly serviceAccountId?: string;
  /** For the connector's context; null when the connector does not know its caller. */
  readonly user: { readonly id: string; readonly email: string | null; readonly name: string | null } | null;
  readonly roles: readonly Role[];
  readonly groups: readonly string[];
  /** The OAuth client, or the API key that stands for one; null for anonymous callers. */
  readonly clientId: string | null;
  readonly scopes: readonly string[];
  readonly grantId?: string;
  /** The one resource the caller is known for: canonical path of the endpoint. */
  readonly resource: string;
  /** Under which limits count, and what a queue shares. The same for all requests of one caller. */
  readonly limitKey: string;
}

export function principalOfApiKey(key: VerifiedApiKey, { resource }: Pick<Endpoint, 'resource'>): Principal {
  const { apiKey, person } = key;
  return {
    kind: person ? 'person' : 'service_account',
    organizationId: key.organizationId,
    ...(person && { userId: person.id }),
    ...(apiKey.serviceAccountId !== null && { serviceAccountId: apiKey.serviceAccountId }),
    user: person,
    roles: key.roles,
    groups: [],
    clientId: apiKey.id,
    scopes: apiKey.scopes,
    resource,
    limitKey: `${key.organizationId} ${person?.id ?? apiKey.serviceAccountId ?? apiKey.id}`,
  };
}

/** The caller of a connector that asks nobody who they are. Its address only serves to share limits out. */
export function anonymousPrincipal(endpoint: Endpoint, address: string): Principal {
  return {
    kind: 'anonymous',
    organizationId: endpoint.organizationId,
    user: null,
    roles: [],
    groups: [],
    clientId: null,
    scopes: [],
    resource: endpoint.resource,
    limitKey: `${endpoint.organizationId} anonymous ${address}`,
  };
}
