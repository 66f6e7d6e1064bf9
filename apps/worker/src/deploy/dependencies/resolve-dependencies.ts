import { AppError } from '@patchbay/foundation';
import { DEPLOY_LIMITS } from '@patchbay/foundation/limits';
import type { Source } from '../source/read-source.ts';
import type { SourceFiles } from '../source/source-tree.ts';
import { makeLockfile } from './make-lockfile.ts';
import type { PackageDescriptions } from './package-descriptions.ts';
import type { PackagePlan, ProvidedPackages } from './package-plan.ts';
import { type PackageJson, readPackageJson } from './read-package-json.ts';
import type { ReadingThreads } from './reading-threads.ts';

const LOCKFILE_BYTES_MAX = DEPLOY_LIMITS.lockfile.value;
const FOREIGN_LOCKFILES = ['yarn.lock', 'bun.lock', 'bun.lockb', 'deno.lock'];

export interface DependencyInput {
  readonly source: Source;
  readonly provided: ProvidedPackages;
  readonly descriptions: PackageDescriptions;
  readonly reading: ReadingThreads;
  /** The lockfile made by an earlier attempt, so that a resumed deploy resolves to the same packages. */
  readonly madeLockfile: string | null;
}

export interface ResolvedDependencies {
  readonly manifest: PackageJson;
  readonly plan: PackagePlan;
  /** Made for a project that brought none; null otherwise. */
  readonly madeLockfile: string | null;
  readonly notes: readonly string[];
}

/**
 * Which packages the build needs, from the project's lockfile, or from one made now. Nothing of npm or pnpm runs: the
 * lockfile is read by us, on a thread of its own, and every entry checked.
 *
 * @throws AppError `source.*`, `deploy.package_not_found`, `deploy.registry_unavailable`
 */
export async function resolveDependencies(question: DependencyInput): Promise<ResolvedDependencies> {
  const { source, provided, descriptions, reading } = question;
  const manifest = readPackageJson(source.files);
  const ask = { manifest, provided, registry: descriptions.registry.origin };
  const npm = fileOf(source.files, 'package-lock.json');
  const pnpm = fileOf(source.files, 'pnpm-lock.yaml');
  const foreign = FOREIGN_LOCKFILES.filter((file) => source.files.has(file));
  const notes = [...manifest.notes];

  if (npm === null && pnpm === null && foreign[0] !== undefined) {
    throw new AppError('source.lockfile_not_supported', {
      detail: `${foreign[0]} is not supported.`,
      data: { file: foreign[0] },
    });
  }
  notes.push(...foreign.map((file) => `${file} is not used`));
  if (npm !== null) {
    if (pnpm !== null) notes.push('pnpm-lock.yaml is not used, because package-lock.json is there');
    return { manifest, plan: await reading.read('package-lock.json', npm, ask), madeLockfile: null, notes };
  }
  if (pnpm !== null) {
    return { manifest, plan: await reading.read('pnpm-lock.yaml', pnpm, ask), madeLockfile: null, notes };
  }
  const made = question.madeLockfile ?? (await makeLockfile(manifest, provided, descriptions.open()));
  const plan = await reading.read('package-lock.json', Buffer.from(made), ask);
  return { manifest, plan, madeLockfile: made, notes };
}

function fileOf(files: SourceFiles, path: string): Uint8Array | null {
  const bytes = files.get(path);
  if (bytes === undefined) return null;
  if (bytes.byteLength > LOCKFILE_BYTES_MAX)
    throw new AppError('source.bad_lockfile', { detail: `${path} is too large.` });
  return bytes;
}
