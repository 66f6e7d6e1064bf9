import path from 'node:path';
import type { SourceFile, SourceTree } from './source-tree.ts';

/** A part of the repository with rules of its own: an app, a package, or a folder of one that has fewer privileges. */
export type Area = string;

const AREAS: readonly (readonly [prefix: string, area: Area])[] = [
  // Opens a listener.
  ['packages/foundation/src/process/', 'foundation/process'],
  // Finds programs and unpacks them; it holds nothing and starts no service.
  ['packages/embedded/src/debian/', 'embedded/debian'],
  ['packages/embedded/src/directories/own-directory.ts', 'embedded/debian'],
  // Starts processes and reads nothing that a sandbox wrote: the half of the host that may run as root.
  ['packages/sandbox-host/src/drivers/', 'sandbox-host/drivers'],
  ['packages/sandbox-host/src/bounds/limits.ts', 'sandbox-host/drivers'],
  // Numbers and sentences, read by browsers and sandboxes too.
  ['packages/foundation/src/limits/', 'foundation/limits'],
];

/** Which area a file belongs to: `foundation/limits`, `gateway`, `domain`, `scripts` … */
export function areaOf(filePath: string): Area {
  const special = AREAS.find(([prefix]) => filePath.startsWith(prefix));
  if (special) return special[1];
  const [top = '', second = ''] = filePath.split('/');
  return top === 'apps' || top === 'packages' ? second : top === 'examples' ? 'examples' : top;
}

/** Package name → folder, from the workspace's own package.json files (`@patchbay/connector` lives in `sdk`). */
export function workspacePackages(tree: SourceTree): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const file of tree.files) {
    if (!/^(apps|packages|examples)\/[^/]+\/package\.json$/.test(file.path)) continue;
    const { name } = JSON.parse(file.text);
    if (typeof name === 'string') found.set(name, path.posix.dirname(file.path));
  }
  return found;
}

/** The target of a specifier: a file of the repository, a workspace package's entry point, or an external module. */
export type Target =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'package'; readonly name: string; readonly folder: string; readonly entry: string }
  | { readonly kind: 'external'; readonly name: string };

export function resolveSpecifier(from: SourceFile, specifier: string, packages: ReadonlyMap<string, string>): Target {
  if (specifier.startsWith('.')) {
    return { kind: 'file', path: path.posix.join(path.posix.dirname(from.path), specifier) };
  }
  const parts = specifier.split('/');
  const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
  const folder = packages.get(name);
  if (folder === undefined) return { kind: 'external', name: specifier };
  return { kind: 'package', name, folder, entry: specifier.slice(name.length + 1) };
}
