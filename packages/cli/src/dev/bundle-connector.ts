import { createHash } from 'node:crypto';
import path from 'node:path';
import { buildPages } from '@patchbay/builder';
import { AppError } from '@patchbay/foundation';
import type { BuildFailure, Message } from 'esbuild';
import * as esbuild from 'esbuild';
import type { Project } from '../project.ts';

/** Packages a sandbox holds already, see the runner. */
const PROVIDED = ['zod', '@modelcontextprotocol/server', '@patchbay/connector'];

/** The artifact that a sandbox loads, in the form that a deploy stores. */
export interface BuiltConnector {
  readonly bytes: Uint8Array;
  /** `sha256:…` of the bytes. */
  readonly digest: string;
}

/**
 * Bundles the connector as the deploy does, without its type check: that is the editor's while one writes.
 *
 * @throws AppError cli.build_failed with file and line of each error
 */
export async function bundleConnector(project: Project): Promise<BuiltConnector> {
  const outfile = path.join(project.directory, 'connector.cjs');
  const result = await esbuild
    .build({
      entryPoints: [path.resolve(project.directory, project.entry)],
      outfile,
      absWorkingDir: project.directory,
      bundle: true,
      write: false,
      external: PROVIDED,
      platform: 'node',
      format: 'cjs',
      target: 'node24',
      sourcemap: 'external',
      sourcesContent: false,
      logLevel: 'silent',
    })
    .catch((error: unknown) => {
      throw new AppError('cli.build_failed', { detail: describe(error), cause: error });
    });
  const text = (ending: string) => result.outputFiles.find((file) => file.path.endsWith(ending))?.text ?? '';
  const pages = await pagesOf(project);
  const artifact = { format: 1, code: text('.cjs'), packages: PROVIDED, sourceMap: text('.map'), pages };
  const bytes = Buffer.from(JSON.stringify(artifact));
  return { bytes, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` };
}

async function pagesOf({ directory }: Project): Promise<Readonly<Record<string, string>>> {
  const built = await buildPages(esbuild, directory);
  if (built.ok) return built.pages;
  const lines = built.diagnostics.map(
    ({ file, line, column, text }) => `${line > 0 ? `${file}:${line}:${column}` : file} ${text}`,
  );
  throw new AppError('cli.build_failed', { detail: lines.slice(0, 10).join('\n') });
}

function describe(error: unknown): string {
  // esbuild's own failures carry their messages; others have none.
  const errors = (error as Partial<BuildFailure>).errors ?? [];
  if (errors.length === 0) return error instanceof Error ? error.message : String(error);
  return errors.slice(0, 10).map(place).join('\n');
}

function place({ text, location }: Message): string {
  return location === null ? text : `${location.file}:${location.line}:${location.column + 1} ${text}`;
}
