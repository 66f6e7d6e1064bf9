import { AppError } from '@patchbay/foundation';
import semver from 'semver';
import { PACKAGES_MAX, type ProvidedPackages } from './package-plan.ts';
import { isProvided } from './provided-packages.ts';
import type { PackageJson } from './read-package-json.ts';
import { fetchPackument, type Packument, type RegistryOptions, type RegistryVersion } from './registry.ts';
import { refuse } from './registry-package.ts';

/** A place of the tree: the project itself, or one package in it. */
interface TreeNode {
  readonly key: string;
  readonly parent: TreeNode | null;
  readonly version: RegistryVersion | null;
  readonly name: string;
  readonly children: Map<string, TreeNode>;
}

interface Demand {
  readonly from: TreeNode;
  readonly name: string;
  readonly range: string;
  readonly optional: boolean;
}

/**
 * Resolves the dependencies of a project that has no lockfile, and writes package-lock.json (version 3) for it.
 *
 * It reads descriptions of packages only: nothing is unpacked or run, and no setting of the project steers it. Packages
 * go as high in the tree as names allow, like npm's. See docs/adr for why this is not npm in a sandbox.
 *
 * @throws AppError `deploy.package_not_found`, `deploy.registry_unavailable`, `source.dependency_not_allowed`
 */
export async function makeLockfile(
  manifest: PackageJson,
  provided: ProvidedPackages,
  registry: RegistryOptions,
): Promise<string> {
  const root: TreeNode = { key: '', parent: null, version: null, name: '', children: new Map() };
  const packuments = new Map<string, Promise<Packument>>();
  const describe = (name: string) => {
    const known = packuments.get(name) ?? fetchPackument(registry, name);
    packuments.set(name, known);
    known.catch(() => {});
    return known;
  };
  let level: Demand[] = [...manifest.wanted]
    .filter(([name, range]) => !isProvided(provided, name, range))
    .map(([name, range]) => ({ from: root, name, range, optional: name in manifest.optionalDependencies }));
  const nodes: TreeNode[] = [];

  while (level.length > 0) {
    for (const demand of level) refuseAddress(packageOf(demand), demand);
    for (const demand of level) void describe(packageOf(demand).name);
    const next: Demand[] = [];
    for (const demand of level) {
      const node = await place(demand, describe, provided);
      if (node === null) continue;
      nodes.push(node);
      if (nodes.length > PACKAGES_MAX) throw new AppError('deploy.too_many_packages');
      next.push(...demandsOf(node));
    }
    level = next;
  }
  return writeLockfile(manifest, nodes);
}

/** A new node, or null when what is there already will do. */
async function place(
  demand: Demand,
  describe: (name: string) => Promise<Packument>,
  provided: ProvidedPackages,
): Promise<TreeNode | null> {
  const { from, name } = demand;
  const wanted = packageOf(demand);
  const visible = findVisible(from, name);
  if (visible?.version && semver.satisfies(visible.version.version, wanted.range)) return null;
  if (from.parent !== null && visible === null && isProvided(provided, name, wanted.range)) return null;
  refuseAddress(wanted, demand);
  if (from.children.has(name)) return null;
  const version = await choose(await describe(wanted.name), wanted, demand);
  if (version === null) return null;
  const home = highestFree(from, name);
  const key = `${home.key === '' ? '' : `${home.key}/`}node_modules/${name}`;
  const node = { key, parent: home, version, name: wanted.name, children: new Map() };
  home.children.set(name, node);
  return node;
}

function packageOf({ name, range }: Demand): { name: string; range: string } {
  const alias = /^npm:((?:@[^/]+\/)?[^@]+)(?:@(.*))?$/.exec(range);
  return alias ? { name: alias[1] ?? name, range: alias[2] ?? '*' } : { name, range };
}

/** A range, or a word that can be a tag; everything else is an address. Before anything is asked of the registry. */
function refuseAddress(wanted: { name: string; range: string }, { from }: Demand): void {
  if (semver.validRange(wanted.range) !== null || /^[A-Za-z][\w.-]*$/.test(wanted.range)) return;
  const at = from.key === '' ? 'package.json:1' : `package.json:1 (through ${from.key})`;
  throw refuse(at, `${wanted.name} is asked for as ${JSON.stringify(wanted.range.slice(0, 200))}`);
}

async function choose(
  packument: Packument,
  wanted: { name: string; range: string },
  demand: Demand,
): Promise<RegistryVersion | null> {
  const tagged = packument.tags[wanted.range === '' ? 'latest' : wanted.range];
  if (tagged !== undefined) return packument.version(tagged);
  const latest = packument.tags.latest;
  // npm prefers what the maintainers call latest over a higher number.
  if (latest !== undefined && semver.satisfies(latest, wanted.range)) return packument.version(latest);
  const best =
    semver.validRange(wanted.range) === null ? null : semver.maxSatisfying([...packument.versions], wanted.range);
  if (best !== null) return packument.version(best);
  if (demand.optional) return null;
  throw new AppError('deploy.package_not_found', {
    detail: `The registry has no version of ${wanted.name} that fits ${wanted.range}.`,
  });
}

function demandsOf(node: TreeNode): Demand[] {
  const { version } = node;
  if (version === null) return [];
  const peers = Object.entries(version.peerDependencies).filter(
    ([name]) => version.peerDependenciesMeta[name]?.optional !== true,
  );
  const own = { ...version.dependencies, ...version.optionalDependencies };
  const demand = (from: TreeNode, [name, range]: [string, string]): Demand => ({
    from,
    name,
    range,
    optional: name in version.optionalDependencies,
  });
  // A peer belongs beside the package, where both see the same copy.
  return [
    ...Object.entries(own).map((entry) => demand(node, entry)),
    ...peers.filter(([name]) => !(name in own)).map((entry) => demand(node.parent ?? node, entry)),
  ];
}

function findVisible(from: TreeNode, name: string): TreeNode | null {
  for (let node: TreeNode | null = from; node !== null; node = node.parent) {
    const child = node.children.get(name);
    if (child) return child;
  }
  return null;
}

/** The outermost place from where `from` sees the new package, with the name not taken on the way. */
function highestFree(from: TreeNode, name: string): TreeNode {
  let home = from;
  while (home.parent !== null && !home.parent.children.has(name)) home = home.parent;
  return home;
}

function writeLockfile(manifest: PackageJson, nodes: readonly TreeNode[]): string {
  const { name = 'connector', version = '0.0.0', dependencies, optionalDependencies, devDependencies } = manifest;
  const packages: Record<string, unknown> = {
    '': { name, version, dependencies, optionalDependencies, devDependencies },
  };
  for (const node of nodes.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    const { version: found } = node;
    if (found === null) continue;
    const alias = node.key.endsWith(`node_modules/${node.name}`) ? {} : { name: node.name };
    packages[node.key] = {
      ...alias,
      version: found.version,
      resolved: found.dist.tarball,
      integrity: found.dist.integrity,
      ...(found.hasInstallScript && { hasInstallScript: true }),
      ...pick(found, ['dependencies', 'optionalDependencies', 'peerDependencies', 'peerDependenciesMeta', 'os', 'cpu']),
    };
  }
  return `${JSON.stringify({ name, version, lockfileVersion: 3, requires: true, packages }, null, 2)}\n`;
}

function pick(version: RegistryVersion, fields: readonly (keyof RegistryVersion)[]): Record<string, unknown> {
  const filled = fields.filter((field) => {
    const value = version[field];
    return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  });
  return Object.fromEntries(filled.map((field) => [field, version[field]]));
}
