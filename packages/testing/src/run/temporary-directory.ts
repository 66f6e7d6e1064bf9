import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { runServices } from './run-services.ts';

/** A new empty directory (mode 0700) that goes when the run of tests ends. */
export async function temporaryDirectory(name = 'test'): Promise<string> {
  return mkdtemp(path.join(runServices().directory, `${name}-`));
}
