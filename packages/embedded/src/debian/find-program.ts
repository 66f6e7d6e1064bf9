import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';

/** The first program of one of these names in the search path; null when there is none. */
export async function findProgram(names: readonly string[], searchPath: string): Promise<string | null> {
  for (const name of names) {
    for (const directory of searchPath.split(path.delimiter).filter(Boolean)) {
      const file = path.join(directory, name);
      const runs = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (runs) return file;
    }
  }
  return null;
}
