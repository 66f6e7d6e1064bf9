import { AppError } from '@patchbay/foundation';
import type { DeployWork, StepResult } from './deploy-work.ts';

/**
 * Makes sure that the scanned artifact is the stored one, whole and under its digest, before its activation is
 * possible.
 */
export async function storeStep(work: DeployWork): Promise<StepResult> {
  const { artifactDigest } = work.version;
  if (artifactDigest === null) throw new AppError('artifacts.not_found', { internal: 'no artifact to publish' });
  const bytes = await work.deps.artifacts.get({ ...work.scope, digest: artifactDigest });
  work.log('info', `stored ${artifactDigest} (${Math.ceil(bytes.byteLength / 1024)} KB)`);
  return {};
}
