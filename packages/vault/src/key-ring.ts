import type { SealingKey } from './cipher.ts';
import type { KeySource } from './key-source.ts';
import type { KeyPurpose } from './purposes.ts';

/** The keys of one purpose in memory: the one that seals and signs, and all that still open and verify. */
export class KeyRing {
  readonly #current: SealingKey;
  readonly #accepted: readonly SealingKey[];

  private constructor({ current, accepted }: Loaded) {
    this.#current = current;
    this.#accepted = accepted;
  }

  /** As the source has them now: another key is used by a process that starts after it was added. */
  static async open(source: KeySource, purpose: KeyPurpose): Promise<KeyRing> {
    return new KeyRing(await load(source, purpose));
  }

  get current(): SealingKey {
    return this.#current;
  }

  /** The current one first. */
  get accepted(): readonly SealingKey[] {
    return this.#accepted;
  }

  find(keyId: number): Uint8Array | undefined {
    return this.#accepted.find(({ id }) => id === keyId)?.bytes;
  }
}

interface Loaded {
  readonly current: SealingKey;
  readonly accepted: readonly SealingKey[];
}

async function load(source: KeySource, purpose: KeyPurpose): Promise<Loaded> {
  const ids = await source.keyIds();
  const others = ids.accepted.filter((id) => id !== ids.current);
  const get = async (id: number) => ({ id, bytes: await source.deriveKey(purpose, id) });
  const [current, ...rest] = await Promise.all([get(ids.current), ...others.map(get)]);
  return { current, accepted: [current, ...rest] };
}
