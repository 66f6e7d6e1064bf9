import { ADMIN_SCOPES } from '@patchbay/domain/organizations';
import { type Clock, COMMAND_LINE_CLIENT, isId } from '@patchbay/foundation';
import { type Account, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { adminAudience, isAdminResource } from '../http/admin-resource.ts';
import type { AccountGrants } from './account-grants.ts';
import { mayAskForAdminApi } from './command-line.ts';
import type { ProviderClient } from './provider-types.ts';

export interface AdminGrantsDeps {
  readonly origin: string;
  readonly accountGrants: Pick<AccountGrants, 'find'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** The admin API as the authorization server sees it: who may ask for it, and which grants are still good. */
export class AdminGrants {
  readonly #deps: AdminGrantsDeps;
  /** The grant of a request at the token endpoint, once `findAccount` has found it. */
  readonly #found = new WeakMap<KoaContextWithOIDC, string>();

  constructor(deps: AdminGrantsDeps) {
    this.#deps = deps;
  }

  /** `aud` of its tokens. */
  get audience(): string {
    return adminAudience(this.#deps.origin);
  }

  /** Whether the indicator names it. */
  isNamedBy(indicator: unknown): boolean {
    return isAdminResource(indicator, this.#deps.origin);
  }

  /**
   * Its scopes, for a client that may ask for it. Device codes are for the command line and this resource alone: a code
   * that is typed for anything else would be a way round its consent page.
   *
   * @throws errors.InvalidTarget for every other client, and for device codes of every other resource
   */
  admit(context: KoaContextWithOIDC, indicator: string, client: ProviderClient): { readonly scope: string } | null {
    const isNamed = this.isNamedBy(indicator);
    if (context.oidc.route === 'device_authorization') {
      const isOurs = client.clientId === COMMAND_LINE_CLIENT.id && indicator === this.audience;
      if (!isOurs) throw new errors.InvalidTarget('device codes are for the admin API and its command line alone');
    }
    if (!isNamed) return null;
    if (!mayAskForAdminApi(client)) {
      throw new errors.InvalidTarget('the admin API is for the command line and for clients an owner made for it');
    }
    return { scope: ADMIN_SCOPES.join(' ') };
  }

  /** Whether the grant is one for the admin API, by its id alone. */
  isOne(grantId: string | undefined): grantId is string {
    return grantId !== undefined && isId('accountGrant', grantId);
  }

  /** The person of a code or refresh token, while the grant is in force. Membership is looked at with each request. */
  async findAccount(context: KoaContextWithOIDC, personId: string, grantId: string): Promise<Account | undefined> {
    const facts = await this.#deps.accountGrants.find(grantId, this.#deps.clock.now());
    if (facts === null || facts.person.id !== personId) return undefined;
    this.#found.set(context, grantId);
    const { params } = context.oidc;
    // The provider compares texts.
    if (params !== undefined && this.isNamedBy(params.resource)) params.resource = this.audience;
    return { accountId: personId, claims: () => ({ sub: personId }) };
  }

  /** The grant's id in an access token; null for a token of another resource. */
  claimsOf(context: KoaContextWithOIDC): { readonly grant_id: string } | null {
    const id = this.#found.get(context);
    return id === undefined ? null : { grant_id: id };
  }
}
