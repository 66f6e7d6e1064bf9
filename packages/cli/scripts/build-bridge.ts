import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const CLI = path.resolve(import.meta.dirname, '..');

/**
 * The program of MCP bundles as one file, `bridge.mjs`, and beside it the licences of what is in it,
 * `bridge-licenses.txt`: nothing can be installed where a bundle runs.
 */
export async function buildBridge(directory: string): Promise<void> {
  const { metafile } = await build({
    entryPoints: [path.join(CLI, 'scripts/bridge/main.mjs')],
    outfile: path.join(directory, 'bridge.mjs'),
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node18',
    legalComments: 'none',
    // Packages in CommonJS ask for Node's own modules this way.
    banner: { js: "import{createRequire as cr}from'node:module';const require=cr(import.meta.url);" },
    absWorkingDir: CLI,
    logLevel: 'error',
  });
  const folders = new Set(Object.keys(metafile.inputs).flatMap((input) => packageFolder(path.resolve(CLI, input))));
  const texts = await Promise.all([...folders].sort().map(licenseText));
  await writeFile(path.join(directory, 'bridge-licenses.txt'), `${texts.sort().join('\n\n')}\n`);
}

/** The folder of the installed package that a file belongs to. */
function packageFolder(file: string): string[] {
  const [found] = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file) ?? [];
  return found === undefined ? [] : [found];
}

/** @throws Error for a package that brings no licence: it may not be passed on */
async function licenseText(folder: string): Promise<string> {
  // Every installed package has a name and a version.
  const { name, version, license } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
  };
  const file = (await readdir(folder)).find((entry) => /^(licen[cs]e|copying)(\.|$)/i.test(entry));
  if (file === undefined && license === undefined) throw new Error(`bridge: ${name} has no licence.`);
  const text = file === undefined ? `Licence: ${license}` : await readFile(path.join(folder, file), 'utf8');
  return `${name} ${version}\n\n${text.trim()}`;
}
