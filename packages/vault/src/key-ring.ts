import type { SealingKey } from './cipher.ts';
import type { KeySource } from './key-source.ts';
import type { KeyPurpose } from './purposes.ts';

/** The keys of one purpose in memory: the one that seals and signs, and all that still open and verify. */
export class KeyRing {
  readonly #source: KeySource;
  readonly #purpose: KeyPurpose;
  #current: SealingKey;
  #accepted: readonly SealingKey[];

  private constructor(source: KeySource, purpose: KeyPurpose, { current, accepted }: Loaded) {
    this.#source = source;
    this.#purpose = purpose;
    this.#current = current;
    this.#accepted = accepted;
  }

  /** Follows the rotations of the source from here on. */
  static async open(source: KeySource, purpose: KeyPurpose): Promise<KeyRing> {
    const ring = new KeyRing(source, purpose, await load(source, purpose));
    source.onRotated(() => ring.#reload());
    return ring;
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

  async #reload(): Promise<void> {
    const loaded = await load(this.#source, this.#purpose);
    this.#current = loaded.current;
    this.#accepted = loaded.accepted;
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
