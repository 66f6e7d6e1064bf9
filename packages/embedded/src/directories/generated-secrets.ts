import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError, Secret } from '@patchbay/foundation';
import { z } from 'zod';
import { LOGIN_ROLES, type PerRole } from '../postgres/roles.ts';
import { writeFileAtomically } from './atomic-file.ts';

/** What an installation generates once and keeps, each in a file of mode 0600 below the data directory. */
export interface GeneratedSecrets {
  readonly superuser: Secret;
  readonly roles: PerRole<Secret>;
  readonly redis: Secret;
  /** 32 random bytes, base64. The vault seals with it; whoever loses it loses every stored secret. */
  readonly masterKeyFile: string;
  /** 32 random bytes, base64. Signs sessions. */
  readonly authSecretFile: string;
}

/** Key files that somebody else keeps: read and checked, never made. */
export interface GivenKeyFiles {
  readonly masterKey?: string | undefined;
  readonly authSecret?: string | undefined;
}

const PASSWORD_NAMES = [...LOGIN_ROLES, 'superuser', 'redis'] as const;
const passwordFile = z.record(z.enum(PASSWORD_NAMES), z.string().min(20));

/**
 * Reads the secrets, generating those that have no file yet and were not given.
 *
 * @throws AppError start.secrets_unreadable when a file is damaged: a new secret would lock out what the old one opens
 */
export async function ensureGeneratedSecrets(data: string, given: GivenKeyFiles = {}): Promise<GeneratedSecrets> {
  const text = await ensureFile(path.join(data, 'passwords.json'), () =>
    JSON.stringify(Object.fromEntries(PASSWORD_NAMES.map((name) => [name, newPassword()]))),
  );
  const passwords = parsePasswords(text, path.join(data, 'passwords.json'));
  const newKey = () => `${randomBytes(32).toString('base64')}\n`;
  const masterKeyFile = given.masterKey ?? path.join(data, 'master.key');
  const authSecretFile = given.authSecret ?? path.join(data, 'auth.secret');
  for (const file of [masterKeyFile, authSecretFile]) {
    const isGiven = file === given.masterKey || file === given.authSecret;
    const key = isGiven ? await readGivenKey(file) : await ensureFile(file, newKey);
    if (Buffer.from(key.trim(), 'base64').length !== 32) {
      throw new AppError('start.secrets_unreadable', { detail: `${file} does not hold 32 bytes in base64.` });
    }
  }
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

async function readGivenKey(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new AppError('start.secrets_unreadable', { detail: `${file} cannot be read.`, cause });
  }
}

/** 192 bits; base64url, so that it needs no escaping in a URL or in a configuration file. */
function newPassword(): string {
  return randomBytes(24).toString('base64url');
}

function parsePasswords(text: string, file: string): z.output<typeof passwordFile> {
  try {
    return passwordFile.parse(JSON.parse(text));
  } catch {
    // Not as `cause`: a parser's message may quote what it read.
    throw new AppError('start.secrets_unreadable', { detail: `${file} is damaged.` });
  }
}

async function ensureFile(file: string, make: () => string): Promise<string> {
  const exists = await stat(file).then(
    () => true,
    () => false,
  );
  if (!exists) await writeFileAtomically(file, make());
  return readFile(file, 'utf8');
}
