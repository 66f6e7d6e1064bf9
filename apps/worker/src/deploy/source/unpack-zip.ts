import type { Readable } from 'node:stream';
import { AppError } from '@patchbay/foundation';
import yauzl from 'yauzl';
import { refuseLink, SourceCollector } from './source-collector.ts';

const FILE_TYPE_MASK = 0o170_000;
const REGULAR = 0o100_000;
const DIRECTORY = 0o040_000;

/** Unpacks a zip in memory; its declared sizes are checked against the actual bytes. */
export async function unpackZip(packed: Uint8Array): Promise<Map<string, Buffer>> {
  const collector = new SourceCollector(packed.byteLength);
  try {
    const archive = await openArchive(packed);
    for (;;) {
      const entry = await nextEntry(archive);
      if (entry === null) return collector.files();
      collector.countEntry();
      await takeEntry(archive, entry, collector);
    }
  } catch (error) {
    throw asSourceError(error);
  }
}

async function takeEntry(archive: yauzl.ZipFile, entry: yauzl.Entry, collector: SourceCollector): Promise<void> {
  const name = entry.fileName;
  // The upper half holds the Unix mode when the archive was made on Unix; zero means a plain file.
  const kind = (entry.externalFileAttributes >>> 16) & FILE_TYPE_MASK;
  if (kind !== 0 && kind !== REGULAR && kind !== DIRECTORY) throw refuseLink(name);
  if (name.endsWith('/')) return;
  if (entry.isEncrypted()) throw new AppError('source.damaged', { detail: 'The zip archive is encrypted.' });
  const chunks: Buffer[] = [];
  for await (const chunk of await openEntry(archive, entry)) {
    collector.grow(chunk.byteLength);
    chunks.push(chunk);
  }
  collector.addFile(name, Buffer.concat(chunks));
}

function openArchive(packed: Uint8Array): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => {
    yauzl.fromBuffer(Buffer.from(packed), { lazyEntries: true, validateEntrySizes: true }, (error, archive) =>
      error ? reject(error) : resolve(archive),
    );
  });
}

function nextEntry(archive: yauzl.ZipFile): Promise<yauzl.Entry | null> {
  return new Promise((resolve, reject) => {
    archive.removeAllListeners();
    archive
      .once('entry', resolve)
      .once('end', () => resolve(null))
      .once('error', reject);
    archive.readEntry();
  });
}

function openEntry(archive: yauzl.ZipFile, entry: yauzl.Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    archive.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)));
  });
}

function asSourceError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (/absolute path|invalid relative path|invalid characters/i.test(message)) {
    return new AppError('source.bad_path', { detail: message, cause: error });
  }
  const isCut = /end of central directory|unexpected (end|eof)|past end/i.test(message);
  return new AppError(isCut ? 'source.truncated' : 'source.damaged', { cause: error, internal: message });
}
