import { AppError } from '@patchbay/foundation';
import type { Invocation } from './invocation.ts';
import { CREDENTIALS_SINCE } from './protocol-version.ts';

/**
 * The invocation as a supervisor of this version reads it. Before version 2 an isolation key says neither preview nor
 * providers: previews then share a sandbox with the same version when it is live, as they always did there.
 *
 * @throws AppError `sandbox.release_mismatch` when it needs what the version does not have: credentials
 */
export function wireInvocation(invocation: Invocation, version: number): object {
  if (version >= CREDENTIALS_SINCE) return invocation;
  const { preview: _, providers, ...key } = invocation.key;
  if (invocation.credentials.length > 0 || providers.length > 0) {
    throw new AppError('sandbox.release_mismatch', { sent: false });
  }
  return { ...invocation, key };
}
