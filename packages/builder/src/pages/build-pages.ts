/** The pages of a connector's user interfaces: `src/ui/*.html`, each made one file. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { BuildFailure, Diagnostic } from '../build-input.ts';
import { failureOf } from '../bundle-failure.ts';
import { inlinePage, pageScripts } from './inline-page.ts';

const FOLDER = 'src/ui';

export type BuiltPages =
  | { readonly ok: true; readonly pages: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly failure: BuildFailure; readonly diagnostics: readonly Diagnostic[] };

/** Files of all pages, relative to the project. */
function findPages(project: string): string[] {
  const folder = path.join(project, FOLDER);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.html'))
    .sort()
    .map((name) => `${FOLDER}/${name}`);
}

/** The scripts of all pages that TypeScript can check, relative to the project. */
export function findPageScripts(project: string): string[] {
  const scripts = findPages(project).flatMap((file) =>
    pageScripts(readFileSync(path.join(project, file), 'utf8'), FOLDER),
  );
  return [...new Set(scripts)].filter((file) => /\.[cm]?tsx?$/.test(file) && existsSync(path.join(project, file)));
}

/** Page name → HTML. The deploy and `patchbay dev` make them with the same code. */
export async function buildPages(
  esbuild: Pick<typeof import('esbuild'), 'build'>,
  project: string,
): Promise<BuiltPages> {
  const pages: Record<string, string> = {};
  for (const file of findPages(project)) {
    try {
      pages[path.basename(file, '.html')] = await inlinePage(esbuild, project, file);
    } catch (error) {
      const missing = missingFile(error, project);
      if (missing === null) return failureOf(error);
      const text = `The page refers to ${missing}, which is not there.`;
      return { ok: false, failure: 'import', diagnostics: [{ file, line: 0, column: 0, text }] };
    }
  }
  return { ok: true, pages };
}

function missingFile(error: unknown, project: string): string | null {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT' && 'path' in error;
  return isMissing ? path.relative(project, String(error.path)) : null;
}
