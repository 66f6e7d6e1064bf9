import type { Auth } from './lazy-auth.ts';

/** How a person can sign in, beside the password. Nothing in it opens anything. */
export interface SignInMethods {
  readonly authenticatorApp: boolean;
  /** Recovery codes that are left. */
  readonly recoveryCodes: number;
  readonly passkeys: readonly OwnPasskey[];
}

export interface OwnPasskey {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  /** Whether its provider keeps a copy, so that it outlives the device. @see Web Authentication Level 3 §6.1.3 (BS) */
  readonly synced: boolean;
}

interface PasskeyRow {
  readonly id: string;
  readonly name: string | null;
  readonly createdAt: Date;
  readonly backedUp: boolean;
}

export async function findSignInMethods(auth: Auth, personId: string): Promise<SignInMethods> {
  const { adapter } = await auth.$context;
  const where = [{ field: 'userId', value: personId }];
  const app = await adapter.findOne<{ verified: boolean }>({ model: 'twoFactor', where });
  const authenticatorApp = app?.verified === true;
  const codes = authenticatorApp ? await auth.api.viewBackupCodes({ body: { userId: personId } }) : null;
  const passkeys = await adapter.findMany<PasskeyRow>({
    model: 'passkey',
    where,
    sortBy: { field: 'createdAt', direction: 'asc' },
  });
  return {
    authenticatorApp,
    recoveryCodes: codes?.backupCodes.length ?? 0,
    passkeys: passkeys.map(({ id, name, createdAt, backedUp }) => ({
      id,
      name: name ?? 'Passkey',
      createdAt,
      synced: backedUp,
    })),
  };
}
