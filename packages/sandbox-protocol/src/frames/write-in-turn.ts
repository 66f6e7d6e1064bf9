import type { Writable } from 'node:stream';
import { setImmediate } from 'node:timers';

/** More is sent at once: the peer begins with it while this turn continues. About four calls. */
const WAITING_BYTES_MAX = 3 * 1024;

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
  const isRoom = stream.write(frame);
  if (stream.writableLength > WAITING_BYTES_MAX) stream.uncork();
  return isRoom;
}
