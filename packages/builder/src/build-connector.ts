import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { BuildAnswer, BuildInput, BuildPaths, Diagnostic } from './build-input.ts';
import { bundleConnector, nativePackages } from './bundle-connector.ts';
import { checkTypes } from './check-types.ts';
import { layOutProject } from './lay-out-project.ts';
import { buildPages, findPageScripts } from './pages/build-pages.ts';

const LARGEST_SHOWN = 10;

/** Source and packages in, one CommonJS file out, and one HTML file per page. Types and bundles are made at the same time. */
export async function buildConnector(places: BuildPaths, input: BuildInput, source: Uint8Array): Promise<BuildAnswer> {
  const started = performance.now();
  mkdirSync(places.project, { recursive: true });
  const scripted = layOutProject(places, input, source);
  const unpackMs = performance.now() - started;

  const [types, bundle, pages] = await Promise.all([
    timed<readonly Diagnostic[]>(() => (input.typecheck ? checkAllTypes(places, input.entry) : Promise.resolve([]))),
    timed(() => bundleConnector(places, input.entry, input.provided)),
    buildPages(createRequire(`${places.toolchain}/`)('esbuild'), places.project),
  ]);
  const timings = { unpackMs, typesMs: types.ms, bundleMs: bundle.ms };

  const made = bundle.value;
  // A syntax error or a missing import shows up in the type check too; the bundler's words are the clearer ones.
  if (!made.ok) {
    const { failure, diagnostics } = made;
    const unfinished = failure === 'import' ? importersOf(diagnostics, scripted) : [];
    if (unfinished.length > 0) return { ok: false, failure: 'native', diagnostics, scripted: unfinished, timings };
    return { ok: false, failure, diagnostics, scripted, timings };
  }
  if (!pages.ok) return { ...pages, scripted, timings };
  if (types.value.length > 0) return { ok: false, failure: 'types', diagnostics: types.value, scripted, timings };

  const native = nativePackages(places, Object.keys(made.inputs), scripted);
  if (native.length > 0) return { ok: false, failure: 'native', diagnostics: [], scripted: native, timings };
  const { code, sourceMap, packages, warnings, inputs } = made;
  return {
    ok: true,
    code,
    sourceMap,
    pages: pages.pages,
    packages,
    warnings,
    scripted,
    largest: largestOf(inputs),
    timings,
  };
}

/** The connector's own code, and what its pages run in a browser: two worlds with their own globals. */
async function checkAllTypes(places: BuildPaths, entry: string): Promise<readonly Diagnostic[]> {
  const scripts = findPageScripts(places.project);
  const [own, ofPages] = await Promise.all([
    /\.[cm]?tsx?$/.test(entry) ? checkTypes(places, 'connector', [entry]) : [],
    scripts.length > 0 ? checkTypes(places, 'pages', scripts) : [],
  ]);
  return [...own, ...ofPages];
}

/** Packages that miss a file of their own or another's and wanted a script, which would have made it. */
function importersOf(diagnostics: readonly Diagnostic[], scripted: readonly string[]): string[] {
  return scripted.filter((name) => diagnostics.some(({ file }) => file.includes(`node_modules/${name}/`)));
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const started = performance.now();
  return { value: await work(), ms: performance.now() - started };
}

function largestOf(inputs: Readonly<Record<string, number>>): { name: string; bytes: number }[] {
  const sums = new Map<string, number>();
  for (const [file, bytes] of Object.entries(inputs)) {
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file;
    sums.set(name, (sums.get(name) ?? 0) + bytes);
  }
  return [...sums]
    .map(([name, bytes]) => ({ name, bytes }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, LARGEST_SHOWN);
}
