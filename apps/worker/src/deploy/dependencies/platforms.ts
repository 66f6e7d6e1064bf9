import { z } from 'zod';

/** Platforms as package.json declares them: names, or names to leave out (`!win32`). npm keeps a single one as it was written. */
export const platforms = z.union([z.array(z.string()), z.string().transform((only) => [only])]).optional();

export interface DeclaredPlatforms {
  readonly os?: readonly string[] | undefined;
  readonly cpu?: readonly string[] | undefined;
}

/**
 * Whether a package is for the machines that run connectors: Linux, and this machine's processor.
 *
 * @see https://docs.npmjs.com/cli/v11/configuring-npm/package-json#os
 */
export function fitsPlatform({ os, cpu }: DeclaredPlatforms): boolean {
  return allows(os, 'linux') && allows(cpu, process.arch);
}

function allows(list: readonly string[] | undefined, mine: string): boolean {
  if (list === undefined || list.includes('any')) return true;
  if (list.includes(`!${mine}`)) return false;
  const wanted = list.filter((value) => !value.startsWith('!'));
  return wanted.length === 0 || wanted.includes(mine);
}
