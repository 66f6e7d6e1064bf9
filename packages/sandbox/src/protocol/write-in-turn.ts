import type { Writable } from 'node:stream';
import { setImmediate } from 'node:timers';

/**
 * Writes a frame together with whatever else this turn of the event loop writes: one system call, and one time that the
 * other end wakes up, for many calls under way. With one call under way it leaves at once all the same.
 *
 * @returns whether more may be written before `drain`
 */
export function writeInTurn(stream: Writable, frame: Uint8Array): boolean {
  if (stream.writableCorked === 0) {
    stream.cork();
    setImmediate(() => stream.uncork());
  }
  return stream.write(frame);
}
