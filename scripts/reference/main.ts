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
import { PROVIDERS } from '@patchbay/providers';
import { renderDecisionsPage } from './decisions-page.ts';
import type { Environment } from './environments.ts';
import { loadEnvironments } from './environments.ts';
import { errorCodes, renderErrorIndex, renderErrorPage } from './error-pages.ts';
import { findExampleProblems } from './example-problems.ts';
import { findUnreadVariables, renderAuthorsLimits, renderLimitsPage } from './limits-page.ts';
import { renderProvidersPage } from './providers-page.ts';
import { renderTable } from './render-table.ts';

const INTRODUCTION = `# Configuration

Every process reads its environment once, at start, and names every problem at once when it refuses to start. An empty
variable counts as unset. Variables that several processes read mean the same in each.

In addition, each process reads \`NODE_EXTRA_CA_CERTS\` (further certificate authorities, PEM), \`TZ\`, and the variables of
OpenTelemetry that begin with \`OTEL_\`; without \`OTEL_EXPORTER_OTLP_ENDPOINT\` nothing is exported.
`;

function renderConfigurationPage(environments: readonly Environment[]): string {
  const sections = environments.map(({ title, introduction, variables }) => {
    const rows = variables.map(({ name, comment, isRequired, standard }) => [
      `\`${name}\``,
      isRequired ? 'required' : standard === null ? '' : `\`${standard}\``,
      comment,
    ]);
    return `## ${title}\n\n${introduction}\n\n${renderTable(['Variable', 'Default', 'Meaning'], rows)}\n`;
  });
  return `${INTRODUCTION}\n${sections.join('\n')}`;
}

const ROOT = path.resolve(import.meta.dirname, '../..');
const DOCS = path.join(ROOT, 'docs');
const COMPOSE_FILES = ['docker-compose.yml', 'infra/docker/scale-out.yml'];

const environments = await loadEnvironments();
const decisions = await readDecisions();

/** File in `docs/` → its full text, from the text it has now. */
const PAGES: Readonly<Record<string, (current: string) => string>> = {
  'configuration.md': () => renderConfigurationPage(environments),
  'limits.md': renderLimitsPage,
  'providers.md': () => renderProvidersPage(PROVIDERS),
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

/**
 * The text with another content between `<!-- begin NAME … -->` and `<!-- end NAME -->`; the markers stay.
 *
 * @throws Error when the markers are missing
 */
function replaceSection(text: string, name: string, content: string): string {
  const section = new RegExp(`(<!-- begin ${name}\\b[^>]*-->\\n)[^]*?(<!-- end ${name} -->)`);
  if (!section.test(text)) throw new Error(`There is no section "${name}" between its markers.`);
  return text.replace(section, (_all, begin: string, end: string) => `${begin}\n${content}\n\n${end}`);
}
