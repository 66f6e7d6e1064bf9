import { deflateRawSync, gzipSync } from 'node:zlib';
import type { Header } from 'tar-stream';
import tar from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { readSource } from './read-source.ts';

type Entry = Partial<Header> & { name: string; text?: string };

async function tarGz(entries: readonly Entry[]): Promise<Buffer> {
  const pack = tar.pack();
  for (const { text = '', ...header } of [{ name: 'package.json', text: '{}' }, ...entries]) pack.entry(header, text);
  pack.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of pack) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
}

interface ZipOptions {
  readonly mode?: number;
  /** 0 is stored as it is, 8 is deflated. */
  readonly method?: 0 | 8;
  /** The unpacked size of the file according to the archive. */
  readonly announced?: number;
}

/** One file, as `zip -0` writes it; `body` is its content in the archive. */
function zip(name: string, body: Buffer, options: ZipOptions = {}): Buffer {
  const { mode = 0o100_644, method = 0, announced = body.byteLength } = options;
  const crc = crcOf(body);
  const packing = Buffer.from([method, 0]);
  const fields = Buffer.alloc(16);
  fields.writeUInt32LE(crc, 4);
  fields.writeUInt32LE(body.byteLength, 8);
  fields.writeUInt32LE(announced, 12);
  const local = Buffer.concat([
    Buffer.from('504b03040a000000', 'hex'),
    packing,
    fields,
    sizes(name),
    Buffer.from(name),
    body,
  ]);
  const attributes = Buffer.alloc(16);
  attributes.writeUInt32LE((mode << 16) >>> 0, 8);
  const central = Buffer.concat([
    Buffer.from('504b01021e030a000000', 'hex'),
    packing,
    fields,
    sizes(name),
    attributes.subarray(2),
    Buffer.from(name),
  ]);
  const end = Buffer.alloc(22);
  end.write('504b0506', 0, 'hex');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.byteLength, 12);
  end.writeUInt32LE(local.byteLength, 16);
  return Buffer.concat([local, central, end]);
}

function sizes(name: string): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(Buffer.byteLength(name));
  return bytes;
}

function crcOf(body: Buffer): number {
  let crc = ~0;
  for (const byte of body) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

describe('an upload', () => {
  it.for<[string, Entry, string]>([
    ['a symbolic link', { name: 'a', type: 'symlink', linkname: '/etc/passwd' }, 'source.link'],
    ['a hard link', { name: 'a', type: 'link', linkname: 'package.json' }, 'source.link'],
    ['a device', { name: 'a', type: 'character-device' }, 'source.link'],
    ['a named pipe', { name: 'a', type: 'fifo' }, 'source.link'],
    ['an absolute path', { name: '/etc/cron.d/x' }, 'source.bad_path'],
    ['a path that climbs out', { name: 'src/../../x' }, 'source.bad_path'],
    ['a path of Windows', { name: 'C:\\x' }, 'source.bad_path'],
    ['a control character in a path', { name: 'a\u001bb' }, 'source.bad_path'],
    ['a direction-changing character in a path', { name: 'a\u202eb' }, 'source.bad_path'],
    ['one file twice', { name: './package.json' }, 'source.duplicate_path'],
    ['a file below a file', { name: 'package.json/x' }, 'source.bad_path'],
  ])('an upload with %s in it is refused', async ([, entry, code]) => {
    await expect(readSource(await tarGz([entry]))).rejects.toMatchObject({ code });
  });

  it('an upload that unpacks to a thousand times its size is refused', async () => {
    const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024));
    await expect(readSource(bomb)).rejects.toMatchObject({ code: 'source.bomb' });
  });

  it('a zip that unpacks to a thousand times its size is refused, with any declared size', async () => {
    const packed = deflateRawSync(Buffer.alloc(40 * 1024 * 1024));
    const bomb = (announced: number) => zip('a', packed, { method: 8, announced });
    await expect(readSource(bomb(40 * 1024 * 1024))).rejects.toMatchObject({ code: 'source.bomb' });
    await expect(readSource(bomb(10))).rejects.toMatchObject({
      code: expect.stringMatching(/^source\.(bomb|damaged)$/),
    });
  });

  it('an upload with more than 4096 files is refused', async () => {
    const entries = Array.from({ length: 4097 }, (_, index) => ({ name: `f${index}` }));
    await expect(readSource(await tarGz(entries))).rejects.toMatchObject({ code: 'source.too_many_files' });
  });

  it('an upload that is cut, damaged, too large or no archive is refused', async () => {
    const whole = await tarGz([{ name: 'a', text: 'x'.repeat(5000) }]);
    await expect(readSource(whole.subarray(0, 60))).rejects.toMatchObject({ code: 'source.truncated' });
    await expect(readSource(Buffer.from('{}'))).rejects.toMatchObject({ code: 'source.not_an_archive' });
    const spoiled = Buffer.from(whole).fill(0xff, 20, 40);
    await expect(readSource(spoiled)).rejects.toMatchObject({ code: 'source.damaged' });
    await expect(readSource(Buffer.alloc(11 * 1024 * 1024))).rejects.toMatchObject({ code: 'source.too_large' });
  });

  it('a zip with a link, a climbing path or a cut end is refused', async () => {
    await expect(readSource(zip('a', Buffer.from('/etc'), { mode: 0o120_777 }))).rejects.toMatchObject({
      code: 'source.link',
    });
    await expect(readSource(zip('../a', Buffer.from('x')))).rejects.toMatchObject({ code: 'source.bad_path' });
    const whole = zip('package.json', Buffer.from('{}'));
    await expect(readSource(whole.subarray(0, 30))).rejects.toMatchObject({ code: 'source.truncated' });
  });

  it('an upload is read from zip and from a single top folder', async () => {
    const source = await readSource(zip('top/package.json', Buffer.from('{}')));
    expect([...source.files.keys()]).toEqual(['package.json']);
  });

  it('an upload loses what steers package managers, with a note for each', async () => {
    const names = [
      '.npmrc',
      'sub/.npmrc',
      '.pnpmfile.cjs',
      '.yarnrc.yml',
      'bunfig.toml',
      'pnpm-workspace.yaml',
      '.env',
      '.git/hooks/x',
      'node_modules/a/i.js',
    ];
    const source = await readSource(await tarGz([...names, 'src/index.ts', '.env.example'].map((name) => ({ name }))));
    expect([...source.files.keys()]).toEqual(['package.json', 'src/index.ts', '.env.example']);
    expect(source.notes).toContain(
      'left out .npmrc and 2 more: the registry is set by the platform'.replace('2 more', '3 more'),
    );
  });

  it('an upload keeps names that differ in case only', async () => {
    const source = await readSource(await tarGz([{ name: 'A.ts' }, { name: 'a.ts' }]));
    expect(source.files.size).toBe(3);
  });
});
