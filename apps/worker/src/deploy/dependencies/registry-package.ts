import { AppError } from '@patchbay/foundation';
import semver from 'semver';
import type { RegistryPackage } from './package-plan.ts';

/** An entry of a lockfile as it was written, and where. */
export interface LockedEntry {
  readonly name: string;
  readonly version: string;
  readonly integrity: string | undefined;
  readonly tarball: string | undefined;
  readonly hasInstallScript: boolean;
  readonly at: Location;
}

/** `package-lock.json:42`, found only for an error: it reads the file from its start. */
export type Location = () => string;

const NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-zA-Z0-9~_-][a-zA-Z0-9._~-]*$/;
const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/;
const PUBLIC_REGISTRY = 'https://registry.npmjs.org';

/**
 * A lockfile entry as a package of the registry. The URL is made from name and version, never taken from the file: the
 * file's URL may only agree with it.
 *
 * @throws AppError `source.dependency_not_allowed` with the line
 */
export function checkRegistryPackage(entry: LockedEntry, registry: string): RegistryPackage {
  const { name, version, at } = entry;
  if (!NAME.test(name) || name.includes('..')) throw refuse(at, `${JSON.stringify(name)} is not a package name`);
  if (semver.valid(version) !== version) throw refuse(at, `${name} has no registry version (${quoted(version)})`);
  const integrity = entry.integrity?.split(/\s+/).find((part) => SHA512.test(part));
  if (integrity === undefined) throw refuse(at, `${name}@${version} has no sha512 integrity`);
  const path = `${name}/-/${name.slice(name.indexOf('/') + 1)}-${version}.tgz`;
  const tarball = `${registry.replace(/\/+$/, '')}/${path}`;
  if (entry.tarball !== undefined && !isSameTarball(entry.tarball, [tarball, `${PUBLIC_REGISTRY}/${path}`])) {
    throw refuse(at, `${name}@${version} is taken from ${quoted(entry.tarball)}, not from the registry`);
  }
  return { name, version, integrity, tarball, hasInstallScript: entry.hasInstallScript };
}

export function refuse(at: string | Location, reason: string): AppError {
  const place = typeof at === 'string' ? at : at();
  const [file = '', line = '1'] = place.split(':');
  return new AppError('source.dependency_not_allowed', {
    detail: `${place}: ${reason}.`,
    data: { file, line: Number(line) },
  });
}

function isSameTarball(given: string, allowed: readonly string[]): boolean {
  return allowed.includes(given.replace('%2f', '/').replace('%2F', '/'));
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
