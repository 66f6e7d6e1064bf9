import type { Database } from '@patchbay/domain';
import {
  type Connection,
  type Credential,
  getConnection,
  type ProviderFacts,
  personOwner,
  saveConnection,
} from '@patchbay/domain/connections';
import type { GuardedFetch } from '@patchbay/egress/guarded-fetch';
import { AppError, newId, Secret } from '@patchbay/foundation';
import { checkPastedKey, fillCustomer, matchHost, PROVIDERS } from '@patchbay/providers';
import type { Vault } from '@patchbay/vault';
import type { FormValues } from '../identity/form-page.ts';
import { checkOwner } from './connect-context.ts';
import { type FoundAccount, findAccount } from './find-account.ts';
import type { UpstreamApplication, UpstreamClient } from './upstream-client.ts';

const DAY_MS = 86_400_000;

export interface SaveOptions {
  readonly database: Database;
  readonly vault: Vault;
  readonly fetch: GuardedFetch;
  readonly upstream: UpstreamClient;
}

export interface ProvedCredential {
  readonly organizationId: string;
  readonly facts: ProviderFacts;
  readonly ownerKind: 'person' | 'organization';
  readonly personId: string;
  readonly credential: Credential;
  readonly account: FoundAccount;
  readonly customer: string | null;
  readonly scopes: readonly string[];
  readonly connectionId: string | null;
  readonly connectorIds: readonly string[];
  readonly requestId: string;
}

/** Stores a credential whose account is known. @throws AppError `connections.*` where its owner may not have it (any more) */
export async function storeCredential({ database, vault }: SaveOptions, proved: ProvedCredential): Promise<Connection> {
  const { organizationId, facts, ownerKind, personId, credential, account, connectionId } = proved;
  checkPermitted(facts, ownerKind);
  const days = credential.kind === 'oauth2' ? (facts.oauth?.refresh?.absoluteDays ?? null) : null;
  return database.withOrganization({ organizationId }, async (tx) => {
    await checkOwner(tx, personId, ownerKind);
    const renewed = connectionId === null ? null : await getConnection(tx, connectionId);
    // Where the service names no account, each is another one unless the person renews one of theirs.
    const id = account.id ?? renewed?.accountId ?? `unstated:${newId('connectionRequest')}`;
    return saveConnection(
      tx,
      vault,
      { actor: { kind: 'person', personId }, requestId: proved.requestId },
      {
        provider: facts.id,
        owner: ownerKind === 'person' ? personOwner(personId) : { kind: 'organization' },
        credential,
        account: { id, label: account.label },
        host: hostOf(facts, proved.customer),
        scopes: proved.scopes,
        endsAt: days === null ? null : new Date(Date.now() + days * DAY_MS),
        idleDays: facts.oauth?.refresh?.idleDays ?? null,
        connectionId,
        connectorIds: proved.connectorIds,
      },
    );
  });
}

/** @throws AppError `connections.not_permitted` */
export function checkPermitted({ registration }: ProviderFacts, ownerKind: 'person' | 'organization'): void {
  const allows = registration?.allows ?? ['person'];
  if (!allows.includes(ownerKind)) throw new AppError('connections.not_permitted');
}

/**
 * The key of a form, which its provider has taken in a test request. It is sent nowhere before its prefix was looked at: a
 * key of another provider, or of this platform, stays here.
 *
 * @throws AppError `connections.key_refused`
 */
export async function proveKey(
  { fetch }: Pick<SaveOptions, 'fetch'>,
  facts: ProviderFacts,
  values: FormValues,
): Promise<{ readonly credential: Credential; readonly account: FoundAccount; readonly customer: string | null }> {
  const { key } = facts;
  if (key === null || key.account === null) throw new AppError('connections.not_permitted');
  const pasted = (values.key ?? '').trim();
  const ruling = checkPastedKey(pasted, { id: facts.id, prefixes: key.prefixes }, PROVIDERS);
  if (pasted === '' || /[\p{C}\p{Z}]/u.test(pasted) || !ruling.accepted) {
    throw new AppError('connections.key_refused', { detail: refusal(ruling) });
  }
  const { placement } = key;
  const user = (values.user ?? '').trim();
  const isBasic = placement.in === 'basic' && placement.username !== null;
  if (isBasic && (user === '' || /[:\p{C}]/u.test(user))) throw new AppError('connections.key_refused');
  const credential: Credential = isBasic
    ? { kind: 'basic', user: `${user}${placement.usernameSuffix}`, password: new Secret(pasted) }
    : { kind: 'api_key', key: new Secret(pasted) };
  const customer = customerOf(facts, values);
  const account = await findAccount(fetch, { request: key.account, credential, placement, customer });
  return { credential, account, customer };
}

/** The account of new tokens: by the provider's request, or by its userinfo endpoint (OpenID Connect Core §5.3). */
export async function accountOfTokens(
  { fetch, upstream }: Pick<SaveOptions, 'fetch' | 'upstream'>,
  application: UpstreamApplication,
  credential: Credential,
): Promise<FoundAccount> {
  const { facts, customer } = application;
  const { userinfo_endpoint: userinfo } = await upstream.serverOf(application);
  const ofUserinfo =
    userinfo === undefined
      ? null
      : { request: { method: 'GET' as const, url: userinfo, headers: {} }, id: ['/sub'], label: '/email' };
  const request = facts.account ?? ofUserinfo;
  if (request === null) return { id: null, label: facts.name };
  return findAccount(fetch, { request, credential, placement: null, customer });
}

/** The label of a customer, which can change nothing of the host but itself. @throws AppError `connections.key_refused` */
export function customerOf(facts: ProviderFacts, values: FormValues): string | null {
  if (facts.perCustomerHost === null) return null;
  const label = (values.customer ?? '').trim().toLowerCase();
  const host = hostOf(facts, label);
  const match = host === null ? null : matchHost(factsHosts(facts), host);
  if (match === null || !match.matches)
    throw new AppError('connections.key_refused', { detail: 'This is no name of a customer.' });
  return label;
}

function hostOf({ perCustomerHost }: ProviderFacts, customer: string | null): string | null {
  const template = perCustomerHost?.templates[0];
  return customer === null || template === undefined ? null : fillCustomer(template, customer);
}

function factsHosts({ credentialHosts, perCustomerHost }: ProviderFacts) {
  return { credentialHosts: [...credentialHosts], perCustomerHost: perCustomerHost ?? undefined };
}

function refusal(ruling: ReturnType<typeof checkPastedKey>): string {
  if (ruling.accepted) return 'A key is one line without spaces.';
  if ('expected' in ruling) return `Keys for this form begin with ${ruling.expected.join(' or ')}.`;
  const owner = ruling.owner === null ? 'this platform' : ruling.owner.name;
  return `It is a key of ${owner}. It was not sent anywhere.`;
}
