import { readFile } from 'node:fs/promises';
import { ConfigError, Secret } from '@patchbay/foundation';

const CHARACTERS_MIN = 32;

/**
 * The secret that signs people's sessions and our forms.
 *
 * @throws ConfigError when the file cannot be read, is empty or holds too little: with an empty secret every stranger
 * could sign
 */
export async function readAuthSecret(file: string): Promise<Secret> {
  const text = await readFile(file, 'utf8').then(
    (content) => content.trim(),
    (error: NodeJS.ErrnoException) => refuse(`${file} cannot be read (${error.code})`),
  );
  if (text.length < CHARACTERS_MIN) {
    const holds = text === '' ? 'is empty' : `holds ${text.length} characters`;
    return refuse(`${file} ${holds}; at least ${CHARACTERS_MIN} are needed`);
  }
  return new Secret(text);
}

function refuse(why: string): never {
  throw new ConfigError([`AUTH_SECRET_FILE: ${why}. Put the file back, or make one: openssl rand -base64 32`]);
}
