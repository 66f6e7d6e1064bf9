/** Makes the site of the documents as they are now. */
import { globSync, readFileSync } from 'node:fs';
import { cp, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'vitepress';
import { contentPolicy, hasStyleAttribute } from './content-policy.ts';
import { deadFragments } from './dead-fragments.ts';
import { ICON, listDocuments, pageOf } from './pages.ts';
import { PACKAGE, PAGES } from './site-config.ts';

/** Sites that stay: a process of the version before may still serve one. */
const SITES_KEPT = 3;

/**
 * Builds the site, with its content security policy beside it, and puts both in their place at once. Only one build may
 * run at a time in a checkout.
 *
 * @param root the checkout
 * @param directory where they go, as `siteDirectory` names it
 * @throws Error naming every dead link
 */
export async function buildSite(root: string, directory: string): Promise<void> {
  const work = path.join(PACKAGE, 'dist/.building');
  await rm(work, { recursive: true, force: true });
  await copyDocuments(root);
  // The generator's renderer finds its modules from the working directory.
  process.chdir(PACKAGE);
  await build('.', { outDir: path.join(work, 'site') });
  await writeFile(path.join(work, 'content-policy'), checkedPolicy(path.join(work, 'site')));
  // The present files mean that a build failed.
  await rm(directory, { recursive: true, force: true });
  await mkdir(path.dirname(directory), { recursive: true });
  await rename(work, directory);
  await removeOldSites(path.dirname(directory));
}

async function copyDocuments(root: string): Promise<void> {
  await rm(PAGES, { recursive: true, force: true });
  for (const document of listDocuments(root)) {
    await cp(path.join(root, document), path.join(PAGES, pageOf(document)));
  }
  // The generator copies this folder to the root of the site.
  await cp(path.join(root, ICON), path.join(PAGES, 'public', path.basename(ICON)));
}

/** @throws Error when a page would lose part of its looks, or a link leads to no section */
function checkedPolicy(site: string): string {
  const names = globSync('**/*.html', { cwd: site });
  const pages = new Map(names.map((name) => [name, readFileSync(path.join(site, name), 'utf8')]));
  const styled = [...pages].filter(([, html]) => hasStyleAttribute(html)).map(([name]) => name);
  if (styled.length > 0) throw new Error(`The policy forbids style attributes, which are in: ${styled.join(', ')}`);
  const dead = deadFragments(pages);
  if (dead.length > 0) throw new Error(`These links lead to no section:\n${dead.join('\n')}`);
  return contentPolicy(pages.values());
}

async function removeOldSites(directory: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => /^[0-9a-f]+$/.test(name));
  const dated = await Promise.all(
    names.map(async (name) => ({ name, madeMs: (await stat(path.join(directory, name))).mtimeMs })),
  );
  const old = dated.sort((a, b) => b.madeMs - a.madeMs).slice(SITES_KEPT);
  await Promise.all(old.map(({ name }) => rm(path.join(directory, name), { recursive: true, force: true })));
}
