import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError, decodeText, text } from '@patchbay/foundation';
import { z } from 'zod';

const PackageJson = z.object({
  name: text().optional(),
  main: text().optional(),
  dependencies: z.record(text(), text()).optional(),
  patchbay: z.object({ connector: text().optional(), entry: text().optional() }).optional(),
});

/** A connector's source folder. */
export interface Project {
  readonly directory: string;
  /** The connector's name at the installation: `patchbay.connector`, or the package's name without its scope. */
  readonly slug: string;
  /** The entry module, relative to the directory: `patchbay.entry`, `main`, or `src/index.ts`. */
  readonly entry: string;
}

/** @throws AppError cli.no_project without a package.json, cli.bad_project with one that cannot be used */
export async function readProject(directory: string): Promise<Project> {
  const file = path.join(directory, 'package.json');
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new AppError('cli.no_project', { detail: `There is no ${file}.`, cause: error });
  }
  const decoded = decodeText(bytes);
  if (!decoded.ok) throw new AppError('cli.bad_project', { detail: `${file}:${decoded.line}: ${decoded.problem}.` });
  const parsed = PackageJson.safeParse(parseJson(decoded.text));
  if (!parsed.success) {
    const problem = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw new AppError('cli.bad_project', { detail: `${file}: ${problem}` });
  }
  const name = parsed.data.name?.replace(/^@[^/]+\//, '') ?? path.basename(path.resolve(directory));
  return {
    directory,
    slug: parsed.data.patchbay?.connector ?? name,
    entry: parsed.data.patchbay?.entry ?? parsed.data.main ?? 'src/index.ts',
  };
}

/** undefined is what no schema accepts. */
function parseJson(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch {
    return undefined;
  }
}

/** The connector a command is about: the named connector, else that of the project in this directory. */
export async function connectorSlug(named: string | undefined, cwd: string): Promise<string> {
  if (named !== undefined) return named;
  try {
    return (await readProject(cwd)).slug;
  } catch (error) {
    throw new AppError('cli.no_project', {
      detail: 'No connector is named, and this directory is not one.',
      cause: error,
    });
  }
}
