/** Sign-in through the identity providers of organizations. */
import type { Database } from '@patchbay/domain';
import type { GuardedFetch } from '@patchbay/egress/guarded-fetch';
import { AppError, type Clock, type Secret } from '@patchbay/foundation';
import { createStateSealer, type KeySource, type Vault } from '@patchbay/vault';
import type { FastifyInstance } from 'fastify';
import { createOutgoingFetch } from '../http/outgoing-fetch.ts';
import type { IdentityPart } from '../identity/index.ts';
import { OidcClient } from './oidc-client.ts';
import { SignInRequests } from './sign-in-request.ts';
import { ssoPlugin } from './sso-plugin.ts';

export interface Sso {
  /** Metadata and keys of providers. */
  readonly oidc: OidcClient;
  /** Below `/-/sso`. */
  readonly surface: { readonly name: string; register(app: FastifyInstance): Promise<void> };
  /** Reads the metadata of an issuer that an owner is about to set. @throws AppError `sso.issuer_unusable` */
  checkIssuer(issuer: string): Promise<void>;
}

export interface CreateSsoOptions {
  readonly origin: string;
  readonly keySource: KeySource;
  /** Signs our forms; at least 32 characters. */
  readonly secret: Secret;
  readonly database: Database;
  readonly vault: Vault;
  readonly people: Pick<IdentityPart, 'identity' | 'external' | 'recordJoin'>;
  /** For everything that providers are asked; bounded and guarded unless a test gives another. */
  readonly fetch?: GuardedFetch;
  readonly clock: Clock;
}

/** A person waits for it. */
const PROVIDER_FETCH = { bytesMax: 256 * 1024, timeoutMs: 10_000, connectionsMax: 8 };

export async function createSso(options: CreateSsoOptions): Promise<Sso> {
  const { origin, keySource, secret, database, vault, people, clock } = options;
  const oidc = new OidcClient({ fetch: options.fetch ?? createOutgoingFetch(origin, PROVIDER_FETCH), clock });
  const requests = new SignInRequests({
    origin,
    sealer: await createStateSealer(keySource, 'sso request'),
    now: () => clock.now().getTime(),
  });
  const { identity, external, recordJoin: onJoined } = people;
  return {
    oidc,
    surface: {
      name: 'sso',
      async register(app) {
        await app.register(async (walled) =>
          ssoPlugin(walled, { origin, secret, database, vault, identity, external, oidc, requests, onJoined }),
        );
      },
    },
    async checkIssuer(issuer) {
      const url = URL.canParse(issuer) ? new URL(issuer) : null;
      if (url?.protocol !== 'https:' || url.search !== '' || url.hash !== '' || url.username !== '') {
        throw new AppError('sso.issuer_unusable', { detail: 'An issuer is an https URL without query and fragment.' });
      }
      try {
        await oidc.discover(issuer);
      } catch (error) {
        if (!(error instanceof AppError) || error.spec.owner === 'platform') throw error;
        throw new AppError('sso.issuer_unusable', { detail: `${error.detail} ${error.hint}`, cause: error });
      }
    },
  };
}
