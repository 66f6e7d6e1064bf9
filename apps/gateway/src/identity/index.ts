/** People and organizations: better-auth with our names, settings, paths and audit. */

import type { Database } from '@patchbay/domain';
import { record, takeIdentityChanges } from '@patchbay/domain/audit';
import type { Clock, Logger, Secret } from '@patchbay/foundation';
import type { FastifyInstance } from 'fastify';
import type { EphemeralStore } from '../ephemeral-store/ephemeral-store.ts';
import { createAttempts } from './attempts.ts';
import { createIdentity } from './create-identity.ts';
import { createDeclareIntent } from './declare-intent.ts';
import { createExternalIdentities, type ExternalIdentities } from './external-identities.ts';
import { createFirstOwner, type FirstOwner } from './first-owner.ts';
import type { Identity } from './identity.ts';
import { invitationPlugin } from './invitation-plugin.ts';
import { createAuthPool, LazyAuth } from './lazy-auth.ts';
import { type IdentityPluginOptions, identityPlugin } from './plugin.ts';
import { parseReleasedNames } from './released-names.ts';
import { SecondFactors } from './second-factors.ts';
import { CHALLENGE_COOKIE, createSessionCookie, createSignedCookie, type SessionCookie } from './session-cookie.ts';
import { createSetupLinks } from './setup-links.ts';
import { setupPlugin } from './setup-plugin.ts';
import { createSignInAddresses } from './sign-in-addresses.ts';
import { parseSignUpPolicy } from './sign-up-policy.ts';

export type { ExternalIdentities } from './external-identities.ts';
export type { FirstOwner } from './first-owner.ts';
export type { Identity } from './identity.ts';

export interface IdentityOptions {
  readonly origin: string;
  /** Role `patchbay_auth`. */
  readonly databaseUrl: Secret;
  /** Signs sessions; at least 32 characters. */
  readonly secret: Secret;
  /** PATCHBAY_SIGNUP: `open`, `invite` or `domain:example.com`. */
  readonly signup: string;
  /** PATCHBAY_RELEASED_NAMES. */
  readonly releasedNames?: string;
  readonly database: Database;
  readonly ephemeralStore: EphemeralStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface IdentityPart {
  readonly identity: Identity;
  /** People as identity providers of organizations know them. */
  readonly external: ExternalIdentities;
  /** Records a membership that a person got by themself: by an invitation, or by a first sign-in through a provider. */
  recordJoin(joined: {
    readonly organizationId: string;
    readonly personId: string;
    readonly memberId: string;
    readonly requestId: string;
  }): Promise<void>;
  /** Surfaces of the public listener: `/api/auth` and `/-/setup`. */
  readonly surface: { readonly name: string; register(app: FastifyInstance): Promise<void> };
  /** Reads the text of a session's cookie, without a query. */
  readonly sessionCookie: SessionCookie;
  /** A person with an organization, whatever the sign-up policy; for seeding. */
  createFirstOwner(owner: FirstOwner): Promise<{ organizationId: string; person: { id: string } }>;
  /**
   * The URL that creates the first owner while no organization has one, otherwise null. Each call invalidates the
   * previous URL.
   */
  createSetupLink(): Promise<string | null>;
  /** Resolves when the tables of people answer; for `/health`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export function createIdentityPart(options: IdentityOptions): IdentityPart {
  const { origin, secret, database, ephemeralStore, clock, logger } = options;
  const pool = createAuthPool(options.databaseUrl, (error) =>
    logger.warn({ err: error }, 'a connection of the identity pool broke'),
  );
  const auth = new LazyAuth({ origin, secret, pool, ephemeralStore, logger });
  const policy = parseSignUpPolicy(options.signup);
  const released = parseReleasedNames(options.releasedNames ?? '');
  const identity = createIdentity({
    auth,
    declareIntent: createDeclareIntent(pool),
    database,
    policy,
    released,
    clock,
  });
  const links = createSetupLinks(pool, clock);
  const attempts = createAttempts({ ephemeralStore, known: createSignInAddresses(pool, secret) });
  const challengeCookie = createSignedCookie(origin, secret, CHALLENGE_COOKIE);
  const secondFactors = new SecondFactors({ auth, pool, attempts, ephemeralStore, challengeCookie });
  const firstOwner = (owner: FirstOwner) => createFirstOwner({ auth, identity }, owner);

  const sessionCookie = createSessionCookie(origin, secret);
  const recordJoin: IdentityPart['recordJoin'] = async (joined) => {
    const { organizationId, personId, memberId, requestId } = joined;
    await database.withOrganization({ organizationId }, async (tx) => {
      const noted = await takeIdentityChanges(tx, memberId);
      if (noted.length === 0) return; // the worker was first
      await record(tx, {
        actor: { kind: 'person', personId },
        action: 'member.joined',
        target: { type: 'member', id: memberId },
        after: { personId },
        requestId,
      });
    });
  };

  return {
    identity,
    external: createExternalIdentities({ pool, auth, sessionCookie }),
    recordJoin,
    sessionCookie,
    surface: {
      name: 'identity',
      async register(app) {
        await app.register(async (scope) =>
          identityPlugin(scope, { auth, origin, policy, attempts, secondFactors, identity, onJoined: recordJoin }),
        );
        await app.register(async (scope) =>
          invitationPlugin(scope, { origin, secret, attempts, secondFactors, auth, logger, onJoined: recordJoin }),
        );
        await app.register(async (scope) =>
          setupPlugin(scope, { origin, secret, attempts, links, logger, createFirstOwner: firstOwner }),
        );
      },
    },
    createFirstOwner: firstOwner,
    async createSetupLink() {
      const token = await links.create();
      return token === null ? null : `${origin}/-/setup/${token}`;
    },
    async ping() {
      await pool.query('SELECT');
    },
    close: () => pool.end(),
  };
}
