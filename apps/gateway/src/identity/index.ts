/** People and organizations: better-auth with our names, settings, paths and audit. */

import type { Database } from '@patchbay/domain';
import { record, takeIdentityChanges } from '@patchbay/domain/audit';
import { Deliveries } from '@patchbay/domain/deliveries';
import type { Clock, Logger, Secret } from '@patchbay/foundation';
import { type Condition, conditionOf } from '@patchbay/foundation/process';
import type { FastifyInstance } from 'fastify';
import type { EphemeralStore } from '../ephemeral-store/ephemeral-store.ts';
import { type MailChannel, MailSender } from '../mail/index.ts';
import { createAttempts } from './attempts.ts';
import { createComposeMail } from './compose-mail.ts';
import { createIdentity } from './create-identity.ts';
import { createDeclareIntent } from './declare-intent.ts';
import { createExternalIdentities, type ExternalIdentities } from './external-identities.ts';
import { createFirstOwner, type FirstOwner } from './first-owner.ts';
import type { Identity } from './identity.ts';
import { invitationPlugin } from './invitation-plugin.ts';
import { createAuthPool, LazyAuth } from './lazy-auth.ts';
import { MailLinks } from './mail-links.ts';
import { MailRequests } from './mail-requests.ts';
import { OwnSessions } from './own-sessions.ts';
import { type IdentityPluginOptions, identityPlugin } from './plugin.ts';
import { proofsPlugin } from './proofs-plugin.ts';
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
  /** How mail is sent; not at all by default. */
  readonly mail?: MailChannel | null;
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
  /** Surfaces of the public listener: `/api/auth`, and the pages of links below `/-/`. */
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
  /** Whether people can get mail; for `/health`. */
  mailCondition(): Promise<Condition>;
  /** Resolves when the tables of people answer; for `/health`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const MAIL_OFF = conditionOf([
  'PATCHBAY_SMTP_URL is not set: passwords cannot be reset, addresses cannot be proved, invitations are not mailed',
]);

export function createIdentityPart(options: IdentityOptions): IdentityPart {
  const { origin, secret, database, ephemeralStore, clock, logger } = options;
  const pool = createAuthPool(options.databaseUrl, (error) =>
    logger.warn({ err: error }, 'a connection of the identity pool broke'),
  );
  const auth = new LazyAuth({
    origin,
    secret,
    pool,
    ephemeralStore,
    logger,
    provesAddresses: options.mail?.kind === 'smtp',
  });
  const policy = parseSignUpPolicy(options.signup);
  const released = parseReleasedNames(options.releasedNames ?? '');
  const links = new MailLinks(pool);
  const sender =
    options.mail &&
    new MailSender({
      deliveries: new Deliveries(pool),
      channel: options.mail,
      compose: createComposeMail({ pool, links, origin }),
      clock,
      logger,
    });
  const requests = new MailRequests({
    pool,
    ephemeralStore,
    logger,
    mail: options.mail?.kind ?? null,
    wake: () => sender?.wake(),
  });
  const identity = createIdentity({
    auth,
    links,
    requests,
    ownSessions: new OwnSessions({ pool, logger }),
    declareIntent: createDeclareIntent(pool),
    database,
    policy,
    released,
    clock,
  });
  const setupLinks = createSetupLinks(pool, clock);
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
          identityPlugin(scope, {
            auth,
            origin,
            policy,
            attempts,
            secondFactors,
            identity,
            links,
            requests,
            onJoined: recordJoin,
          }),
        );
        await app.register(async (scope) =>
          invitationPlugin(scope, {
            origin,
            secret,
            attempts,
            secondFactors,
            auth,
            pool,
            links,
            requests,
            logger,
            onJoined: recordJoin,
          }),
        );
        await app.register(async (scope) =>
          setupPlugin(scope, { origin, secret, attempts, links: setupLinks, logger, createFirstOwner: firstOwner }),
        );
        await app.register(async (scope) =>
          proofsPlugin(scope, { origin, secret, attempts, auth, pool, links, requests, logger }),
        );
      },
    },
    mailCondition: () => (sender ? sender.condition() : Promise.resolve(MAIL_OFF)),
    createFirstOwner: firstOwner,
    async createSetupLink() {
      const token = await setupLinks.create();
      return token === null ? null : `${origin}/-/setup/${token}`;
    },
    async ping() {
      await pool.query('SELECT');
    },
    async close() {
      await requests.close();
      await sender?.close();
      await pool.end();
    },
  };
}
