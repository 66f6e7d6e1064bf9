/**
 * Writes the pages of `docs/` that are generated from the code. With `--check` it writes nothing and ends with 1 when a
 * page is not what it would write: `npm run check -- reference`.
 *
 *     npm run reference
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { renderAuthorsLimits, renderLimitsPage } from './limits-page.ts';
import { replaceSection } from './replace-section.ts';

const DOCS = path.resolve(import.meta.dirname, '../../docs');

/** File in `docs/` → its whole text, from the text it has now. */
const PAGES: Readonly<Record<string, (current: string) => string>> = {
  'limits.md': renderLimitsPage,
  'authors.md': (current) => replaceSection(current, 'limits', renderAuthorsLimits()),
};

const onlyCheck = process.argv.includes('--check');
for (const [name, render] of Object.entries(PAGES)) {
  const file = path.join(DOCS, name);
  const current = await readFile(file, 'utf8').catch(() => '');
  const text = render(current);
  if (text === current) continue;
  if (onlyCheck) {
    console.log(`docs/${name} is not what the code says. Run: npm run reference`);
    process.exitCode = 1;
    continue;
  }
  await writeFile(file, text);
  console.log(`wrote docs/${name}`);
}
