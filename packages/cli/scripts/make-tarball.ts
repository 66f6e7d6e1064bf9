import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer as readBytes } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack as createPack } from 'tar-stream';

/** The folder as npm expects a package: everything below `package/`; no times, owners or orders of the machine in it. */
export async function makeTarball(folder: string): Promise<Buffer> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
  const archive = createPack();
  for (const name of files) {
    const content = await readFile(path.join(folder, name));
    const mode = name.startsWith('bin/') ? 0o755 : 0o644;
    archive.entry({ name: `package/${name}`, mode, mtime: new Date(0), size: content.length }, content);
  }
  archive.finalize();
  return gzipSync(await readBytes(archive), { level: 9 });
}
