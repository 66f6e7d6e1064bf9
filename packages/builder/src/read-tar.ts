/** Files of a tar, read in one go. Inside the build sandbox only: what it unpacks may be anything. */
const BLOCK = 512;

export interface TarFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** Regular files with safe paths, in order; links, devices and paths that climb out are left out. */
export function* readTar(tar: Buffer): Generator<TarFile> {
  let longName: string | null = null;
  for (let offset = 0; offset + BLOCK <= tar.byteLength; ) {
    const header = tar.subarray(offset, offset + BLOCK);
    if (header[0] === 0) return;
    const size = Number.parseInt(text(header, 124, 12).trim() || '0', 8);
    const end = offset + BLOCK + size;
    if (!Number.isSafeInteger(size) || size < 0 || end > tar.byteLength) throw new Error('The package archive is cut.');
    const body = tar.subarray(offset + BLOCK, end);
    const kind = String.fromCharCode(header[156] ?? 0);
    offset += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (kind === 'L') longName = text(body, 0, size);
    else if (kind === 'x') longName = paxPath(body) ?? longName;
    else if (kind === 'g' || kind === 'K') continue;
    else {
      const path = longName ?? shortName(header);
      longName = null;
      if ((kind === '0' || kind === '\0') && isSafe(path)) yield { path, bytes: body };
    }
  }
}

function shortName(header: Buffer): string {
  const isUstar = text(header, 257, 5) === 'ustar';
  const prefix = isUstar ? text(header, 345, 155) : '';
  const name = text(header, 0, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** `<length> path=<value>\n` among the records of an extended header. */
function paxPath(body: Buffer): string | null {
  for (let start = 0; start < body.byteLength; ) {
    const space = body.indexOf(0x20, start);
    const length = Number.parseInt(body.toString('latin1', start, space), 10);
    if (space === -1 || !Number.isInteger(length) || length <= 0) return null;
    const record = body.toString('utf8', space + 1, start + length - 1);
    if (record.startsWith('path=')) return record.slice('path='.length);
    start += length;
  }
  return null;
}

function text(bytes: Buffer, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? length : end);
}

function isSafe(path: string): boolean {
  return !path.startsWith('/') && !path.includes('\0') && !path.split('/').includes('..');
}
