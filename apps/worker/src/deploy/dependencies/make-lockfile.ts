import { AppError } from '@patchbay/foundation';
import semver from 'semver';
import type { RegistryVersion } from './choose-version.ts';
import type { DescribedPackages } from './package-descriptions.ts';
import { PACKAGES_MAX, type ProvidedPackages } from './package-plan.ts';
import { isProvided } from './provided-packages.ts';
import type { PackageJson } from './read-package-json.ts';
import { refuse } from './registry-package.ts';

/** A place of the tree: the project itself, or one package in it. */
interface TreeNode {
  readonly key: string;
  readonly parent: TreeNode | null;
  readonly version: RegistryVersion | null;
  readonly name: string;
  readonly children: Map<string, TreeNode>;
}

/** Places that ask for a package, of all levels together: what one hostile package asks for cannot fill the memory. */
const DEMANDS_MAX = 50_000;

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
 * @throws AppError `deploy.package_not_found`, `deploy.registry_unavailable`, `deploy.too_many_packages`,
 * `deploy.package_too_large`, `source.dependency_not_allowed`
 */
export async function makeLockfile(
  manifest: PackageJson,
  provided: ProvidedPackages,
  packages: DescribedPackages,
): Promise<string> {
  const root: TreeNode = { key: '', parent: null, version: null, name: '', children: new Map() };
  let level: Demand[] = [...manifest.wanted]
    .filter(([name, range]) => !isProvided(provided, name, range))
    .map(([name, range]) => ({ from: root, name, range, optional: name in manifest.optionalDependencies }));
  const nodes: TreeNode[] = [];
  let demands = 0;

  while (level.length > 0) {
    demands += level.length;
    if (demands > DEMANDS_MAX) throw new AppError('deploy.too_many_packages');
    for (const demand of level) refuseAddress(packageOf(demand), demand);
    await packages.choose(unmet(level, provided));
    const next: Demand[] = [];
    for (const demand of level) {
      const node = await place(demand, packages, provided);
      if (node === null) continue;
      nodes.push(node);
      if (nodes.length > PACKAGES_MAX) throw new AppError('deploy.too_many_packages');
      next.push(...demandsOf(node));
    }
    level = next;
  }
  return writeLockfile(manifest, nodes);
}

/** The look-ups for this level of the tree: name → ranges. */
function unmet(level: readonly Demand[], provided: ProvidedPackages): ReadonlyMap<string, ReadonlySet<string>> {
  const wanted = new Map<string, Set<string>>();
  for (const demand of level) {
    if (isMet(demand, provided)) continue;
    const { name, range } = packageOf(demand);
    const ranges = wanted.get(name) ?? new Set();
    wanted.set(name, ranges.add(range));
  }
  return wanted;
}

/** Whether what is there already will do: a package of the tree, or one that the runner provides. */
function isMet({ from, name, range }: Demand, provided: ProvidedPackages): boolean {
  const wanted = packageOf({ name, range });
  const visible = findVisible(from, name);
  if (visible?.version && semver.satisfies(visible.version.version, wanted.range)) return true;
  if (from.parent !== null && visible === null && isProvided(provided, name, wanted.range)) return true;
  return from.children.has(name);
}

/** A new node, or null when what is there already will do. */
async function place(
  demand: Demand,
  packages: DescribedPackages,
  provided: ProvidedPackages,
): Promise<TreeNode | null> {
  const { from, name } = demand;
  if (isMet(demand, provided)) return null;
  const wanted = packageOf(demand);
  const version = await choose(packages, wanted, demand);
  if (version === null) return null;
  const home = highestFree(from, name);
  const key = `${home.key === '' ? '' : `${home.key}/`}node_modules/${name}`;
  const node = { key, parent: home, version, name: wanted.name, children: new Map() };
  home.children.set(name, node);
  return node;
}

function packageOf({ name, range }: Pick<Demand, 'name' | 'range'>): { name: string; range: string } {
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
  packages: DescribedPackages,
  { name, range }: { readonly name: string; readonly range: string },
  demand: Demand,
): Promise<RegistryVersion | null> {
  // A package of this very level can hide one that would have done before it was placed: looked up now.
  if (packages.find(name, range) === undefined) await packages.choose(new Map([[name, new Set([range])]]));
  const version = packages.find(name, range) ?? null;
  if (version !== null || demand.optional) return version;
  throw new AppError('deploy.package_not_found', {
    detail: `The registry has no version of ${name} that fits ${range}.`,
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
