import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError, Secret } from '@patchbay/foundation';
import { z } from 'zod';
import { LOGIN_ROLES, type PerRole } from '../postgres/roles.ts';
import { writeFileAtomically } from './atomic-file.ts';
import { noteMade, readMade } from './installation-mark.ts';
import { readJsonFile } from './json-file.ts';

/** Secrets that an installation generates once and keeps, each in a file of mode 0600 below the data directory. */
export interface GeneratedSecrets {
  readonly superuser: Secret;
  readonly roles: PerRole<Secret>;
  readonly redis: Secret;
  /** 32 random bytes, base64. The vault seals with it; without it every stored secret is lost. */
  readonly masterKeyFile: string;
  /** 32 random bytes, base64. Signs sessions. */
  readonly authSecretFile: string;
}

/** Key files of an operator: read and checked, never created. */
export interface GivenKeyFiles {
  readonly masterKey?: string | undefined;
  readonly authSecret?: string | undefined;
}

type SecretFile = 'passwords.json' | 'master.key' | 'auth.secret';

/** 32 bytes in base64, with or without its padding. */
const KEY = /^[A-Za-z0-9+/]{43}=?$/;
const FROM_BACKUP = 'Put it back from the keys file of a backup, mode 0600.';
const PASSWORD_NAMES = [...LOGIN_ROLES, 'superuser', 'redis'] as const;
const passwordFile = z.record(z.enum(PASSWORD_NAMES), z.string().min(20));

/**
 * Reads the secrets, generating those that were never made here and were not given.
 *
 * @throws AppError start.secrets_unreadable when a file is damaged, or missing though it was made: a new secret would
 * lock out what the old one opens
 */
export async function ensureGeneratedSecrets(data: string, given: GivenKeyFiles = {}): Promise<GeneratedSecrets> {
  const made = await readMade(data);
  const ensure = (name: SecretFile, make: () => string) => ensureFile(path.join(data, name), make, made.includes(name));
  await ensure('passwords.json', () =>
    JSON.stringify(Object.fromEntries(PASSWORD_NAMES.map((name) => [name, newPassword()]))),
  );
  const passwords = await readPasswords(path.join(data, 'passwords.json'));
  const newKey = () => `${randomBytes(32).toString('base64')}\n`;
  const masterKeyFile = given.masterKey ?? path.join(data, 'master.key');
  const authSecretFile = given.authSecret ?? path.join(data, 'auth.secret');
  if (given.masterKey === undefined) await ensure('master.key', newKey);
  if (given.authSecret === undefined) await ensure('auth.secret', newKey);
  for (const file of [masterKeyFile, authSecretFile]) {
    const isGiven = file === given.masterKey || file === given.authSecret;
    const hint = isGiven ? { hint: MAKE_OR_PUT_BACK } : {};
    const key = (await readKey(file, hint)).trim();
    // Node skips what is no base64, so that garbage may come out as 32 bytes of another key.
    if (!KEY.test(key)) {
      throw new AppError('start.secrets_unreadable', {
        detail: `${file} ${key === '' ? 'is empty' : 'does not hold 32 bytes in base64'}.${isGiven ? '' : ` ${FROM_BACKUP}`}`,
        data: { file },
        ...hint,
      });
    }
  }
  await noteMade(data, [
    'passwords.json',
    ...(given.masterKey === undefined ? (['master.key'] as const) : []),
    ...(given.authSecret === undefined ? (['auth.secret'] as const) : []),
  ]);
  return {
    superuser: new Secret(passwords.superuser),
    redis: new Secret(passwords.redis),
    roles: {
      owner: new Secret(passwords.owner),
      app: new Secret(passwords.app),
      auth: new Secret(passwords.auth),
      queue: new Secret(passwords.queue),
    },
    masterKeyFile,
    authSecretFile,
  };
}

/** For a key that the operator keeps: on the very first start there is none yet. */
const MAKE_OR_PUT_BACK =
  'For a new installation make it with "openssl rand -base64 32", mode 0600. For one that ran before put it back from a backup: without it what it protects stays closed.';

async function readKey(file: string, hint: { readonly hint?: string }): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new AppError('start.secrets_unreadable', {
      detail: `${file} cannot be read.`,
      data: { file },
      cause,
      ...hint,
    });
  }
}

/** 192 bits; base64url, so that it needs no escaping in a URL or in a configuration file. */
function newPassword(): string {
  return randomBytes(24).toString('base64url');
}

async function readPasswords(file: string): Promise<z.output<typeof passwordFile>> {
  try {
    const passwords = await readJsonFile({ file, schema: passwordFile, wayBack: FROM_BACKUP });
    if (passwords !== null) return passwords;
  } catch (error) {
    // Its own code, which is older than that of other files.
    if (!(error instanceof AppError)) throw error;
    throw new AppError('start.secrets_unreadable', { detail: error.message, data: { file } });
  }
  throw missing(file);
}

async function ensureFile(file: string, make: () => string, wasMade: boolean): Promise<void> {
  const exists = await stat(file).then(
    () => true,
    () => false,
  );
  if (exists) return;
  if (wasMade) throw missing(file);
  await writeFileAtomically(file, make());
}

function missing(file: string): AppError {
  return new AppError('start.secrets_unreadable', {
    detail: `${file} is missing, and what it protects is here. ${FROM_BACKUP}`,
    data: { file },
  });
}
