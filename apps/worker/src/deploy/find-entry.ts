import { AppError } from '@patchbay/foundation';
import type { PackageJson } from './dependencies/read-package-json.ts';
import { checkPath } from './source/source-collector.ts';
import type { SourceFiles } from './source/source-tree.ts';

const USUAL = ['src/index.ts', 'src/index.tsx', 'index.ts', 'src/index.js', 'src/index.mjs', 'index.js', 'index.mjs'];

/**
 * The file that exports the connector: what package.json names under `patchbay.entry`; else `exports` or `main`, when
 * that file is part of the source (it often names a build result); else the usual places.
 *
 * @throws AppError `deploy.entry_not_found`
 */
export function findEntry(manifest: PackageJson, files: SourceFiles): string {
  const named = manifest.patchbay?.entry;
  if (named !== undefined) {
    const entry = checkPath(named);
    if (files.has(entry)) return entry;
    throw new AppError('deploy.entry_not_found', {
      detail: `package.json names ${named}, which is not in the source.`,
    });
  }
  const candidates = [...targetsOf(manifest.exports), manifest.main ?? ''].filter(
    (path) => path.startsWith('.') || /^\w/.test(path),
  );
  const found = [...candidates.map((path) => path.replace(/^\.\//, '')), ...USUAL].find((path) => files.has(path));
  if (found !== undefined) return found;
  throw new AppError('deploy.entry_not_found', { detail: `None of ${USUAL.slice(0, 4).join(', ')} is in the source.` });
}

/** Files under `exports` that an import of the package itself would take, best first. */
function targetsOf(exports: unknown): string[] {
  if (typeof exports === 'string') return [exports];
  if (typeof exports !== 'object' || exports === null || Array.isArray(exports)) return [];
  const fields = new Map(Object.entries(exports));
  const own = fields.get('.');
  if (own !== undefined) return targetsOf(own);
  return ['import', 'node', 'default', 'require'].flatMap((condition) => targetsOf(fields.get(condition)));
}
