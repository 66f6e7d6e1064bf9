import { AppError } from '@patchbay/foundation';

/** Passes chunks on until more than `bytesMax` came. @throws AppError `artifacts.too_large` */
export async function* sizeLimited(
  content: Uint8Array | AsyncIterable<Uint8Array>,
  bytesMax: number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of content instanceof Uint8Array ? [content] : content) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw new AppError('artifacts.too_large', { data: { bytesMax } });
    yield chunk;
  }
}
