/**
 * `npm run docs -- [DIRECTORY]`: builds the site of this version, unless it is there already, and prints its path.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { siteDirectory } from '../src/index.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const directory = path.resolve(process.argv[2] ?? siteDirectory(root));

if (!existsSync(path.join(directory, 'site'))) {
  progress('Building the documentation (only when it changed) …');
  const { buildSite } = await import('../src/build-site.ts');
  await buildSite(root, directory);
}
progress(`The documentation is in ${path.relative(root, directory)}`);

/** In the form of every step of a start. */
function progress(text: string): void {
  const seconds = (performance.now() / 1000).toFixed(1);
  console.log(`${`${seconds} s`.padStart(7)}  ${text}`);
}
