import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { z } from 'zod';

const Tool = z.object({ url: z.url(), integrity: z.string().regex(/^sha512-[A-Za-z0-9+/]{86}==$/) });
const Tools = z.object({ cli: Tool, connector: Tool });
const names = z.record(z.string(), z.string()).optional();
const Manifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().optional(),
  dependencies: names,
  peerDependencies: names,
  bin: names,
  engines: names,
});

/** One of the two packages a project depends on, as a lockfile holds it. */
export interface ToolPackage {
  readonly url: string;
  /** null when the installation did not answer. */
  readonly locked: (z.output<typeof Manifest> & { readonly integrity: string }) | null;
}

export interface ToolPackages {
  readonly origin: string;
  readonly cli: ToolPackage;
  readonly connector: ToolPackage;
  /** Whether the installation answered, so that the integrity is known. */
  readonly verified: boolean;
}

const DEFAULT_ORIGIN = 'http://localhost:4000';
const ANSWER_MS_MAX = 3_000;

/**
 * Where a new project gets its tools: from the installation it will be deployed to; its own words, its own bytes.
 * Without one that answers, the address is written all the same, to be there when it does.
 */
export async function findTools(origin: string | undefined, programDirectory: string): Promise<ToolPackages> {
  const from = origin ?? (await ownOrigin(programDirectory)) ?? DEFAULT_ORIGIN;
  try {
    const response = await get(new URL('/-/downloads/index.json', from));
    const tools = Tools.parse(await response.json());
    const [cli, connector] = await Promise.all([lock(tools.cli), lock(tools.connector)]);
    return { origin: from, cli, connector, verified: true };
  } catch {
    const unknown = (name: string) => ({ url: new URL(`/-/downloads/${name}.tgz`, from).href, locked: null });
    return { origin: from, cli: unknown('cli'), connector: unknown('connector'), verified: false };
  }
}

/** Fetches the tarball and reads the package.json in it; what a package manager needs to know without fetching it. */
async function lock(tool: z.output<typeof Tool>): Promise<ToolPackage> {
  const bytes = Buffer.from(await (await get(new URL(tool.url))).arrayBuffer());
  const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  if (integrity !== tool.integrity) throw new Error(`${tool.url} does not match its digest`);
  for await (const entry of Readable.from([gunzipSync(bytes)]).pipe(extract())) {
    const content = await readText(entry);
    if (entry.header.name !== 'package/package.json') continue;
    return { url: tool.url, locked: { ...Manifest.parse(JSON.parse(content)), integrity } };
  }
  throw new Error(`${tool.url} holds no package.json`);
}

async function get(url: URL): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
  if (!response.ok) throw new Error(`${url.href} answered ${response.status}`);
  return response;
}

/** The installation this program was downloaded from: packing writes it beside the program. */
async function ownOrigin(programDirectory: string): Promise<string | undefined> {
  try {
    return (await readFile(path.join(programDirectory, 'origin.txt'), 'utf8')).trim() || undefined;
  } catch {
    return undefined;
  }
}
