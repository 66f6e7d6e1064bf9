import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ICON, listDocuments } from './pages.ts';

const PACKAGE = 'packages/docs-site';
const DIGEST_CHARACTERS = 16;

/**
 * Where the site of exactly these documents is, or will be: the name of the directory is a hash of everything it is made
 * of, so that an installation never serves the guide of another version.
 *
 * @param root the checkout
 */
export function siteDirectory(root: string): string {
  const sources = globSync(`${PACKAGE}/{src,scripts,.vitepress}/**/*.{ts,css,svg}`, { cwd: root });
  const versions = ['package.json', 'pnpm-lock.yaml', `${PACKAGE}/package.json`];
  const inputs = [...listDocuments(root), ...sources, ...versions, ICON].filter((file) =>
    existsSync(path.join(root, file)),
  );
  const hash = createHash('sha256');
  for (const file of inputs.sort())
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update('\0');
  return path.join(root, PACKAGE, 'dist', hash.digest('hex').slice(0, DIGEST_CHARACTERS));
}
