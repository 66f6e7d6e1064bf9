/** Answers to requests of a supervisor during a call: one frame each, with the result or with the error. */
import { AppError } from '@patchbay/foundation';
import type { EgressViolation, IsolationKey, JsonObject } from '@patchbay/sandbox-protocol';
import {
  type CredentialGrant,
  encodeCredentials,
  encodeJsonFrame,
  encodeProvision,
  SUPERVISOR_FRAMES,
  toWireError,
} from '@patchbay/sandbox-protocol/wire';
import type { RefusedCredential, SandboxClientOptions } from './sandbox-client.ts';

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

/** The client's end of a call in flight, for what its supervisor asks during the call. */
export interface CallEnd {
  /** Opens the credentials that the call names. */
  openCredentials(): Promise<readonly CredentialGrant[]>;
  refreshCredential(refused: RefusedCredential): Promise<CredentialGrant | null>;
  onViolation(violation: EgressViolation): void;
}

/** @param asked the supervisor's `refreshCredential` @param call undefined when there is no such call in flight */
export function refreshedFrame(asked: JsonObject, call: CallEnd | undefined): Promise<Buffer> {
  const refused = { id: String(asked.credential), revision: Number(asked.revision) };
  const refresh = async (end: CallEnd) => {
    const grant = await end.refreshCredential(refused);
    return grant === null ? [] : [grant];
  };
  return credentialsFrame(String(asked.pull), call && (() => refresh(call)));
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
