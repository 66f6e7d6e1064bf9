import type { Socket } from 'node:net';
import { encodeFrame } from './frame.ts';
import { SUPERVISOR_FRAMES } from './supervisor-frames.ts';

/** Silence of two and a half to three seconds is an end: calls are answered within five. */
const HEARTBEAT_MS = 500;
const SILENT_HEARTBEATS_MAX = 5;
const HEARTBEAT = encodeFrame(SUPERVISOR_FRAMES.heartbeat, Buffer.alloc(0));

/**
 * Distinguishes a disconnected peer from an idle one: a dropped route closes no connection, and calls would wait for
 * their deadlines. Both sides send heartbeats independently, so an upload one way cannot silence the other. Heartbeats
 * are counted, not clocked: a process that was stopped for a while reads received frames before it judges.
 */
export function keepAlive(socket: Socket): void {
  let silentHeartbeats = 0;
  socket.on('data', () => {
    silentHeartbeats = 0;
  });
  const timer = setInterval(() => {
    silentHeartbeats += 1;
    if (silentHeartbeats > SILENT_HEARTBEATS_MAX) socket.destroy(new Error('no heartbeat for three seconds'));
    // Bytes that wait already prove that we are alive.
    else if (socket.writable && socket.writableLength === 0) socket.write(HEARTBEAT);
  }, HEARTBEAT_MS);
  socket.once('close', () => clearInterval(timer));
}
