/**
 * Writes the pages of `docs/` that are generated from the code, and reports where `.env.example`, the compose files and
 * the schemas disagree. With `--check` it writes nothing and ends with 1 when a page is stale: `npm run check --
 * reference`.
 *
 *     npm run reference
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errorPagePath } from '@patchbay/foundation';
import { renderConfigurationPage } from './configuration-page.ts';
import { renderDecisionsPage } from './decisions-page.ts';
import { loadEnvironments } from './environments.ts';
import { errorCodes, renderErrorIndex, renderErrorPage } from './error-pages.ts';
import { findExampleProblems } from './example-problems.ts';
import { findUnreadVariables, renderAuthorsLimits, renderLimitsPage } from './limits-page.ts';
import { replaceSection } from './replace-section.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const DOCS = path.join(ROOT, 'docs');
const COMPOSE_FILES = ['docker-compose.yml', 'infra/docker/scale-out.yml'];

const environments = await loadEnvironments();
const decisions = await readDecisions();

/** File in `docs/` → its whole text, from the text it has now. */
const PAGES: Readonly<Record<string, (current: string) => string>> = {
  'configuration.md': () => renderConfigurationPage(environments),
  'limits.md': renderLimitsPage,
  'authors.md': (current) => replaceSection(current, 'limits', renderAuthorsLimits()),
  'adr/README.md': () => renderDecisionsPage(decisions),
  'errors/README.md': renderErrorIndex,
  ...Object.fromEntries(
    errorCodes().map((code) => [
      `errors/${errorPagePath(code)}.md`,
      (current: string) => renderErrorPage(code, current),
    ]),
  ),
};

const onlyCheck = process.argv.includes('--check');
for (const [name, render] of Object.entries(PAGES)) {
  const file = path.join(DOCS, name);
  const current = await readFile(file, 'utf8').catch(() => '');
  const text = render(current);
  if (text === current) continue;
  if (onlyCheck) {
    console.log(`docs/${name} is stale. Run: npm run reference`);
    process.exitCode = 1;
    continue;
  }
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  console.log(`wrote docs/${name}`);
}

const read = async (name: string) => [name, await readFile(path.join(ROOT, name), 'utf8')] as const;
const [, example] = await read('.env.example');
const compose = Object.fromEntries(await Promise.all(COMPOSE_FILES.map(read)));
const problems = [...findExampleProblems({ example, compose }, environments), ...findUnreadVariables(environments)];
for (const problem of problems) {
  console.log(problem);
  process.exitCode = 1;
}

async function readDecisions() {
  const folder = path.join(DOCS, 'adr');
  const names = (await readdir(folder)).filter((name) => /^\d/.test(name));
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(path.join(folder, name), 'utf8') })));
}
