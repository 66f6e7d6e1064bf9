import { type ResolvedDependencies, resolveDependencies } from './dependencies/resolve-dependencies.ts';
import type { DeployWork, StepResult } from './deploy-work.ts';

/** A package that is harmful is usually found within a day. */
const MINIMUM_RELEASE_AGE_MS = 24 * 60 * 60 * 1000;
const LOCKFILE_BYTES_MAX = 16 * 1024 * 1024;

/** Reads the source, decides which packages it needs and puts them into the package store. */
export async function resolveStep(work: DeployWork): Promise<StepResult> {
  const { artifacts, packages } = work.deps;
  const source = await work.source();
  for (const note of source.notes) work.log('info', note);
  const resolved = await dependenciesOf(work);
  for (const note of resolved.notes) work.log('info', note);

  const { placements, provided } = resolved.plan;
  const fetched = await packages.ensure(placements, MINIMUM_RELEASE_AGE_MS);
  // The number of downloads is for the operator only: it would reveal the packages of other organizations.
  work.deps.logger.info({ versionId: work.version.id, fetched: fetched.fetched }, 'packages are in the store');
  work.log('info', `${source.files.size} files; ${placements.length} packages, ${provided.length} from the runner`);
  for (const name of fetched.young) work.log('warn', `${name} was published less than 24 hours ago`);

  const output = { youngPackages: fetched.young };
  if (resolved.madeLockfile === null) return { output };
  const lockfile = Buffer.from(resolved.madeLockfile);
  const { digest } = await artifacts.put(work.scope.organizationId, lockfile, { bytesMax: LOCKFILE_BYTES_MAX });
  work.log('info', 'there was no lockfile: package-lock.json was made; `patchbay deploy` writes it into the project');
  return { output, patch: { lockfileDigest: digest } };
}

/** The same answer at every step of one version: a lockfile that was made is read again, not made again. */
export async function dependenciesOf(work: DeployWork): Promise<ResolvedDependencies> {
  const { artifacts, provided, descriptions, reading } = work.deps;
  const { lockfileDigest } = work.version;
  const made = lockfileDigest === null ? null : await artifacts.get({ ...work.scope, digest: lockfileDigest });
  const source = await work.source();
  const madeLockfile = made?.toString('utf8') ?? null;
  return resolveDependencies({ source, provided, descriptions, reading, madeLockfile });
}
