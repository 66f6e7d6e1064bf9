import { AppError } from '@patchbay/foundation';
import { isScalar, parseDocument, visit } from 'yaml';
import { z } from 'zod';
import { lineOf } from './line-of.ts';
import { type InstalledPackage, PACKAGES_MAX, type PackageLink, type PackagePlan } from './package-plan.ts';
import { fitsPlatform, platforms } from './platforms.ts';
import { isProvided } from './provided-packages.ts';
import type { LockfileInput } from './read-npm-lockfile.ts';
import { checkRegistryPackage, refuse } from './registry-package.ts';

const FILE = 'pnpm-lock.yaml';
const versions = z.record(z.string(), z.string()).default({});
const direct = z.record(z.string(), z.looseObject({ specifier: z.string(), version: z.string() })).default({});
const packageSchema = z.looseObject({
  resolution: z.looseObject({ integrity: z.string().optional(), tarball: z.string().optional() }).default({}),
  version: z.string().optional(),
  requiresBuild: z.boolean().optional(),
  os: platforms,
  cpu: platforms,
});
const lockfileSchema = z.looseObject({
  lockfileVersion: z.string().regex(/^9\./),
  importers: z.looseObject({
    '.': z.looseObject({ dependencies: direct, devDependencies: direct, optionalDependencies: direct }),
  }),
  packages: z.record(z.string(), packageSchema).default({}),
  snapshots: z
    .record(z.string(), z.looseObject({ dependencies: versions, optionalDependencies: versions }))
    .default({}),
  patchedDependencies: z.unknown().optional(),
});
type Lockfile = z.output<typeof lockfileSchema>;

/**
 * The packages a pnpm-lock.yaml (version 9) places, in pnpm's own shape: each in a folder of its own, with links to
 * exactly what it depends on.
 *
 * @throws AppError `source.bad_lockfile`, `source.lockfile_outdated`, `source.dependency_not_allowed`
 */
export function readPnpmLockfile(text: string, question: LockfileInput): PackagePlan {
  const lockfile = parse(text);
  if (lockfile.patchedDependencies !== undefined) {
    throw refuse(`${FILE}:${lineOf(text, 'patchedDependencies:')}`, 'patched dependencies are not the published ones');
  }
  const placements = new Map<string, InstalledPackage>();
  const links: PackageLink[] = [];
  const provided = new Set<string>();
  const open: string[] = [];
  const importer = lockfile.importers['.'];
  const listed = { ...importer.devDependencies, ...importer.optionalDependencies, ...importer.dependencies };

  for (const [name, range] of question.manifest.wanted) {
    if (isProvided(question.provided, name, range)) {
      provided.add(name);
      continue;
    }
    const entry = listed[name];
    if (entry === undefined || entry.specifier !== range) {
      throw new AppError('source.lockfile_outdated', {
        detail: `package.json asks for ${name} ${range}; ${FILE} has ${entry?.specifier ?? 'nothing'}.`,
      });
    }
    const snapshot = snapshotKey(name, entry.version);
    links.push({ path: `node_modules/${name}`, target: placeOf(snapshot) });
    open.push(snapshot);
  }

  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (placements.has(key)) continue;
    const { name, entry, version, at } = locate(lockfile, key, text);
    if (!fitsPlatform(entry)) continue;
    if (placements.size >= PACKAGES_MAX) throw new AppError('deploy.too_many_packages');
    const { integrity, tarball } = entry.resolution;
    const locked = { name, version, at, integrity, tarball, hasInstallScript: entry.requiresBuild === true };
    placements.set(key, {
      path: placeOf(key),
      ...checkRegistryPackage(locked, question.registry),
    });
    const snapshot = lockfile.snapshots[key];
    for (const [dependency, wanted] of Object.entries({
      ...snapshot?.optionalDependencies,
      ...snapshot?.dependencies,
    })) {
      const next = snapshotKey(dependency, wanted);
      links.push({ path: `${folderOf(key)}/node_modules/${dependency}`, target: placeOf(next) });
      open.push(next);
    }
  }
  const placed = new Set([...placements.values()].map((placement) => placement.path));
  return {
    placements: [...placements.values()],
    links: links.filter((link) => placed.has(link.target) && link.path !== link.target),
    provided: [...provided],
  };
}

function parse(text: string): Lockfile {
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (error) {
    throw new AppError('source.bad_lockfile', { detail: `${FILE} is not YAML.`, cause: error });
  }
  const parsed = lockfileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const isOld = issue?.path[0] === 'lockfileVersion';
  throw new AppError('source.bad_lockfile', {
    detail: isOld
      ? `${FILE} is not of version 9. Run pnpm install with pnpm 9 or newer.`
      : `${FILE}: ${issue?.path.join('.')} ${issue?.message}`,
  });
}

/** The document without aliases. @throws Error when it is no YAML or a key is there twice */
function parseYaml(text: string): unknown {
  // The library compares every key with every other: minutes for what the upload allows. A set sees the same at once.
  const document = parseDocument(text, { uniqueKeys: false });
  for (const error of document.errors) throw error;
  visit(document, {
    Map(_position, { items }) {
      const keys = items.map(({ key }) => (isScalar(key) ? key.value : key));
      if (new Set(keys).size < keys.length) throw new Error('a key is there twice');
    },
  });
  return document.toJS({ maxAliasCount: 0 });
}

function locate(lockfile: Lockfile, key: string, text: string) {
  const id = key.replace(/\(.*$/s, '');
  const at = () => `${FILE}:${lineOf(text, id)}`;
  const cut = id.lastIndexOf('@');
  const [name, version] = [id.slice(0, cut), id.slice(cut + 1)];
  if (cut <= 0 || /^(link|file|git|https?|github|git\+\w+):/.test(version) || id.includes('://')) {
    throw refuse(at, `${JSON.stringify(id)} does not come from the registry`);
  }
  const entry = lockfile.packages[id];
  if (entry === undefined) throw new AppError('source.bad_lockfile', { detail: `${at()}: ${id} is not described.` });
  return { name, version, entry, at };
}

/** `1.2.3(peer@2)` of `a` is the snapshot `a@1.2.3(peer@2)`; an alias names its package itself. */
function snapshotKey(name: string, version: string): string {
  return /^(@[^/]+\/)?[^@(]+@\d/.test(version) ? version : `${name}@${version}`;
}

/** Peers make a package's identity; the folder name must only be unique and flat. */
function folderOf(key: string): string {
  return `node_modules/.pnpm/${key.replaceAll(/[^\w.@+-]/g, (character) => `~${character.codePointAt(0)}~`).slice(0, 200)}`;
}

function placeOf(key: string): string {
  const id = key.replace(/\(.*$/s, '');
  return `${folderOf(key)}/node_modules/${id.slice(0, Math.max(0, id.lastIndexOf('@')))}`;
}
