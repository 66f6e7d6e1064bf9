/** The runner's end of descriptor 3. Its peer is the supervisor, which treats everything written here as hostile. */
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import {
  encodeJsonFrame,
  encodeMixedFrame,
  type Frame,
  FrameReader,
  HOST_FRAME_BYTES_MAX,
  writeInTurn,
} from '@patchbay/sandbox-protocol/inside';

const LINK_DESCRIPTOR = 3;

/** Node's own exit, taken before connector code could replace it. */
const endProcess = process.exit.bind(process, 0);

export interface HostLink {
  send(type: number, value: unknown): void;
  /** Sends a header and JSON text that is already serialised. */
  sendPayload(type: number, header: object, json: string): void;
  /** Sends without waiting for the event loop: for the last words of a process that ends. */
  sendNow(type: number, value: unknown): void;
}

/** Opens the link. The process ends when the supervisor closes it. */
export function openHostLink(onFrame: (frame: Frame) => void): HostLink {
  const socket = new Socket({ fd: LINK_DESCRIPTOR, readable: true, writable: true });
  const reader = new FrameReader(HOST_FRAME_BYTES_MAX);
  socket.on('data', (chunk) => {
    for (const frame of reader.push(chunk)) onFrame(frame);
  });
  // Output of the turn in which the process ends.
  process.once('exit', () => socket.uncork());
  socket.on('error', endProcess);
  socket.on('close', endProcess);
  return {
    send: (type, value) => void socket.write(encodeJsonFrame(type, value)),
    sendPayload: (type, header, json) => void writeInTurn(socket, encodeMixedFrame(type, header, Buffer.from(json))),
    sendNow: (type, value) => {
      const frame = encodeJsonFrame(type, value);
      socket.uncork();
      try {
        // Behind bytes that still wait, a direct write would cut a frame in two.
        if (socket.writableLength === 0) writeSync(LINK_DESCRIPTOR, frame);
      } catch {
        // The pipe is full or gone; the supervisor sees the process end.
      }
    },
  };
}
