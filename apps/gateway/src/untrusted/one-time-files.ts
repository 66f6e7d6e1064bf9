import { randomBytes } from 'node:crypto';
import type { ArtifactStore } from '@patchbay/artifacts';
import type { Clock } from '@patchbay/foundation';
import { z } from 'zod';
import type { EphemeralStore } from '../ephemeral-store/ephemeral-store.ts';

const LIFETIME_MS = 60_000;

const offered = z.object({
  fileName: z.string(),
  contentType: z.string(),
  organizationId: z.string(),
  digest: z.string(),
});

/** Untrusted bytes, offered once under an unguessable URL. They are in the artifact store. */
export type OneTimeFile = Readonly<z.infer<typeof offered>>;

export interface OneTimeFilesDeps {
  readonly ephemeralStore: EphemeralStore;
  readonly artifacts: Pick<ArtifactStore, 'get'>;
  readonly clock: Clock;
}

/**
 * Addresses for bytes of strangers: each works once, for a minute, and needs no cookie, so that the answer can be
 * given without any. Any gateway answers them, whichever offered them.
 */
export class OneTimeFiles {
  readonly #deps: OneTimeFilesDeps;

  constructor(deps: OneTimeFilesDeps) {
    this.#deps = deps;
  }

  /** @returns the id below `/-/untrusted/` and when it stops working */
  async offer(file: OneTimeFile): Promise<{ id: string; expiresAt: Date }> {
    const { ephemeralStore, clock } = this.#deps;
    const id = randomBytes(32).toString('base64url');
    const expiresAt = new Date(clock.now().getTime() + LIFETIME_MS);
    await ephemeralStore.put(keyOf(id), JSON.stringify(file), LIFETIME_MS);
    return { id, expiresAt };
  }

  /** The file and its bytes, the first time; null for an id that is unknown, used or too old. */
  async take(id: string): Promise<{ file: OneTimeFile; bytes: Uint8Array } | null> {
    const text = await this.#deps.ephemeralStore.take(keyOf(id));
    if (text === null) return null;
    const file = offered.parse(JSON.parse(text));
    return { file, bytes: await this.#deps.artifacts.get(file) };
  }
}

function keyOf(id: string): readonly string[] {
  return ['one-time file', id];
}
