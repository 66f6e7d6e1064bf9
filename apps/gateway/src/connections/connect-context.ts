import type { Database, Tx } from '@patchbay/domain';
import {
  type ConnectorNeeds,
  connectorNeeds,
  findProvider,
  type ListedConnection,
  listConnections,
  type ProviderFacts,
  type ReturnTarget,
} from '@patchbay/domain/connections';
import { findMember, getOrganization, permissionsOf } from '@patchbay/domain/organizations';
import { AppError, isId } from '@patchbay/foundation';
import type { FastifyRequest } from 'fastify';
import type { Identity } from '../identity/index.ts';
import { opensOrganization } from '../identity/sign-in-rule.ts';

export const CONNECTIONS_PATH = '/-/connections';

/** One provider on the page, with what connectors want of it and what there is. */
export interface ProviderNeed {
  readonly facts: ProviderFacts;
  readonly scopes: readonly string[];
  readonly connectors: readonly { readonly id: string; readonly name: string }[];
  readonly present: readonly ListedConnection[];
}

/** The page as its address and its reader have it. */
export interface ConnectContext {
  readonly organization: { readonly id: string; readonly slug: string; readonly name: string };
  readonly person: { readonly id: string; readonly name: string; readonly email: string };
  readonly sessionId: string;
  readonly ownerKind: 'person' | 'organization';
  readonly returnTo: ReturnTarget;
  readonly connectorIds: readonly string[];
  readonly needs: readonly ProviderNeed[];
  /** Path and query of the page. */
  readonly address: string;
}

export interface ConnectQuery {
  readonly provider?: string | undefined;
  readonly connectors?: string | undefined;
  readonly owner?: string | undefined;
  readonly consent?: string | undefined;
}

/**
 * Everything that the page and its forms are about.
 *
 * @returns null without a sign-in
 * @throws AppError `connections.provider_unknown`, `connections.not_permitted`
 */
export async function readContext(
  { database, identity }: { readonly database: Database; readonly identity: Pick<Identity, 'findSession'> },
  request: FastifyRequest,
  asked: { readonly organization: string; readonly query: ConnectQuery },
): Promise<ConnectContext | null> {
  const signedIn = await identity.findSession(request.headers);
  if (signedIn === null) return null;
  const { person, session } = signedIn;
  const scope = await database.lookups.findOrganization(asked.organization);
  if (scope === null || !opensOrganization(session, scope.organizationId)) throw unknown();
  return database.withOrganization(scope, async (tx) => {
    const ownerKind = asked.query.owner === 'organization' ? 'organization' : 'person';
    const organization = await checkOwner(tx, person.id, ownerKind);
    const connectorIds = idsOf(asked.query.connectors);
    const connectors = await connectorNeeds(tx, connectorIds);
    const wanted = connectors.flatMap((one) => one.connections.map(({ provider }) => provider));
    if (asked.query.provider !== undefined) wanted.push(asked.query.provider);
    const mine = (await listConnections(tx, { personId: person.id })).filter(({ owner }) => owner.kind === ownerKind);
    // Without a wish the page shows what there is.
    if (wanted.length === 0) wanted.push(...mine.map(({ provider }) => provider));
    const needs: ProviderNeed[] = [];
    for (const provider of new Set(wanted)) needs.push(await needOf(tx, provider, { connectors, mine }));
    const consent = asked.query.consent;
    const returnTo: ReturnTarget =
      consent !== undefined && /^[\w-]{1,64}$/.test(consent)
        ? { kind: 'consent', uid: consent }
        : { kind: 'dashboard' };
    const { id, slug, name } = organization;
    return {
      organization: { id, slug, name },
      person,
      sessionId: session.sessionId,
      ownerKind,
      returnTo,
      connectorIds: connectors.map((one) => one.id),
      needs,
      address: addressOf(slug, asked.query),
    };
  });
}

/**
 * Whether the person may own such a connection now. Asked again whenever something is stored: a member can leave, or lose
 * a role, while the provider's page is open.
 *
 * @throws AppError `connections.provider_unknown`, `connections.not_permitted`
 */
export async function checkOwner(tx: Tx, personId: string, ownerKind: 'person' | 'organization') {
  const member = await findMember(tx, personId);
  const organization = await getOrganization(tx);
  if (member === null || organization.deletedAt !== null) throw unknown();
  const mayAll = permissionsOf([member.role]).has('providers:write');
  if (ownerKind === 'organization' && !mayAll) throw new AppError('connections.not_permitted');
  return organization;
}

/** The page's address, from nothing but its own parameters. */
export function addressOf(slug: string, { provider, connectors, owner, consent }: ConnectQuery): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ provider, connectors, owner, consent })) {
    if (value !== undefined && value !== '') query.set(name, value);
  }
  return `${CONNECTIONS_PATH}/${slug}${query.size === 0 ? '' : `?${query}`}`;
}

async function needOf(
  tx: Tx,
  provider: string,
  known: { readonly connectors: readonly ConnectorNeeds[]; readonly mine: readonly ListedConnection[] },
): Promise<ProviderNeed> {
  const facts = await findProvider(tx, provider);
  if (facts === null) throw unknown();
  const uses = known.connectors.filter((one) => one.connections.some((needed) => needed.provider === provider));
  const declared = uses.flatMap((one) => one.connections.filter((needed) => needed.provider === provider));
  return {
    facts,
    scopes: permitted(facts, [...new Set(declared.flatMap(({ scopes }) => scopes))]),
    connectors: uses.map(({ id, name, slug }) => ({ id, name: name || slug })),
    present: known.mine.filter((one) => one.provider === provider),
  };
}

/** An owner's list narrows what connectors ask for; without any wish it is the wish. */
function permitted({ registration }: ProviderFacts, wished: readonly string[]): readonly string[] {
  const most = registration?.scopes ?? [];
  if (most.length === 0) return wished;
  return wished.length === 0 ? most : wished.filter((scope) => most.includes(scope));
}

function idsOf(text: string | undefined): string[] {
  return [...new Set((text ?? '').split(','))].filter((one) => isId('connector', one)).slice(0, 50);
}

/** The same for an organization that is not there, and for one of others. */
function unknown(): AppError {
  return new AppError('connections.provider_unknown');
}
