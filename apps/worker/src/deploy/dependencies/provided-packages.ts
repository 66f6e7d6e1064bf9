import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import semver from 'semver';
import type { ProvidedPackages } from './package-plan.ts';

const PROVIDED = ['zod', '@modelcontextprotocol/server', '@patchbay/connector'] as const;

/** Versions of the packages the runner provides, read from what this worker has installed beside it. */
export function findProvidedPackages(): ProvidedPackages {
  return new Map(PROVIDED.map((name) => [name, installedVersion(name)]));
}

function installedVersion(name: string): string {
  let folder = path.dirname(fileURLToPath(import.meta.resolve(name)));
  for (;;) {
    const found = readManifest(path.join(folder, 'package.json'));
    if (found?.name === name && typeof found.version === 'string') return found.version;
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error(`${name} is not installed beside the worker`);
    folder = parent;
  }
}

function readManifest(file: string): { name?: unknown; version?: unknown } | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** Our SDK is not on the public registry: an installation serves it, and `init` writes this address, with the digest. */
const OWN_DOWNLOAD = /^https?:\/\/[^/]+\/-\/downloads\/(?:[0-9a-f]{16}\/)?connector\.tgz$/;

/** Whether the runner's own copy of the package fits what package.json asks for. */
export function isProvided(provided: ProvidedPackages, name: string, range: string): boolean {
  const version = provided.get(name);
  if (version === undefined) return false;
  if (name === '@patchbay/connector') return OWN_DOWNLOAD.test(range) || fits(version, range) || isWorkspace(range);
  return fits(version, range);
}

function fits(version: string, range: string): boolean {
  return semver.validRange(range) !== null && semver.satisfies(version, range, { includePrerelease: true });
}

/** Examples inside this repository depend on the SDK beside them. */
function isWorkspace(range: string): boolean {
  return range.startsWith('workspace:');
}
