import { gzipSync } from 'node:zlib';

/** An entry that is no file: what it is (`1` hard link, `2` symbolic link), and where it leads. */
export interface TarLink {
  readonly kind: '1' | '2';
  readonly target: string;
}

/** A tar of small files, as the worker and the registry write them, and of links, as they never do. */
export function tarOf(files: Readonly<Record<string, string | TarLink>>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, given]) => {
    const body = Buffer.from(typeof given === 'string' ? given : '');
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write('0000644\0', 100);
    header.write(`${body.byteLength.toString(8).padStart(11, '0')}\0`, 124);
    header.write(typeof given === 'string' ? '0' : given.kind, 156);
    if (typeof given !== 'string') header.write(given.target, 157);
    header.write('ustar\0', 257);
    return [header, body, Buffer.alloc((512 - (body.byteLength % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}
