import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { AppError } from '@patchbay/foundation';

/** Secrets for a run on this machine: `.env` of the project, then `NAME=value` of the command line, which wins. */
export async function readLocalSecrets(directory: string, given: readonly string[]): Promise<Record<string, string>> {
  const text = await readFile(path.join(directory, '.env'), 'utf8').catch(() => '');
  const secrets: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseEnv(text))) if (value !== undefined) secrets[name] = value;
  for (const pair of given) {
    const equals = pair.indexOf('=');
    if (equals < 1)
      throw new AppError('cli.usage', { detail: `--secret takes NAME=value, not ${JSON.stringify(pair)}.` });
    secrets[pair.slice(0, equals)] = pair.slice(equals + 1);
  }
  return secrets;
}
