import { AppError } from '@patchbay/foundation';
import type { Invocation } from '../calls/invocation.ts';
import { encodeJsonFrame, encodeMixedFrame } from '../frames/frame.ts';
import { CREDENTIALS_SINCE, KEYS_SINCE, PAYLOADS_SINCE } from '../frames/protocol-version.ts';
import { SUPERVISOR_FRAMES } from '../frames/supervisor-frames.ts';
import { encodePayload } from './payload.ts';

/**
 * The frame that asks a supervisor of this version to run the invocation. Before version 2 an isolation key contains
 * neither preview nor providers: previews then share a sandbox with the same version when it is live, as they always
 * did there.
 *
 * @throws AppError `sandbox.release_mismatch` when it needs a feature that the version lacks: credentials
 */
export function encodeCall(invocation: Invocation, version: number): Buffer {
  const needsCredentials = invocation.credentials.length > 0 || invocation.key.providers.length > 0;
  if (needsCredentials && version < CREDENTIALS_SINCE) throw new AppError('sandbox.release_mismatch', { sent: false });
  if (version >= PAYLOADS_SINCE) {
    const { params, ...header } = invocation;
    return encodeMixedFrame(SUPERVISOR_FRAMES.call, header, encodePayload(params));
  }
  if (version >= KEYS_SINCE) return encodeJsonFrame(SUPERVISOR_FRAMES.invoke, invocation);
  const { preview: _, providers: __, ...key } = invocation.key;
  return encodeJsonFrame(SUPERVISOR_FRAMES.invoke, { ...invocation, key });
}
