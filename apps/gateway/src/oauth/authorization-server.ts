/** The authorization server: oidc-provider with our clients, rows, sign-in and pages. */
import type { Database } from '@patchbay/domain';
import type { EndpointDirectory } from '@patchbay/domain/endpoints';
import { type GrantDirectory, type SigningKeySet, SigningKeys } from '@patchbay/domain/grants';
import type { OAuthClient } from '@patchbay/domain/oauth-clients';
import { type Clock, type Logger, Secret } from '@patchbay/foundation';
import { createKeyedHash, createStateSealer, type KeySource } from '@patchbay/vault';
import type { FastifyInstance } from 'fastify';
import type { Provider } from 'oidc-provider';
import type { EphemeralStore } from '../ephemeral-store/ephemeral-store.ts';
import { createOutgoingFetch } from '../http/outgoing-fetch.ts';
import type { ExternalIdentities, Identity } from '../identity/index.ts';
import { createAuthPool } from '../identity/lazy-auth.ts';
import type { OidcClient } from '../sso/oidc-client.ts';
import { AccountGrants } from './account-grants.ts';
import { AdminGrants } from './admin-grants.ts';
import { Budgets } from './budgets.ts';
import { ClientDocuments, type FetchDocument } from './client-documents.ts';
import { ClientStore } from './client-store.ts';
import { devicePlugin } from './device-plugin.ts';
import { ExposedGrants } from './exposed-grants.ts';
import { GrantChecks } from './grant-checks.ts';
import { createHandOver } from './hand-over.ts';
import { interactionsPlugin } from './interactions-plugin.ts';
import { createProtectedResources } from './protected-resources.ts';
import { providerPlugin } from './provider-plugin.ts';
import { RowAdapter } from './row-adapter.ts';
import { SignedInNetworks } from './signed-in-networks.ts';

export interface AuthorizationServerOptions {
  readonly origin: string;
  readonly keySource: KeySource;
  /** Role `patchbay_auth`. */
  readonly databaseUrl: Secret;
  /** Signs our forms; at least 32 characters. */
  readonly secret: Secret;
  readonly database: Database;
  readonly endpoints: EndpointDirectory;
  readonly grants: GrantDirectory;
  readonly identity: Pick<Identity, 'findSession' | 'endSession'>;
  /** People as identity providers of organizations know them. */
  readonly external: ExternalIdentities;
  /** Metadata and keys of those providers. */
  readonly oidc: OidcClient;
  readonly ephemeralStore: EphemeralStore;
  /** For metadata documents of clients; bounded and guarded unless a test gives another. */
  readonly fetchDocument?: FetchDocument;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The interface of the authorization server to the rest of the gateway. Grants and clients are rows of the domain:
 * listing and ending a grant, and making a client, never asks the provider, so that another one could take its place.
 */
export interface AuthorizationServer {
  /** For verifying access tokens, and for nothing else. */
  readonly signingKeys: SigningKeys;
  /** Grants for the admin API: of people, and of no organization. */
  readonly accountGrants: AccountGrants;
  /** The endpoints at the root, and the pages below `/-/oauth`. */
  mount(app: FastifyInstance): Promise<void>;
  /** The present secret of a client that an owner made: derived, in no row. */
  clientSecret(client: Pick<OAuthClient, 'id' | 'secretGeneration'>): Secret;
  /** Ends the grant of a refresh token, a code or a token for the admin API that was exposed; false for other texts. */
  endExposed(text: string): Promise<boolean>;
  close(): Promise<void>;
}

/** A person waits for it. */
const DOCUMENT_FETCH = { bytesMax: 8 * 1024, timeoutMs: 2_500, connectionsMax: 8 };

export async function createAuthorizationServer(options: AuthorizationServerOptions): Promise<AuthorizationServer> {
  const { origin, keySource, database, clock, logger, identity, secret } = options;
  const pool = createAuthPool(options.databaseUrl, (error) =>
    logger.warn({ err: error }, 'a connection of the authorization server broke'),
  );
  const hash = await createKeyedHash(keySource, 'oauth rows');
  const rows = { pool, hash, sealer: await createStateSealer(keySource, 'oauth rows'), clock };
  const clients = new ClientStore({
    database,
    sealer: await createStateSealer(keySource, 'oauth registrations'),
    hash: await createKeyedHash(keySource, 'oauth client secrets'),
    now: () => clock.now().getTime(),
    consented: new RowAdapter('Client', rows),
  });
  const signingKeys = new SigningKeys({
    pool,
    sealer: await createStateSealer(keySource, 'oauth signing keys'),
    clock,
    logger,
  });
  const resources = createProtectedResources({ origin, endpoints: options.endpoints });
  const documents = new ClientDocuments({
    fetchDocument: options.fetchDocument ?? createOutgoingFetch(origin, DOCUMENT_FETCH),
    now: () => clock.now().getTime(),
  });
  const accountGrants = new AccountGrants(rows);
  const stored = ['RefreshToken', 'AuthorizationCode'].map((model) => new RowAdapter(model, rows));
  const exposed = new ExposedGrants({ origin, database, signingKeys, accountGrants, stored });
  const adminGrants = new AdminGrants({ origin, accountGrants, clock });
  const facts = { origin, database, grants: options.grants, resources, identity, clock };
  const checks = new GrantChecks({ ...facts, adminGrants });
  const signedIn = new SignedInNetworks({ pool, hash: await createKeyedHash(keySource, 'oauth networks') });
  const cookieKey = (await createKeyedHash(keySource, 'oauth cookies'))([]);

  const idJag = {
    origin,
    database,
    pool,
    resources,
    clock,
    grants: checks,
    external: options.external,
    oidc: options.oidc,
    hash: await createKeyedHash(keySource, 'identity assertions'),
  };

  const provider = presentProvider(signingKeys, async (keys) => {
    // Loaded with the first request that needs it: a gateway that was killed has calls to answer first.
    const { createProvider } = await import('./create-provider.ts');
    const adapterOf = (model: string) => (model === 'Client' ? clients : new RowAdapter(model, rows));
    return createProvider(
      {
        origin,
        identity,
        resources,
        clients,
        documents,
        grants: checks,
        adminGrants,
        cookieKey,
        adapterOf,
        idJag,
        logger,
      },
      keys,
    );
  });

  return {
    signingKeys,
    accountGrants,
    async mount(app) {
      const budgets = new Budgets({ store: options.ephemeralStore, signedIn });
      const handOver = createHandOver(provider);
      await app.register(async (walled) =>
        providerPlugin(walled, { origin, resources, adminGrants, budgets, handOver }),
      );
      await app.register(async (walled) => devicePlugin(walled, { origin, identity, budgets, handOver }));
      await app.register(async (walled) =>
        interactionsPlugin(walled, {
          origin,
          secret,
          database,
          identity,
          resources,
          clients,
          accountGrants,
          signedIn,
          logger,
          provider,
        }),
      );
    },
    clientSecret: ({ id, secretGeneration }) => new Secret(clients.secretOf(id, secretGeneration)),
    endExposed: (text) => exposed.end(text),
    async close() {
      signingKeys.close();
      await pool.end();
    },
  };
}

/** A provider signs with the keys it was made with; another set of keys is another provider. */
function presentProvider(keys: SigningKeys, create: (keys: SigningKeySet) => Promise<Provider>) {
  let made: { readonly of: SigningKeySet; readonly provider: Promise<Provider> } | undefined;
  return async (): Promise<Provider> => {
    const present = await keys.current();
    if (made?.of !== present) {
      const provider = create(present);
      made = { of: present, provider };
      provider.catch(() => {
        made = undefined;
      });
    }
    return made.provider;
  };
}
