/** Credentials that calls of one connection wait for: asked for by frames of their own, never a part of a call. */
import { AppError } from '@patchbay/foundation';
import {
  CREDENTIALS_SINCE,
  type CredentialGrant,
  decodeCredentials,
  type Frame,
  SUPERVISOR_FRAMES,
} from '@patchbay/sandbox-protocol/wire';
import { AwaitedReplies } from './awaited-replies.ts';

export class CredentialPulls {
  readonly #replies = new AwaitedReplies<readonly CredentialGrant[]>();
  readonly #send: (type: number, value: object) => void;
  #refreshes = 0;

  constructor(send: (type: number, value: object) => void) {
    this.#send = send;
  }

  /** The credentials that the call names. @throws AppError `sandbox.release_mismatch` for a peer of this version */
  pull(id: string, version: number): Promise<readonly CredentialGrant[]> {
    if (version < CREDENTIALS_SINCE) return Promise.reject(new AppError('sandbox.release_mismatch'));
    const reply = this.#replies.wait(id);
    this.#send(SUPERVISOR_FRAMES.pullCredentials, { id });
    return reply;
  }

  /** A value after the one that the provider refused; null where there is none. */
  async refresh(id: string, { id: credential, revision }: CredentialGrant): Promise<CredentialGrant | null> {
    this.#refreshes += 1;
    const pull = `${id} ${this.#refreshes}`;
    const reply = this.#replies.wait(pull);
    this.#send(SUPERVISOR_FRAMES.refreshCredential, { id, pull, credential, revision });
    return (await reply)[0] ?? null;
  }

  /** @throws FrameError, ZodError when the frame is broken: the connection then ends */
  take({ payload }: Frame): void {
    const { id, grants } = decodeCredentials(payload);
    this.#replies.resolve(id, grants);
  }

  reject({ id, error }: { readonly id: string; readonly error: AppError }): void {
    this.#replies.reject(id, error);
  }

  rejectAll(error: AppError): void {
    this.#replies.rejectAll(error);
  }
}
