/**
 * Whoever asks for something random while a snapshot is taken would hand the same value to every sandbox of the
 * installation (S17). Loaded first, this module makes such a request end the build with the caller's stack.
 */
import crypto from 'node:crypto';
import { writeSync } from 'node:fs';

const EXIT_CODE = 71;

type Holder = Record<string, unknown>;

/** `getRandomValues` of this module asks web crypto's. */
const NODE_NAMES = [
  'randomBytes',
  'randomFill',
  'randomFillSync',
  'randomInt',
  'randomUUID',
  'generateKey',
  'generateKeySync',
  'generateKeyPair',
  'generateKeyPairSync',
] as const;

let isForbidden = true;
const originals: (() => void)[] = [];

// Both are objects whose functions are looked up by name; their types have no index.
forbid(crypto as unknown as Holder, NODE_NAMES, 'crypto');
forbid(Object.getPrototypeOf(globalThis.crypto), ['randomUUID', 'getRandomValues'], 'web crypto');
forbid(Object.getPrototypeOf(globalThis.crypto.subtle), ['generateKey'], 'web crypto');
// As above.
forbid(Math as unknown as Holder, ['random'], 'Math');

/** Everything is what it was; a replacement that somebody kept asks the original. */
export function liftRandomnessGuard(): void {
  isForbidden = false;
  for (const restore of originals) restore();
}

function forbid(holder: Holder, names: readonly string[], of: string): void {
  for (const name of names) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, name);
    const original = holder[name];
    if (descriptor === undefined || typeof original !== 'function') throw new Error(`${of}.${name} is no function`);
    const guarded = function (this: unknown, ...given: unknown[]): unknown {
      if (isForbidden) endBuild(`${of}.${name}`);
      return Reflect.apply(original, this, given);
    };
    Object.defineProperty(holder, name, { value: guarded, writable: true, configurable: true });
    originals.push(() => Object.defineProperty(holder, name, descriptor));
  }
}

/** Not by an error: whoever catches it would go on with a frozen value. */
function endBuild(what: string): never {
  writeSync(2, `${new Error(`${what} was used while the snapshot was taken`).stack}\n`);
  process.exit(EXIT_CODE);
}
