/**
 * A random value read while a snapshot is taken would be the same in every sandbox that resumes from it. Loaded first,
 * this module makes such a read end the build with the caller's stack.
 */
import crypto from 'node:crypto';
import { writeSync } from 'node:fs';

const EXIT_CODE = 71;
/** Kept before the runner replaces it with its own, which reports to a host that is not there. */
const endProcess = process.exit.bind(process);

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

let isForbidding = true;
const originals: (() => void)[] = [];

// Both are objects whose functions are looked up by name; their types have no index.
forbid(crypto as unknown as Holder, NODE_NAMES, 'crypto');
forbid(Object.getPrototypeOf(globalThis.crypto), ['randomUUID', 'getRandomValues'], 'web crypto');
forbid(Object.getPrototypeOf(globalThis.crypto.subtle), ['generateKey'], 'web crypto');
// As above.
forbid(Math as unknown as Holder, ['random'], 'Math');

/** From here on the time of day and every other clock is refused as well: "started at" would be true of one process only. */
export function forbidClocks(): void {
  // As above.
  forbid(Date as unknown as Holder, ['now'], 'Date');
  forbid(Object.getPrototypeOf(performance), ['now'], 'performance');
  // As above.
  forbid(process.hrtime as unknown as Holder, ['bigint'], 'process.hrtime');
  replace(globalThis, 'Date', {
    apply: (target: DateConstructor) => {
      refuseInSnapshot('the time of day');
      return target();
    },
    construct: (target: DateConstructor, given, newTarget) => {
      if (given.length === 0) refuseInSnapshot('the time of day');
      return Reflect.construct(target, given, newTarget);
    },
  });
  replace(process, 'hrtime', {
    apply: (target: NodeJS.HRTime, self, given) => {
      refuseInSnapshot('process.hrtime');
      return Reflect.apply(target, self, given);
    },
  });
}

/** Ends the build because of what must not be in a snapshot; does nothing once the guard is lifted. */
export function refuseInSnapshot(what: string): void {
  if (isForbidding) endBuild(what);
}

/** Everything is restored; a replacement that code kept calls the original. */
export function liftSnapshotGuard(): void {
  isForbidding = false;
  for (const restore of originals) restore();
}

function forbid(holder: Holder, names: readonly string[], of: string): void {
  for (const name of names) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, name);
    const original = holder[name];
    if (descriptor === undefined || typeof original !== 'function') throw new Error(`${of}.${name} is no function`);
    const guarded = function (this: unknown, ...given: unknown[]): unknown {
      if (isForbidding) endBuild(`${of}.${name}`);
      return Reflect.apply(original, this, given);
    };
    Object.defineProperty(holder, name, { value: guarded, writable: true, configurable: true });
    originals.push(() => Object.defineProperty(holder, name, descriptor));
  }
}

/**
 * For functions that are also constructors or carry functions of their own: all of it is passed through, except what
 * the traps refuse.
 */
function replace<T extends object>(holder: object, name: string, traps: ProxyHandler<T>): void {
  const descriptor = Object.getOwnPropertyDescriptor(holder, name);
  if (descriptor === undefined) throw new Error(`there is no ${name}`);
  Object.defineProperty(holder, name, { ...descriptor, value: new Proxy(descriptor.value, traps) });
  originals.push(() => Object.defineProperty(holder, name, descriptor));
}

/** Not by an error: code that catches it would continue with a frozen value. */
function endBuild(what: string): never {
  writeSync(2, `${new Error(`${what} was used while the snapshot was taken`).stack}\n`);
  return endProcess(EXIT_CODE);
}
