/**
 * Frames of the sandbox protocol: 4-byte big-endian payload length, 1-byte type, payload.
 *
 * Lengths, never lines: a caller's text with line breaks can never become a second message. The reader's memory follows
 * the received bytes, not the length a peer declared, and a length above the cap ends the connection before a byte of
 * it is kept.
 */
export interface Frame {
  readonly type: number;
  /** Owned by the receiver; the reader keeps no reference. */
  readonly payload: Buffer;
}

/** Between gateway and supervisor, and for everything the host sends to a sandbox. */
export const HOST_FRAME_BYTES_MAX = 32 * 1024 * 1024;
/** Frame types that a sandbox may send on descriptor 3. */
export const SANDBOX_FRAME_BYTES_MAX = 8 * 1024 * 1024;

const HEADER_BYTES = 5;
const FIRST_BUFFER_BYTES = 16 * 1024;

/** The peer broke the framing; the connection is of no use any more. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** One frame as bytes. */
export function encodeFrame(type: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + payload.byteLength);
  frame.writeUInt32BE(payload.byteLength, 0);
  frame[4] = type;
  frame.set(payload, HEADER_BYTES);
  return frame;
}

/** One frame whose payload is the JSON text of a value. */
export function encodeJsonFrame(type: number, value: unknown): Buffer {
  const text = JSON.stringify(value);
  const payloadBytes = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(HEADER_BYTES + payloadBytes);
  frame.writeUInt32BE(payloadBytes, 0);
  frame[4] = type;
  frame.write(text, HEADER_BYTES, 'utf8');
  return frame;
}

/** One frame with a JSON header and bytes behind it: 4-byte header length, header, bytes. */
export function encodeMixedFrame(type: number, header: unknown, bytes: Uint8Array): Buffer {
  const head = JSON.stringify(header);
  const headBytes = Buffer.byteLength(head);
  const bytesAt = HEADER_BYTES + 4 + headBytes;
  // Once, because the bytes may be many.
  const frame = Buffer.allocUnsafe(bytesAt + bytes.byteLength);
  frame.writeUInt32BE(frame.byteLength - HEADER_BYTES, 0);
  frame[4] = type;
  frame.writeUInt32BE(headBytes, HEADER_BYTES);
  frame.write(head, HEADER_BYTES + 4, 'utf8');
  frame.set(bytes, bytesAt);
  return frame;
}

/** @throws FrameError when the payload is not JSON */
export function decodeJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    throw new FrameError('A frame does not hold JSON.');
  }
}

/** @throws FrameError when the header is cut or not JSON */
export function decodeMixed(payload: Buffer): { header: unknown; bytes: Buffer } {
  if (payload.byteLength < 4) throw new FrameError('A mixed frame is cut.');
  const headerEnd = 4 + payload.readUInt32BE(0);
  if (headerEnd > payload.byteLength) throw new FrameError('A mixed frame is cut.');
  return { header: decodeJson(payload.subarray(4, headerEnd)), bytes: payload.subarray(headerEnd) };
}

/** Cuts a byte stream into frames. One per connection and direction. */
export class FrameReader {
  readonly #payloadBytesMax: number;
  #buffer = Buffer.alloc(0);
  #used = 0;

  constructor(payloadBytesMax: number) {
    this.#payloadBytesMax = payloadBytesMax;
  }

  /**
   * Takes the bytes that arrived and returns the frames they complete, in order.
   *
   * @throws FrameError when a frame is longer than the cap
   */
  push(chunk: Uint8Array): Frame[] {
    this.#append(chunk);
    const frames: Frame[] = [];
    let start = 0;
    while (this.#used - start >= HEADER_BYTES) {
      const length = this.#buffer.readUInt32BE(start);
      if (length > this.#payloadBytesMax) {
        throw new FrameError(`A frame of ${length} bytes is longer than the ${this.#payloadBytesMax} allowed.`);
      }
      const end = start + HEADER_BYTES + length;
      if (end > this.#used) break;
      const type = this.#buffer[start + 4] ?? 0;
      frames.push({ type, payload: Buffer.from(this.#buffer.subarray(start + HEADER_BYTES, end)) });
      start = end;
    }
    this.#discard(start);
    return frames;
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#used + chunk.byteLength;
    if (needed > this.#buffer.byteLength) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.byteLength * 2, FIRST_BUFFER_BYTES));
      this.#buffer.copy(grown, 0, 0, this.#used);
      this.#buffer = grown;
    }
    this.#buffer.set(chunk, this.#used);
    this.#used = needed;
  }

  #discard(count: number): void {
    if (count === 0) return;
    this.#buffer.copyWithin(0, count, this.#used);
    this.#used -= count;
    // One large frame must not pin its buffer for the life of the connection.
    if (this.#used === 0 && this.#buffer.byteLength > 4 * FIRST_BUFFER_BYTES) this.#buffer = Buffer.alloc(0);
  }
}
