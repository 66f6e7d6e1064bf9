/**
 * Every setting of better-auth with its reason. It owns people, sessions, accounts, organizations, members and
 * invitations; it is reached over HTTP only through the few paths of `offered-paths.ts`.
 *
 * Addresses are proved, and passwords reset, by our own links in mails (`proofs-plugin.ts`), not by better-auth's: those are used
 * once and kept as hashes, and the first proof ends whatever was in the account before. Where a mail server is set up an
 * invitation is accepted only with a proved address. Without one no address can be proved, so nothing here relies on
 * any: an invitation is then proved by the secret in its link, which only its inviter gets.
 */

import { type IdKind, type Logger, newId, type Secret } from '@patchbay/foundation';
import { ACCOUNT_LIMITS, PASSWORD_CHARACTERS } from '@patchbay/foundation/limits';
import type { BetterAuthOptions } from 'better-auth';
import { organization } from 'better-auth/plugins';
import type { Pool } from 'pg';
import type { EphemeralStore } from '../ephemeral-store/ephemeral-store.ts';
import { cookieRule } from '../http/cookies.ts';
import { ADDRESS_HEADER, INVITATION_SECONDS, SESSION_SECONDS } from './account-rules.ts';
import { factorPlugins } from './factor-plugins.ts';
import { provedAt } from './proved-at.ts';
import { CHALLENGE_COOKIE, SESSION_COOKIE } from './session-cookie.ts';

const DAY_SECONDS = 24 * 60 * 60;
const MEMBERS_MAX = ACCOUNT_LIMITS.members.value;
const WINDOW_SECONDS = ACCOUNT_LIMITS.attemptWindow.value;

export interface AuthSettings {
  readonly origin: string;
  readonly secret: Secret;
  readonly pool: Pool;
  /** Counts attempts for all gateways together. */
  readonly ephemeralStore: EphemeralStore;
  readonly logger: Logger;
  /** Whether this installation asks people to prove their addresses. */
  readonly provesAddresses: boolean;
}

const ID_KINDS: Readonly<Record<string, IdKind>> = {
  user: 'person',
  session: 'session',
  account: 'account',
  verification: 'verification',
  organization: 'organization',
  member: 'member',
  invitation: 'invitation',
  twoFactor: 'twoFactor',
  passkey: 'passkey',
};

const STAMPS = { createdAt: 'created_at', updatedAt: 'updated_at' } as const;

/** Cookies as `cookieRule` decides; better-auth's own prefixes are switched off. */
function cookies(origin: string) {
  const named = (key: string, base: string) => {
    const { name, secure, httpOnly, sameSite, path } = cookieRule(origin, base);
    return [key, { name, attributes: { secure, httpOnly, sameSite, path } }] as const;
  };
  return Object.fromEntries([
    named('session_token', SESSION_COOKIE),
    named('session_data', 'patchbay_session_data'),
    named('account_data', 'patchbay_account_data'),
    named('dont_remember', 'patchbay_session_only'),
    named('two_factor', CHALLENGE_COOKIE),
    named('passkey_challenge', 'patchbay_passkey'),
    // Remembering a device is not offered, so this one is never set.
    named('trust_device', 'patchbay_trusted'),
  ]);
}

export function authOptions({ origin, secret, pool, ephemeralStore, logger, provesAddresses }: AuthSettings) {
  return {
    appName: 'Patchbay',
    baseURL: origin,
    basePath: '/api/auth',
    secret: secret.reveal(),
    // Kysely over our pool, with real transactions.
    database: pool,
    // The one origin there is. Never taken from a request.
    trustedOrigins: [origin],
    telemetry: { enabled: false },
    logger: {
      level: 'warn',
      log: (level, message) => logger[level === 'error' ? 'error' : 'warn']({ part: 'identity' }, message),
    },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: PASSWORD_CHARACTERS.min,
      maxPasswordLength: PASSWORD_CHARACTERS.max,
      // Signing up answers alike whether or not the address has an account; signing in is a step of its own.
      autoSignIn: false,
      revokeSessionsOnPasswordReset: true,
    },
    user: {
      modelName: 'people',
      fields: { emailVerified: 'email_verified', ...STAMPS },
      changeEmail: { enabled: false },
      deleteUser: { enabled: false },
    },
    session: {
      modelName: 'sessions',
      fields: {
        userId: 'person_id',
        expiresAt: 'expires_at',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
        ...STAMPS,
      },
      expiresIn: SESSION_SECONDS,
      updateAge: DAY_SECONDS,
      // Adding a way to sign in asks for a sign-in of this age at most.
      freshAge: ACCOUNT_LIMITS.freshSignIn.value,
      additionalFields: {
        secondFactorAt: { type: 'date', required: false, input: false, fieldName: 'second_factor_at' },
        // Set when an organization's identity provider has proved the person.
        providerOrganizationId: {
          type: 'string',
          required: false,
          input: false,
          fieldName: 'provider_organization_id',
        },
        lastSeenAt: { type: 'date', required: false, input: false, fieldName: 'last_seen_at' },
      },
      // Ending a session must end it at the next request, so none is believed from a cookie alone.
      cookieCache: { enabled: false },
    },
    account: {
      modelName: 'accounts',
      fields: {
        userId: 'person_id',
        accountId: 'account_id',
        providerId: 'provider_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
        ...STAMPS,
      },
      encryptOAuthTokens: true,
      // An outside account is joined to a person only by that person, signed in. No provider is trusted with e-mails.
      accountLinking: { enabled: true, disableImplicitLinking: true, trustedProviders: [] },
    },
    verification: {
      modelName: 'verifications',
      fields: { expiresAt: 'expires_at', ...STAMPS },
      // A read of the table yields no usable link.
      storeIdentifier: 'hashed',
    },
    databaseHooks: {
      session: {
        create: {
          before: async (session, context) => {
            const now = new Date();
            const former = context?.context.session?.session.secondFactorAt;
            const secondFactorAt = provedAt(context?.path, former instanceof Date ? former : null, now);
            return { data: { ...session, secondFactorAt, lastSeenAt: now } };
          },
        },
      },
    },
    rateLimit: {
      enabled: true,
      window: WINDOW_SECONDS,
      max: ACCOUNT_LIMITS.identityRequests.value,
      customStorage: countIn(ephemeralStore),
      customRules: {
        // Counted by `attempts.ts`, for the account too.
        '/sign-in/email': false,
        '/sign-up/email': { window: WINDOW_SECONDS, max: ACCOUNT_LIMITS.signUpsPerAddress.value },
        '/change-password': { window: WINDOW_SECONDS, max: ACCOUNT_LIMITS.passwordChanges.value },
        '/organization/accept-invitation': { window: WINDOW_SECONDS, max: ACCOUNT_LIMITS.acceptedInvitations.value },
        '/get-session': false,
        '/two-factor/enable': false,
        '/two-factor/verify-totp': false,
        '/two-factor/verify-backup-code': false,
        '/two-factor/generate-backup-codes': false,
        '/two-factor/disable': false,
      },
    },
    advanced: {
      // The names carry `__Host-` themselves: better-auth would add `__Secure-`.
      useSecureCookies: false,
      cookies: cookies(origin),
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER], ipv6Subnet: 64 },
      database: { generateId: ({ model }) => newId(idKind(model)), validateSchema: false },
    },
    plugins: [
      organization({
        creatorRole: 'owner',
        // Organizations are made, renamed and deleted through the admin API, which audits.
        allowUserToCreateOrganization: false,
        disableOrganizationDeletion: true,
        membershipLimit: MEMBERS_MAX,
        invitationExpiresIn: INVITATION_SECONDS,
        requireEmailVerificationOnInvitation: provesAddresses,
        schema: {
          session: { fields: { activeOrganizationId: 'active_organization_id' } },
          organization: { modelName: 'organizations', fields: { createdAt: 'created_at' } },
          member: {
            modelName: 'members',
            fields: { organizationId: 'organization_id', userId: 'person_id', createdAt: 'created_at' },
          },
          invitation: {
            modelName: 'invitations',
            additionalFields: {
              secretHash: { type: 'string', required: false, input: false, returned: false, fieldName: 'secret_hash' },
            },
            fields: {
              organizationId: 'organization_id',
              inviterId: 'inviter_id',
              expiresAt: 'expires_at',
              createdAt: 'created_at',
            },
          },
        },
      }),
      ...factorPlugins(origin),
    ],
  } as const satisfies BetterAuthOptions;
}

/** better-auth asks once per attempt; its keys hold the caller's address and the path. */
function countIn(ephemeralStore: EphemeralStore) {
  return {
    async consume(key: string, rule: { readonly window: number; readonly max: number }) {
      const limit = { max: rule.max, windowSeconds: rule.window };
      const { allowed, retryAfterSeconds } = await ephemeralStore.admit(['attempt', key], limit);
      return { allowed, retryAfter: allowed ? null : retryAfterSeconds };
    },
  };
}

function idKind(model: string): IdKind {
  const kind = ID_KINDS[model];
  if (!kind) throw new Error(`no kind of id for the model ${model}`);
  return kind;
}
