import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const Tool = z.object({ url: z.url(), integrity: z.string().regex(/^sha512-[A-Za-z0-9+/]{86}==$/) });
const Tools = z.object({ cli: Tool, connector: Tool });

/** The two packages a project depends on, as the installation serves them. */
export interface ToolPackages {
  readonly origin: string;
  /** What goes into package.json: the tarball's address, with its integrity after `#` when the installation said it. */
  readonly cli: string;
  readonly connector: string;
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
    const response = await fetch(new URL('/-/downloads/index.json', from), {
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    const { cli, connector } = Tools.parse(await response.json());
    return { origin: from, cli: withIntegrity(cli), connector: withIntegrity(connector), verified: true };
  } catch {
    const url = (name: string) => new URL(`/-/downloads/${name}.tgz`, from).href;
    return { origin: from, cli: url('cli'), connector: url('connector'), verified: false };
  }
}

/** Package managers compare what they download with the part after `#`. */
function withIntegrity(tool: z.output<typeof Tool>): string {
  return `${tool.url}#${tool.integrity}`;
}

/** The installation this program was downloaded from: packing writes it beside the program. */
async function ownOrigin(programDirectory: string): Promise<string | undefined> {
  try {
    return (await readFile(path.join(programDirectory, 'origin.txt'), 'utf8')).trim() || undefined;
  } catch {
    return undefined;
  }
}
