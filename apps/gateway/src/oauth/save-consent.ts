import type { Database } from '@patchbay/domain';
import { record } from '@patchbay/domain/audit';
import type { SignInProof } from '@patchbay/domain/connectors';
import { findOpenGrant, noteSignIn } from '@patchbay/domain/grants';
import { newId } from '@patchbay/foundation';
import { OAUTH_LIMITS } from '@patchbay/foundation/limits';
import type { Provider } from 'oidc-provider';
import type { ProtectedResource } from './protected-resources.ts';
import { type GrantRowFacts, saveGrantIn } from './row-adapter.ts';

/** The answer of a person on the consent page. */
export interface Consent {
  readonly personId: string;
  readonly client: { readonly id: string; readonly name: string };
  readonly resource: ProtectedResource;
  readonly granted: readonly string[];
  readonly declined: readonly string[];
  readonly signIn: GrantRowFacts['signIn'];
  /** How the person is signed in. */
  readonly proof: SignInProof;
  readonly requestId: string;
}

const YEAR_SECONDS = OAUTH_LIMITS.grantMost.value * 86_400;

/**
 * The grant of a consent. One is open per person, client and resource: another consent changes it. Declined scopes are
 * kept with it only until this authorization request has its answer.
 *
 * @returns its id
 */
export async function saveConsent(
  { provider, database }: { readonly provider: Provider; readonly database: Database },
  consent: Consent,
): Promise<string> {
  const { personId, client, resource, granted, declined, requestId } = consent;
  const of = { personId, clientId: client.id, resourcePath: resource.path };
  const open = await database.withOrganization(resource, (tx) => findOpenGrant(tx, of));
  const before = open === null ? undefined : await provider.Grant.find(open.id);
  const grant = before ?? new provider.Grant({ accountId: personId, clientId: client.id });
  const id = before?.jti ?? newId('grant');
  Object.assign(grant, {
    jti: id,
    exp: Math.floor(Date.now() / 1000) + YEAR_SECONDS,
    resources: { [resource.audience]: granted.join(' ') },
    rejected: declined.length === 0 ? undefined : { resources: { [resource.audience]: declined.join(' ') } },
  });
  const facts = {
    id,
    organizationId: resource.organizationId,
    personId,
    clientId: client.id,
    clientName: client.name,
    resourcePath: resource.path,
    connectorId: resource.connectorId,
    versionId: resource.versionId,
    connectorIds: resource.connectorIds,
    scopes: granted,
    signIn: consent.signIn,
  };
  const after = {
    personId,
    clientId: client.id,
    clientName: client.name,
    resourcePath: resource.path,
    scopes: granted,
  };
  await database.withOrganization(resource, async (tx) => {
    await saveGrantIn({ tx, facts }, () => grant.save());
    await noteSignIn(tx, id, consent.proof);
    await record(tx, {
      actor: { kind: 'person', personId },
      action: before === undefined ? 'grant.created' : 'grant.changed',
      target: { type: 'grant', id },
      ...(open !== null && before !== undefined && { before: { scopes: open.scopes } }),
      after,
      requestId,
    });
  });
  return id;
}
