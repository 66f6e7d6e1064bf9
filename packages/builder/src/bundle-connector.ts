import { lstatSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { BuildFailure, BuildPaths, Diagnostic } from './build-input.ts';
import { asDiagnostic, failureOf } from './bundle-failure.ts';

type Esbuild = typeof import('esbuild');
type Plugin = import('esbuild').Plugin;

export type Bundle =
  | {
      readonly ok: true;
      readonly code: string;
      readonly sourceMap: string;
      readonly packages: readonly string[];
      readonly warnings: readonly Diagnostic[];
      readonly inputs: Readonly<Record<string, number>>;
    }
  | { readonly ok: false; readonly failure: BuildFailure; readonly diagnostics: readonly Diagnostic[] };

/** Packages made for ES modules read their own path; a bundle has none. */
const BANNER = 'const __patchbayModuleUrl="file:///connector.cjs";';

/** One CommonJS file of everything the entry imports, but for what the runner provides. */
export async function bundleConnector(places: BuildPaths, entry: string, provided: readonly string[]): Promise<Bundle> {
  const esbuild: Esbuild = createRequire(`${places.toolchain}/`)('esbuild');
  const packages = new Set<string>();
  try {
    const result = await esbuild.build({
      absWorkingDir: places.project,
      entryPoints: [entry],
      outfile: path.join(places.project, 'connector.cjs'),
      bundle: true,
      write: false,
      metafile: true,
      format: 'cjs',
      platform: 'node',
      target: 'node24',
      minifySyntax: true,
      keepNames: true,
      legalComments: 'none',
      sourcemap: 'external',
      sourcesContent: false,
      banner: { js: BANNER },
      define: { 'import.meta.url': '__patchbayModuleUrl' },
      logLevel: 'silent',
      logLimit: 50,
      plugins: [leaveToRunner(places, provided, packages)],
    });
    const text = (ending: string) => result.outputFiles?.find((file) => file.path.endsWith(ending))?.text ?? '';
    const [output] = Object.values(result.metafile?.outputs ?? {}).filter((candidate) => candidate.entryPoint);
    const inputs = Object.entries(output?.inputs ?? {}).map(([name, { bytesInOutput }]) => [name, bytesInOutput]);
    return {
      ok: true,
      code: text('.cjs'),
      sourceMap: text('.map'),
      packages: [...packages].sort(),
      warnings: result.warnings.map(asDiagnostic),
      inputs: Object.fromEntries(inputs),
    };
  } catch (error) {
    return failureOf(error);
  }
}

/** A provided package stays outside the bundle unless the importing package brought a copy of its own. */
function leaveToRunner(places: BuildPaths, provided: readonly string[], used: Set<string>): Plugin {
  return {
    name: 'leave-to-runner',
    setup(build) {
      build.onResolve({ filter: /^[@a-z]/ }, ({ path: specifier, resolveDir, kind }) => {
        if (kind === 'entry-point' || !provided.includes(specifier)) return null;
        if (!isToolchainCopy(places, specifier, resolveDir)) return null;
        used.add(specifier);
        return { path: specifier, external: true };
      });
    },
  };
}

function isToolchainCopy(places: BuildPaths, name: string, from: string): boolean {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const found = lstatSync(path.join(folder, 'node_modules', name), { throwIfNoEntry: false });
    if (found) return found.isSymbolicLink() && (folder === places.project || folder.startsWith(places.toolchain));
    if (folder === path.dirname(folder)) return true;
  }
}

/** Whether the package's own code went into the bundle and it has native parts to compile. */
export function nativePackages(places: BuildPaths, inputs: readonly string[], scripted: readonly string[]): string[] {
  return scripted.filter((name) =>
    inputs.some((input) => input.includes(`node_modules/${name}/`) && hasNativeParts(places, input, name)),
  );
}

function hasNativeParts(places: BuildPaths, input: string, name: string): boolean {
  const root = input.slice(0, input.lastIndexOf(`node_modules/${name}/`) + `node_modules/${name}`.length);
  const folder = path.join(places.project, root);
  if (lstatSync(path.join(folder, 'binding.gyp'), { throwIfNoEntry: false })) return true;
  try {
    const { gypfile, binary } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    return gypfile === true || typeof binary === 'object';
  } catch {
    return false;
  }
}
