import type { Database } from '@patchbay/domain';
import { unmetDemand } from '@patchbay/domain/connectors';
import { audienceOf } from '@patchbay/domain/endpoints';
import {
  findOpenGrant,
  type GrantDirectory,
  type GrantFacts,
  getGrant,
  isSignInAdmitted,
} from '@patchbay/domain/grants';
import { findMember, type Role } from '@patchbay/domain/organizations';
import type { Clock } from '@patchbay/foundation';
import type { Account, KoaContextWithOIDC } from 'oidc-provider';
import type { Identity } from '../identity/index.ts';
import type { AdminGrants } from './admin-grants.ts';
import { grantSignIn, ruleGrantSignIn } from './grant-sign-in.ts';
import type { ProtectedResource, ProtectedResources } from './protected-resources.ts';

export interface GrantChecksDeps {
  readonly origin: string;
  readonly database: Database;
  readonly grants: Pick<GrantDirectory, 'find' | 'findAgain' | 'noteUse'>;
  readonly resources: ProtectedResources;
  readonly adminGrants: Pick<AdminGrants, 'isOne' | 'findAccount' | 'claimsOf'>;
  readonly identity: Pick<Identity, 'findSession'>;
  readonly clock: Pick<Clock, 'now'>;
}

type Grant = InstanceType<KoaContextWithOIDC['oidc']['provider']['Grant']>;

/** Roles that may see a version that is not live. */
const PREVIEW_ROLES: ReadonlySet<Role> = new Set<Role>(['owner', 'admin', 'developer']);

/** Decides about grants for the provider: which one a request continues, and whether one is still valid. */
export class GrantChecks {
  readonly #deps: GrantChecksDeps;
  /** The grant of a request at the token endpoint, once `findAccount` has found it. */
  readonly #found = new WeakMap<KoaContextWithOIDC, GrantFacts>();

  constructor(deps: GrantChecksDeps) {
    this.#deps = deps;
  }

  /**
   * The person of a session; for a code or a refresh token only while everything that it depends on is unchanged:
   * membership, role, the connector and its demands, and that its URL still names the same record.
   */
  async findAccount(
    context: KoaContextWithOIDC,
    personId: string,
    token?: { readonly grantId?: string | undefined; readonly kind?: string },
  ): Promise<Account | undefined> {
    const account: Account = { accountId: personId, claims: () => ({ sub: personId }) };
    if (token === undefined) return account;
    const { adminGrants } = this.#deps;
    if (adminGrants.isOne(token.grantId)) return adminGrants.findAccount(context, personId, token.grantId);
    const facts = token.grantId === undefined ? null : await this.#findGrant(token.grantId, token.kind);
    if (facts === null || facts.person.id !== personId || this.#hasEnded(facts)) return undefined;
    if (!facts.isSignInAdmitted && !(await this.#isSignInAdmittedNow(facts))) return undefined;
    const resource = await this.#deps.resources.find(audienceOf(this.#deps.origin, facts.resourcePath));
    if (resource === null || !isSameRecord(facts, resource) || !mayUse(facts.roles, resource)) return undefined;
    if (unmetDemand(resource.demands, facts, this.#deps.clock.now()) !== null) return undefined;
    this.#found.set(context, facts);
    this.#deps.grants.noteUse(facts, this.#deps.clock.now());
    await this.#canonicalize(context);
    return account;
  }

  /** The grant that was just given, or the open one of this person, client and resource: never one for another resource. */
  async loadExistingGrant(context: KoaContextWithOIDC): Promise<Grant | undefined> {
    const { client, account, params, result, provider } = context.oidc;
    if (client === undefined || account === undefined) return undefined;
    const given = result?.consent?.grantId;
    if (given !== undefined) {
      const grant = await provider.Grant.find(given);
      return grant?.accountId === account.accountId && grant.clientId === client.clientId ? grant : undefined;
    }
    const resource = typeof params?.resource === 'string' ? await this.#deps.resources.find(params.resource) : null;
    if (resource === null) return undefined;
    const of = { personId: account.accountId, clientId: client.clientId, resourcePath: resource.path };
    const signedIn = await this.#deps.identity.findSession(context.req.headers);
    const open = await this.#deps.database.withOrganization(resource, async (tx) => {
      const found = await findOpenGrant(tx, of);
      const member = await findMember(tx, account.accountId);
      if (found === null || member === null || signedIn === null) return null;
      const ruling = await ruleGrantSignIn(tx, signedIn.session, member.role);
      const isAdmitted = ruling === 'admitted' || ruling === 'owner_exception';
      // Given by another kind of sign-in than the one now: the consent page keeps the present one.
      return isAdmitted && found.signIn === grantSignIn(signedIn.session, ruling) ? found : null;
    });
    if (
      open === null ||
      this.#hasEnded(open) ||
      // Given by another sign-in: consent by this one meets the demand.
      unmetDemand(resource.demands, open, this.#deps.clock.now()) !== null ||
      !isSameRecord({ ...open, organizationId: resource.organizationId }, resource)
    ) {
      return undefined;
    }
    const grant = await provider.Grant.find(open.id);
    // Scopes that were declined then are asked for again now.
    if (grant !== undefined) delete grant.rejected;
    return grant;
  }

  /** The ids of an access token's grant and resource, beside the URL in `aud`. @see RFC 9068 §2.2.3 */
  claimsOf(context: KoaContextWithOIDC): Record<string, string> {
    const admin = this.#deps.adminGrants.claimsOf(context);
    if (admin !== null) return { ...admin };
    const facts = this.#found.get(context);
    if (facts === undefined) throw new Error('an access token without a grant');
    return {
      organization_id: facts.organizationId,
      ...(facts.connectorId !== null && { connector_id: facts.connectorId }),
      ...(facts.versionId !== null && { version_id: facts.versionId }),
      grant_id: facts.id,
    };
  }

  /** A code comes straight from a consent, which may have changed the grant before the news of it has arrived here. */
  #findGrant(id: string, kind: string | undefined): Promise<GrantFacts | null> {
    const { grants } = this.#deps;
    return kind === 'AuthorizationCode' ? grants.findAgain(id) : grants.find(id);
  }

  /** A person who has just consented again exchanges the code before the news of it has arrived here. */
  async #isSignInAdmittedNow({ id, organizationId }: GrantFacts): Promise<boolean> {
    return this.#deps.database.withOrganization({ organizationId }, async (tx) =>
      isSignInAdmitted(tx, await getGrant(tx, id)),
    );
  }

  #hasEnded({ endedAt, expiresAt }: Pick<GrantFacts, 'endedAt' | 'expiresAt'>): boolean {
    return endedAt !== null || expiresAt <= this.#deps.clock.now();
  }

  /** The provider compares texts; the resource may be written in another case or with a slash at its end. */
  async #canonicalize({ oidc: { params } }: KoaContextWithOIDC): Promise<void> {
    if (typeof params?.resource !== 'string') return;
    const resource = await this.#deps.resources.find(params.resource);
    if (resource !== null) params.resource = resource.audience;
  }
}

/** Whether the URL still names what was consented to. */
function isSameRecord(
  grant: Pick<GrantFacts, 'organizationId' | 'connectorId' | 'versionId'>,
  resource: ProtectedResource,
): boolean {
  return (
    grant.organizationId === resource.organizationId &&
    grant.connectorId === resource.connectorId &&
    grant.versionId === resource.versionId
  );
}

/** Whether the roles suffice for the resource: a preview is for those who could make it live. Pure. */
export function mayUse(roles: readonly Role[], { versionId }: Pick<ProtectedResource, 'versionId'>): boolean {
  return versionId === null ? roles.length > 0 : roles.some((role) => PREVIEW_ROLES.has(role));
}
