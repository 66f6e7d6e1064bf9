/** Consent to the administration: a page of its own, and a grant that belongs to the person and to no organization. */
import type { Database } from '@patchbay/domain';
import { adminScopeText, getOrganization, isAdminScope } from '@patchbay/domain/organizations';
import { AppError, COMMAND_LINE_CLIENT, DASHBOARD_PAGES, newId } from '@patchbay/foundation';
import { formatLimit, OAUTH_LIMITS } from '@patchbay/foundation/limits';
import type { Provider } from 'oidc-provider';
import { adminAudience, isAdminResource } from '../http/admin-resource.ts';
import type { FormValues } from '../identity/form-page.ts';
import type { SignedIn } from '../identity/identity.ts';
import type { AccountGrants } from './account-grants.ts';
import { renderAdminConsentPage } from './admin-consent-page.ts';
import { shownName } from './client-metadata.ts';
import { mayAskForAdminApi } from './command-line.ts';
import { deviceRequestOf } from './device-request.ts';
import type { ProviderClient } from './provider-types.ts';
import { formActionOf, shownRedirect } from './redirect-uri.ts';

export interface AdminConsentDeps {
  readonly origin: string;
  readonly database: Database;
  readonly accountGrants: Pick<AccountGrants, 'insert'>;
}

/** A request for the admin API that a signed-in person is looking at. */
export interface AdminConsentRequest {
  readonly provider: Provider;
  readonly interaction: Awaited<ReturnType<Provider['interactionDetails']>>;
  readonly signedIn: SignedIn;
  /** The address of the person's browser. */
  readonly address: string;
}

/** Whether the request is for the admin API. */
export function asksForAdminApi({ interaction }: Pick<AdminConsentRequest, 'interaction'>, origin: string): boolean {
  return isAdminResource(interaction.params.resource, origin);
}

/** The page, and where its form may lead. @throws AppError `oauth.resource_gone`, `oauth.not_a_member` */
export async function renderAdminConsent(
  deps: AdminConsentDeps,
  asked: AdminConsentRequest,
  formToken: string,
): Promise<{ readonly html: string; readonly formAction: string }> {
  const { client, scopes, organizationIds, redirectUri, device } = await findAsked(deps, asked);
  const names = await organizationNames(deps.database, asked.signedIn.person.id, organizationIds);
  const html = renderAdminConsentPage({
    client: { name: shownName(client.clientName), isCommandLine: client.clientId === COMMAND_LINE_CLIENT.id },
    answer:
      device === null
        ? { kind: 'redirect', to: shownRedirect(redirectUri) }
        : { kind: 'device', to: device.address ?? 'an unknown address' },
    organizations: names,
    isLimited: organizationIds.length > 0,
    person: asked.signedIn.person,
    scopes: scopes.map((name) => ({ name, text: adminScopeText(name) })),
    lasts:
      device === null ? `${formatLimit(OAUTH_LIMITS.grant)} after the last use` : formatLimit(OAUTH_LIMITS.accessToken),
    endAt: deps.origin + DASHBOARD_PAGES.account,
    formToken,
  });
  return { html, formAction: device === null ? `'self' ${formActionOf(redirectUri)}` : "'self'" };
}

/**
 * A new grant for each consent: ending the sign-in of one computer leaves that of another.
 *
 * @returns its id; null when nothing was ticked
 */
export async function saveAdminConsent(
  deps: AdminConsentDeps,
  asked: AdminConsentRequest,
  values: FormValues,
): Promise<string | null> {
  const { provider, signedIn } = asked;
  const { client, scopes, organizationIds, device } = await findAsked(deps, asked);
  const granted = scopes.filter((name) => values[`scope:${name}`] === 'yes');
  if (granted.length === 0) return null;
  const declined = scopes.filter((name) => !granted.includes(name));
  const audience = adminAudience(deps.origin);
  const { id: personId } = signedIn.person;
  const id = newId('accountGrant');
  const now = new Date();
  const grant = new provider.Grant({ accountId: personId, clientId: client.clientId });
  const seconds = device === null ? OAUTH_LIMITS.grantMost.value * 86_400 : OAUTH_LIMITS.accessToken.value;
  Object.assign(grant, {
    jti: id,
    exp: Math.floor(now.getTime() / 1_000) + seconds,
    resources: { [audience]: granted.join(' ') },
    rejected: declined.length === 0 ? undefined : { resources: { [audience]: declined.join(' ') } },
  });
  await deps.accountGrants.insert(
    {
      id,
      personId,
      clientId: client.clientId,
      clientName: shownName(client.clientName),
      organizationIds,
      scopes: granted,
      byDeviceCode: device !== null,
      clientAddress: device?.address ?? asked.address,
    },
    now,
  );
  await grant.save();
  return id;
}

async function findAsked({ database }: AdminConsentDeps, { provider, interaction, signedIn }: AdminConsentRequest) {
  const { client_id, redirect_uri, scope } = interaction.params;
  // With the properties that its types do not name.
  const client = (await provider.Client.find(String(client_id))) as ProviderClient | undefined;
  if (client === undefined || !mayAskForAdminApi(client)) throw new AppError('oauth.resource_gone');
  const scopes = String(scope ?? '')
    .split(' ')
    .filter(isAdminScope);
  const organizationIds = limitOf(client, signedIn.session.organizationIds);
  const memberships = await database.lookups.findPersonMemberships(signedIn.person.id);
  const isMember = memberships.some(({ organizationId }) => organizationIds.includes(organizationId));
  if (organizationIds.length > 0 && !isMember) throw new AppError('oauth.not_a_member');
  const device = await deviceRequestOf(provider, interaction);
  return { client, scopes, organizationIds, device, redirectUri: String(redirect_uri) };
}

/**
 * The organizations that a grant is limited to, empty for none: that of the client, and those that the sign-in opens. Pure.
 *
 * @throws AppError `oauth.not_a_member` when the two exclude each other
 */
export function limitOf(
  { organization_id: owner }: Pick<ProviderClient, 'organization_id'>,
  opened: readonly string[] | null,
): readonly string[] {
  if (owner === undefined) return opened ?? [];
  if (opened !== null && !opened.includes(owner)) throw new AppError('oauth.not_a_member');
  return [owner];
}

async function organizationNames(database: Database, personId: string, limit: readonly string[]): Promise<string[]> {
  const memberships = await database.lookups.findPersonMemberships(personId);
  const reached = memberships.filter(({ organizationId }) => limit.length === 0 || limit.includes(organizationId));
  const found = await Promise.all(reached.map((scope) => database.withOrganization(scope, getOrganization)));
  return found
    .filter(({ deletedAt }) => deletedAt === null)
    .map(({ name }) => name)
    .sort((one, other) => one.localeCompare(other));
}
