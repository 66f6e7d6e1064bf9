import { getConnector } from '@patchbay/domain/connectors';
import { getOrganization } from '@patchbay/domain/organizations';
import { getVersion, isFinal, leaseVersion, releaseVersion } from '@patchbay/domain/versions';
import { AppError, asAppError } from '@patchbay/foundation';
import { type DeployDeps, DeployWork } from './deploy-work.ts';
import { runDeploy } from './run-deploy.ts';

export interface DueVersion {
  readonly organizationId: string;
  readonly versionId: string;
}

export interface DeployVersionOptions {
  /** Unique to this process; a lease names it. */
  readonly holder: string;
  /** A dead worker's version is free for others after this time. */
  readonly leaseSeconds: number;
}

/**
 * Works on one version while holding its lease, which is renewed in the background; when it cannot be renewed the work
 * is aborted, because another worker has it then. The version is read from its rows under row-level security: a job
 * holds an id and nothing else.
 */
export async function deployVersion(deps: DeployDeps, due: DueVersion, options: DeployVersionOptions): Promise<void> {
  const { database, logger } = deps;
  const { versionId } = due;
  const scope = { organizationId: due.organizationId };
  const lease = { holder: options.holder, seconds: options.leaseSeconds };
  const take = () => database.withOrganization(scope, (tx) => leaseVersion(tx, versionId, lease));
  if (!(await take())) return;

  const lost = new AbortController();
  const heartbeat = setInterval(
    () => {
      take().then(
        (mine) => mine || lost.abort(new AppError('deploy.lost_lease')),
        (error) => logger.warn({ err: error, versionId }, 'a lease was not renewed'),
      );
    },
    (options.leaseSeconds * 1000) / 3,
  );
  const startedAt = performance.now();
  try {
    const rows = await database.withOrganization(scope, async (tx) => {
      const version = await getVersion(tx, versionId);
      return {
        version,
        connector: await getConnector(tx, version.connectorId),
        organization: await getOrganization(tx),
      };
    });
    if (isFinal(rows.version.state)) return;
    const version = await runDeploy(new DeployWork({ deps, ...rows, signal: lost.signal }));
    const ms = Math.round(performance.now() - startedAt);
    logger.info({ versionId, state: version.state, code: version.failure?.code, ms }, 'deploy finished');
  } catch (error) {
    const { code, message, internal, hint } = asAppError(error);
    logger.warn({ versionId, code, internal, message, hint }, 'a deploy was interrupted; it is resumed');
    throw error;
  } finally {
    clearInterval(heartbeat);
    await database.withOrganization(scope, (tx) => releaseVersion(tx, versionId, options.holder)).catch(() => {});
  }
}
