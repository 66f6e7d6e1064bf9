import { AppError } from '@patchbay/foundation';
import semver from 'semver';
import { z } from 'zod';
import { lineOf } from './line-of.ts';
import { type InstalledPackage, PACKAGES_MAX, type PackagePlan, type ProvidedPackages } from './package-plan.ts';
import { fitsPlatform, platforms } from './platforms.ts';
import { isProvided } from './provided-packages.ts';
import type { PackageJson } from './read-package-json.ts';
import { checkRegistryPackage, type Location, refuse } from './registry-package.ts';

const FILE = 'package-lock.json';
const names = z.record(z.string(), z.string()).default({});
const entrySchema = z.looseObject({
  name: z.string().optional(),
  version: z.string().default(''),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  inBundle: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
  os: platforms,
  cpu: platforms,
  dependencies: names,
  optionalDependencies: names,
  peerDependencies: names,
  peerDependenciesMeta: z.record(z.string(), z.looseObject({ optional: z.boolean().optional() })).default({}),
});
type Entry = z.output<typeof entrySchema>;
const lockfileSchema = z.looseObject({
  lockfileVersion: z.union([z.literal(2), z.literal(3)]),
  packages: z.record(z.string(), z.unknown()),
});

/** Allowed paths of a package; any other could be unpacked over the project. */
const PLACE = /^node_modules\/((@[^/@]+\/)?[^/@]+)(\/node_modules\/((@[^/@]+\/)?[^/@]+))*$/;

export interface LockfileInput {
  readonly manifest: PackageJson;
  readonly provided: ProvidedPackages;
  readonly registry: string;
}

/**
 * The packages a package-lock.json (version 2 or 3) places, from the project's dependencies downwards: what only
 * development or the runner's own packages need is left out.
 *
 * @throws AppError `source.bad_lockfile`, `source.lockfile_outdated`, `source.dependency_not_allowed`
 */
export function readNpmLockfile(text: string, question: LockfileInput): PackagePlan {
  const lockfile = parse(text);
  const at = (key: string) => () => `${FILE}:${lineOf(text, `${JSON.stringify(key)}:`)}`;
  const placements = new Map<string, InstalledPackage>();
  const provided = new Set<string>();
  const seen = new Set<string>();
  const open: string[] = [];

  for (const [name, range] of question.manifest.wanted) {
    if (isProvided(question.provided, name, range)) {
      provided.add(name);
      continue;
    }
    const key = `node_modules/${name}`;
    const entry = entryOf(lockfile, key);
    if (entry === undefined) {
      if (name in question.manifest.optionalDependencies) continue;
      throw outdated(`${name} is in package.json, but not in ${FILE}`);
    }
    if (entry.link) throw refuse(at(key), `${name} is a link to a folder`);
    checkRange(name, range, entry, at(key));
    open.push(key);
  }

  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    const entry = entryOf(lockfile, key);
    if (entry === undefined || seen.has(key) || !fitsPlatform(entry)) continue;
    seen.add(key);
    if (seen.size > PACKAGES_MAX) throw new AppError('deploy.too_many_packages');
    if (!PLACE.test(key)) throw refuse(at(key), `${JSON.stringify(key)} is not a place below node_modules`);
    if (entry.link) throw refuse(at(key), `${key} is a link to a folder`);
    if (!entry.inBundle) placements.set(key, { path: key, ...checked(key, entry, at(key), question.registry) });
    // An unmet peer is the author's decision; the bundler reports one that is really imported.
    for (const name of Object.keys({
      ...entry.peerDependencies,
      ...entry.optionalDependencies,
      ...entry.dependencies,
    })) {
      const found = findUpwards(lockfile, key, name);
      if (found !== null) open.push(found);
      else if (question.provided.has(name)) provided.add(name);
      else if (name in entry.dependencies && !(name in entry.optionalDependencies)) {
        throw outdated(`${at(key)()}: ${key} needs ${name}, which is not in the file`);
      }
    }
  }
  return { placements: [...placements.values()].sort(byDepth), links: [], provided: [...provided] };
}

/** One entry. Entries that nothing reaches are never read: what they hold is not this deploy's concern. */
function entryOf(lockfile: ReadonlyMap<string, unknown>, key: string): Entry | undefined {
  if (!lockfile.has(key)) return undefined;
  const entry = entrySchema.safeParse(lockfile.get(key));
  if (entry.success) return entry.data;
  const [issue] = entry.error.issues;
  throw new AppError('source.bad_lockfile', {
    detail: `${FILE}: ${['packages', key, ...(issue?.path ?? [])].join('.')} ${issue?.message}`,
  });
}

function parse(text: string): ReadonlyMap<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AppError('source.bad_lockfile', { detail: `${FILE} is not JSON.`, cause: error });
  }
  const parsed = lockfileSchema.safeParse(value);
  if (parsed.success) return new Map(Object.entries(parsed.data.packages));
  const issue = parsed.error.issues[0];
  const detail =
    issue?.path[0] === 'lockfileVersion'
      ? `${FILE} is of an old version. Run npm install with npm 7 or newer.`
      : `${FILE}: ${issue?.path.join('.')} ${issue?.message}`;
  throw new AppError('source.bad_lockfile', { detail });
}

function checked(key: string, entry: Entry, at: Location, registry: string) {
  const name = entry.name ?? key.slice(key.lastIndexOf('node_modules/') + 'node_modules/'.length);
  return checkRegistryPackage(
    {
      name,
      version: entry.version,
      integrity: entry.integrity,
      tarball: entry.resolved,
      hasInstallScript: entry.hasInstallScript === true,
      at,
    },
    registry,
  );
}

/** Tags and aliases cannot be compared; versions can. */
function checkRange(name: string, range: string, entry: Entry, at: Location): void {
  if (
    /^(git|github:|file:|link:|https?:|workspace:|bitbucket:|gitlab:|gist:)/.test(range) ||
    /^[\w.-]+\/[\w.-]+/.test(range)
  ) {
    throw refuse(at, `${name} is asked for as ${JSON.stringify(range)}`);
  }
  if (semver.validRange(range) === null || semver.valid(entry.version) === null) return;
  if (!semver.satisfies(entry.version, range, { includePrerelease: true })) {
    throw outdated(`package.json asks for ${name} ${range}, ${at()} has ${entry.version}`);
  }
}

function outdated(reason: string): AppError {
  return new AppError('source.lockfile_outdated', { detail: `${reason}.` });
}

/** Node's own search: beside the package first, then in every folder above. */
function findUpwards(lockfile: ReadonlyMap<string, unknown>, from: string, name: string): string | null {
  for (let folder = from; ; ) {
    const key = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (lockfile.has(key)) return key;
    if (folder === '') return null;
    const cut = folder.lastIndexOf('/node_modules/');
    folder = cut === -1 ? '' : folder.slice(0, cut);
  }
}

/** Outer packages first, so that unpacking one never removes packages inside it. */
function byDepth(a: InstalledPackage, b: InstalledPackage): number {
  return a.path.length - b.path.length || (a.path < b.path ? -1 : 1);
}
