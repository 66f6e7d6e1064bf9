import { AppError } from '@patchbay/foundation';
import semver from 'semver';
import { z } from 'zod';
import { platforms } from './platforms.ts';

const names = z.record(z.string(), z.string()).default({});
/** The kept fields of a version; a description holds many more. */
const versionSchema = z.object({
  version: z.string(),
  dependencies: names.catch({}),
  optionalDependencies: names.catch({}),
  peerDependencies: names.catch({}),
  peerDependenciesMeta: z
    .record(z.string(), z.object({ optional: z.boolean().optional() }))
    .default({})
    .catch({}),
  hasInstallScript: z.boolean().optional(),
  os: platforms.catch(undefined),
  cpu: platforms.catch(undefined),
  dist: z.object({ integrity: z.string().optional(), tarball: z.string().optional() }),
});
const descriptionSchema = z.object({ 'dist-tags': names, versions: z.record(z.string(), z.unknown()) });

export type RegistryVersion = z.output<typeof versionSchema>;

/** Range → the version that npm would choose, or null where none fits. */
export type ChosenVersions = ReadonlyMap<string, RegistryVersion | null>;

/**
 * Reads the registry's description of a package and keeps the chosen versions of it, nothing else.
 *
 * @throws AppError `deploy.registry_unavailable` when it is no description, `deploy.package_not_found` when a chosen
 * version is not described as the registry should
 */
export function chooseVersions(name: string, description: string, ranges: readonly string[]): ChosenVersions {
  const parsed = descriptionSchema.safeParse(parseJson(description));
  if (!parsed.success) {
    throw new AppError('deploy.registry_unavailable', { internal: `${name}: the answer is not a package description` });
  }
  const { 'dist-tags': tags, versions } = parsed.data;
  const all = Object.keys(versions);
  return new Map(
    ranges.map((range) => {
      const version = choose(range, tags, all);
      return [range, version === null ? null : describe(name, version, versions[version])];
    }),
  );
}

function choose(range: string, tags: Readonly<Record<string, string>>, versions: readonly string[]): string | null {
  const tagged = tags[range === '' ? 'latest' : range];
  if (tagged !== undefined) return tagged;
  const { latest } = tags;
  // npm prefers what the maintainers call latest over a higher number.
  if (latest !== undefined && semver.satisfies(latest, range)) return latest;
  return semver.validRange(range) === null ? null : semver.maxSatisfying([...versions], range);
}

function describe(name: string, version: string, value: unknown): RegistryVersion {
  const found = versionSchema.safeParse(value);
  if (found.success) return found.data;
  throw new AppError('deploy.package_not_found', { detail: `The registry has no ${name}@${version}.` });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
