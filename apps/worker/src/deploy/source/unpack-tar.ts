import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { AppError } from '@patchbay/foundation';
import tar from 'tar-stream';
import { refuseLink, SourceCollector } from './source-collector.ts';

/** Unpacks a tar.gz in memory. The limits hold while it is read, before a byte is kept. */
export async function unpackTar(packed: Uint8Array): Promise<Map<string, Buffer>> {
  const collector = new SourceCollector(packed.byteLength);
  const extract = tar.extract();
  const gunzip = createGunzip();
  // Headers and padding count too: what leaves the decompressor is what it costs.
  gunzip.on('data', (chunk: Buffer) => {
    try {
      collector.grow(chunk.byteLength);
    } catch (error) {
      gunzip.destroy(error instanceof Error ? error : undefined);
    }
  });
  const reading = pipeline(Readable.from([packed]), gunzip, extract);
  reading.catch(() => {});
  try {
    for await (const entry of extract) {
      collector.countEntry();
      const { name, type } = entry.header;
      if (type === 'directory') {
        entry.resume();
        continue;
      }
      if (type !== 'file') throw refuseLink(name);
      const chunks: Buffer[] = [];
      for await (const chunk of entry) {
        if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
      }
      collector.addFile(name, Buffer.concat(chunks));
    }
    await reading;
  } catch (error) {
    throw asSourceError(error);
  } finally {
    gunzip.destroy();
    extract.destroy();
  }
  return collector.files();
}

function asSourceError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const isCut = /unexpected end|premature close|incomplete/i.test(message);
  return new AppError(isCut ? 'source.truncated' : 'source.damaged', { cause: error, internal: message });
}
