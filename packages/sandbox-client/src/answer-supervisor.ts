/** Answers to requests of a supervisor during a call: one frame each, with the result or with the error. */
import { AppError } from '@patchbay/foundation';
import type { IsolationKey, JsonObject } from '@patchbay/sandbox-protocol';
import {
  type CredentialGrant,
  encodeCredentials,
  encodeJsonFrame,
  encodeProvision,
  SUPERVISOR_FRAMES,
  toWireError,
} from '@patchbay/sandbox-protocol/wire';
import type { SandboxClientOptions } from './sandbox-client.ts';

/** @param asked the supervisor's `provide` */
export async function provisionFrame(asked: JsonObject, provision: SandboxClientOptions['provision']): Promise<Buffer> {
  const id = String(asked.id);
  try {
    const provided = await provision({
      key: asked.key as unknown as IsolationKey, // the key of an invocation this client sent
      artifactDigest: String(asked.artifactDigest),
      ...(typeof asked.snapshotDigest === 'string' && { snapshotDigest: asked.snapshotDigest }),
    });
    return encodeProvision(SUPERVISOR_FRAMES.provided, id, provided);
  } catch (error) {
    return encodeJsonFrame(SUPERVISOR_FRAMES.provideFailed, { id, error: toWireError(error) });
  }
}

/** @param open opens the credentials that the call named; undefined when there is no such call in flight */
export async function credentialsFrame(
  id: string,
  open: (() => Promise<readonly CredentialGrant[]>) | undefined,
): Promise<Buffer> {
  try {
    if (!open) throw new AppError('internal.unexpected', { internal: 'credentials pulled for no call in flight' });
    return encodeCredentials(SUPERVISOR_FRAMES.credentials, id, await open());
  } catch (error) {
    return encodeJsonFrame(SUPERVISOR_FRAMES.credentialsFailed, { id, error: toWireError(error) });
  }
}
