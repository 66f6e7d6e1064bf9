import type { Endpoint } from '@patchbay/domain/endpoints';
import type { GroupReference } from '@patchbay/domain/groups';
import type { Role } from '@patchbay/domain/organizations';
import type { GrantedScopes } from '@patchbay/mcp';
import type { VerifiedCaller } from './verified-caller.ts';

/** The authenticated caller of one endpoint. Made here and nowhere else; policy, limits and records read only this. */
export interface Principal {
  readonly kind: 'person' | 'service_account' | 'anonymous';
  readonly organizationId: string;
  readonly userId?: string;
  readonly serviceAccountId?: string;
  /** For the connector's context; null when the connector does not know its caller. */
  readonly user: { readonly id: string; readonly email: string | null; readonly name: string | null } | null;
  readonly roles: readonly Role[];
  /** Policies use the id, which stays when a group is renamed; connectors get the name. */
  readonly groups: readonly GroupReference[];
  /** The OAuth client; null where none is involved: callers with an API key, and anonymous ones. */
  readonly clientId: string | null;
  /** The API key or grant that proved the caller; null for anonymous callers. Its end ends this principal. */
  readonly credentialId: string | null;
  /** The grant behind an access token; null for every other credential. */
  readonly grantId: string | null;
  /** The scopes that were granted. A key that lists none, and a caller whom no key is asked of, have all. */
  readonly scopes: GrantedScopes;
  /** The one resource the caller is known for: canonical path of the endpoint. */
  readonly resource: string;
  /** Under which limits count, and what a queue shares. The same for all requests of one caller. */
  readonly limitKey: string;
}

/** The scope of a principal: an endpoint, or the URL of a whole organization. */
export type PrincipalTarget = Pick<Endpoint, 'organizationId' | 'resource'>;

/** The principal of a caller whom the target let in. */
export function principalOf(caller: VerifiedCaller, target: PrincipalTarget): Principal {
  const { organizationId, resource } = target;
  const common = { organizationId, resource, credentialId: caller.credentialId };
  switch (caller.kind) {
    case 'api_key': {
      const { apiKey, person, roles, groups } = caller.key;
      const { serviceAccountId, scopes } = apiKey;
      return {
        ...common,
        kind: person ? 'person' : 'service_account',
        ...(person && { userId: person.id }),
        ...(serviceAccountId !== null && { serviceAccountId }),
        user: person,
        roles,
        groups,
        clientId: null,
        grantId: null,
        scopes: scopes.length === 0 ? 'all' : scopes,
        limitKey: `${organizationId} ${person?.id ?? serviceAccountId ?? apiKey.id}`,
      };
    }
    case 'token': {
      const { person, roles, groups, clientId, scopes, credentialId: grantId } = caller;
      const limitKey = `${organizationId} ${person.id}`;
      const granted = { clientId, grantId, scopes };
      return { ...common, ...granted, kind: 'person', userId: person.id, user: person, roles, groups, limitKey };
    }
    case 'anonymous':
      return { ...common, ...NOBODY, limitKey: `${organizationId} anonymous ${caller.address}` };
  }
}

const NOBODY = {
  kind: 'anonymous',
  user: null,
  roles: [],
  groups: [],
  clientId: null,
  grantId: null,
  scopes: 'all',
} as const;

/**
 * The subject of the principal, independent of the credential: the id of a person or service account, '' for an
 * anonymous caller.
 */
export function subjectOf({ userId, serviceAccountId }: Pick<Principal, 'userId' | 'serviceAccountId'>): string {
  return userId ?? serviceAccountId ?? '';
}
