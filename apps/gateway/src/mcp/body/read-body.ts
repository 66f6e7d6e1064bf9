import type { Readable } from 'node:stream';
import { AppError } from '@patchbay/foundation';
import { CALL_LIMITS } from '@patchbay/foundation/limits';

export interface BodyLimits {
  readonly bytesMax: number;
  /** From the first look at the body to its last byte. */
  readonly arriveWithinMs: number;
}

export const BODY_LIMITS: BodyLimits = {
  bytesMax: CALL_LIMITS.requestBytes.value,
  arriveWithinMs: CALL_LIMITS.requestArrival.value,
};

/**
 * The whole body, within its bounds. Charges bytes beyond the declared length as they arrive.
 *
 * @throws AppError edge.body_too_large, edge.body_timeout, edge.bad_body
 */
export function readBody(stream: Readable, limits: BodyLimits): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      stream.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
      finish();
    };
    const refuse = (error: AppError) => settle(() => reject(error));
    const timer = setTimeout(() => refuse(new AppError('edge.body_timeout')), limits.arriveWithinMs);
    const onData = (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size > limits.bytesMax) refuse(new AppError('edge.body_too_large'));
      else chunks.push(chunk);
    };
    const onEnd = () => settle(() => resolve(joined(chunks, size)));
    const onError = (cause: Error) => refuse(new AppError('edge.bad_body', { cause }));
    const onClose = () => refuse(new AppError('edge.bad_body', { detail: 'The body ended before it was complete.' }));
    stream.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  });
}

/** In memory of its own, never in a pooled buffer: large ones change threads. */
function joined(chunks: readonly Buffer[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
