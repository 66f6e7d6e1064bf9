import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';

const ROOT = path.resolve(import.meta.dirname, '../../..');

export interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** The package.json of a folder below `packages/`. */
export async function readPackage(folder: string): Promise<PackageJson> {
  // Ours, and checked by pnpm at every install.
  return JSON.parse(await readFile(path.join(ROOT, 'packages', folder, 'package.json'), 'utf8')) as PackageJson;
}

/** The exact versions of public packages, as the workspace pins them in the given folders. @throws Error for one it does not pin */
export async function pinnedVersions(
  names: Iterable<string>,
  folders: readonly string[],
): Promise<Record<string, string>> {
  // Ours, and read by pnpm at every install.
  const workspace = parse(await readFile(path.join(ROOT, 'pnpm-workspace.yaml'), 'utf8')) as {
    catalog: Record<string, string>;
  };
  const pinned: Record<string, string> = {};
  for (const folder of folders) Object.assign(pinned, (await readPackage(folder)).dependencies);
  const versions: Record<string, string> = {};
  for (const name of [...names].sort()) {
    const version = pinned[name] === 'catalog:' ? workspace.catalog[name] : pinned[name];
    if (version === undefined || version.startsWith('workspace:'))
      throw new Error(`pack: ${name} has no pinned version.`);
    versions[name] = version;
  }
  return versions;
}
