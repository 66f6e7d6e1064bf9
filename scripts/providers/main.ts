/**
 * Checks the catalogue of providers: every file against the schema and the others, then the endpoints of each provider
 * against the metadata that its server publishes, where there is a network. Without one it reports so and ends with 0.
 *
 *     npm run providers:check
 *     npm run providers:check -- github slack      these only
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createGuardedFetch } from '@patchbay/egress/guarded-fetch';
import {
  CatalogueError,
  compareMetadata,
  listUnverified,
  PROVIDERS,
  type Provider,
  parseCatalogue,
} from '@patchbay/providers';

const FOLDER = path.resolve(import.meta.dirname, '../../packages/providers/data');
const METADATA_BYTES_MAX = 256 * 1024;

const providers = await loadFiles();
const asked = process.argv.slice(2);
const unknown = asked.filter((id) => !providers.some((provider) => provider.id === id));
if (unknown.length > 0) {
  console.error(`No such provider: ${unknown.join(', ')}. There are: ${providers.map(({ id }) => id).join(', ')}`);
  process.exit(2);
}
const chosen = providers.filter(({ id }) => asked.length === 0 || asked.includes(id));
for (const provider of chosen) {
  const open = listUnverified(provider);
  console.log(`ok    ${provider.id}${open.length > 0 ? `, unverified: ${open.join(', ')}` : ''}`);
}
await compareAll(chosen);

/** Every file of the folder, also one that the catalogue forgot. Ends the process when a file is faulty. */
async function loadFiles(): Promise<readonly Provider[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.json'));
  const contents = await Promise.all(names.map((name) => readFile(path.join(FOLDER, name), 'utf8')));
  const files = Object.fromEntries(
    names.map((name, at) => [path.basename(name, '.json'), JSON.parse(contents[at] ?? '')]),
  );
  try {
    const parsed = parseCatalogue(files);
    const missing = parsed.filter(({ id }) => !PROVIDERS.some((provider) => provider.id === id));
    if (missing.length === 0) return parsed;
    console.error(`Not imported by packages/providers/src/catalogue.ts: ${missing.map(({ id }) => id).join(', ')}`);
  } catch (error) {
    if (!(error instanceof CatalogueError)) throw error;
    console.error(error.message);
  }
  process.exit(1);
}

/** Differences end with 1. A server that does not answer while others do is reported, and is no fault of the file. */
async function compareAll(all: readonly Provider[]): Promise<void> {
  const fetch = createGuardedFetch({ bytesMax: METADATA_BYTES_MAX, timeoutMs: 10_000, redirectsMax: 2 });
  const described = all.flatMap(({ oauth, ...rest }) =>
    oauth?.metadata ? [{ ...rest, oauth, url: oauth.metadata.url }] : [],
  );
  const answers = await Promise.all(
    described.map(async ({ url, ...provider }) => {
      try {
        const response = await fetch(url, { headers: { accept: 'application/json' } });
        return { provider, url, document: response.ok ? await response.json() : undefined, status: response.status };
      } catch {
        return { provider, url, document: undefined, status: null };
      }
    }),
  );
  if (answers.every(({ status }) => status === null)) {
    console.log('No network: the files are in order, and no published metadata was compared.');
    return;
  }
  for (const { provider, url, document, status } of answers) {
    if (document === undefined)
      console.log(`?     ${provider.id}: ${url} ${status === null ? 'did not answer' : `answered ${status}`}`);
    const differences = document === undefined ? [] : compareMetadata(provider, document);
    for (const difference of differences) console.log(`FAIL  ${provider.id}: ${difference}`);
    if (differences.length > 0) process.exitCode = 1;
  }
}
