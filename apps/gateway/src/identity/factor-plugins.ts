/** The plugins of better-auth for second factors and passkeys, under our names. */
import { passkey } from '@better-auth/passkey';
import { ACCOUNT_LIMITS } from '@patchbay/foundation/limits';
import { APIError } from 'better-auth/api';
import { twoFactor } from 'better-auth/plugins';

/** A passkey that did not ask its user for a finger, face or PIN is one factor: a thief of the device has it. */
function requireUserVerified(isVerified: boolean): void {
  if (isVerified) return;
  throw new APIError('BAD_REQUEST', { code: 'USER_NOT_VERIFIED', message: 'The passkey did not verify its user.' });
}

export const factorPlugins = (origin: string) =>
  [
    twoFactor({
      issuer: `Patchbay ${new URL(origin).host}`,
      twoFactorCookieMaxAge: ACCOUNT_LIMITS.challengeLife.value,
      totpOptions: { digits: 6, period: 30 },
      backupCodeOptions: { amount: ACCOUNT_LIMITS.recoveryCodes.value, storeBackupCodes: 'encrypted' },
      accountLockout: {
        enabled: true,
        maxFailedAttempts: ACCOUNT_LIMITS.wrongCodes.value,
        durationSeconds: ACCOUNT_LIMITS.wrongCodesPause.value,
      },
      schema: {
        user: { fields: { twoFactorEnabled: 'two_factor_enabled' } },
        twoFactor: {
          modelName: 'two_factors',
          fields: {
            userId: 'person_id',
            backupCodes: 'backup_codes',
            failedVerificationCount: 'failed_verification_count',
            lockedUntil: 'locked_until',
          },
        },
      },
    }),
    passkey({
      rpID: new URL(origin).hostname,
      rpName: 'Patchbay',
      origin,
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      registration: {
        afterVerification: async ({ verification }) =>
          requireUserVerified(verification.registrationInfo?.userVerified === true),
      },
      authentication: {
        afterVerification: async ({ verification }) =>
          requireUserVerified(verification.authenticationInfo.userVerified),
      },
      advanced: { webAuthnChallengeCookie: 'passkey_challenge' },
      schema: {
        passkey: {
          modelName: 'passkeys',
          fields: {
            userId: 'person_id',
            publicKey: 'public_key',
            credentialID: 'credential_id',
            deviceType: 'device_type',
            backedUp: 'backed_up',
            createdAt: 'created_at',
          },
        },
      },
    }),
  ] as const;
