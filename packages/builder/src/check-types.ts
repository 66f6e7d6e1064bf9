import { execFile } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BuildPaths, Diagnostic } from './build-input.ts';

const DIAGNOSTICS_MAX = 50;
/** Where the checked code runs. */
type World = 'connector' | 'pages';
const GLOBALS = 'patchbay-globals.d.ts';

/** The options of a project without a tsconfig.json: strict, with modern modules. */
const DEFAULTS = {
  target: 'es2024',
  lib: ['es2024', 'esnext.disposable'],
  module: 'preserve',
  moduleResolution: 'bundler',
  strict: true,
  resolveJsonModule: true,
  verbatimModuleSyntax: false,
};

/**
 * With every project configuration, the check writes nothing, follows no other project and looks at the contents of the
 * bundle.
 */
const FORCED = {
  noEmit: true,
  incremental: false,
  composite: false,
  declaration: false,
  declarationMap: false,
  emitDeclarationOnly: false,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  noUnusedLocals: false,
  noUnusedParameters: false,
  plugins: [],
};

/** The types of a page in a browser, instead of Node's. */
const BROWSER = { lib: ['es2024', 'dom', 'dom.iterable'], types: [], jsx: 'react-jsx' };

/** Errors of TypeScript in the files and everything they import. */
export async function checkTypes(
  places: BuildPaths,
  world: World,
  entries: readonly string[],
): Promise<readonly Diagnostic[]> {
  const extend = existsSync(path.join(places.project, 'tsconfig.json'));
  const compilerOptions = { ...(!extend && DEFAULTS), ...(world === 'pages' && BROWSER), ...FORCED };
  const config = {
    ...(extend && { extends: './tsconfig.json' }),
    compilerOptions,
    files: [...entries, ...(world === 'connector' ? [GLOBALS] : [])],
    include: [],
    references: [],
  };
  const configFile = `tsconfig.patchbay-${world}.json`;
  writeFileSync(path.join(places.project, configFile), JSON.stringify(config));
  if (world === 'connector') {
    writeFileSync(path.join(places.project, GLOBALS), '/// <reference types="node" />\n');
  }
  const { output, failed } = await runCompiler(places, configFile);
  const found = parse(output);
  if (failed && found.length === 0) {
    return [
      {
        file: 'tsconfig.json',
        line: 0,
        column: 0,
        text: output.trim().slice(0, 500) || 'The type check ended without a result.',
      },
    ];
  }
  return found;
}

function runCompiler(places: BuildPaths, config: string): Promise<{ output: string; failed: boolean }> {
  return new Promise((resolve) => {
    execFile(
      compilerOf(places.toolchain),
      ['--project', config, '--pretty', 'false'],
      { cwd: places.project, maxBuffer: 8 * 1024 * 1024, encoding: 'utf8', env: {} },
      (error, stdout, stderr) => resolve({ output: stdout + stderr, failed: error !== null }),
    );
  });
}

/** The native program itself: its JavaScript launcher would start Node once more. */
function compilerOf(toolchain: string): string {
  const scope = path.join(toolchain, 'node_modules', '@typescript');
  const platform = readdirSync(scope).find((name) => name === `typescript-${process.platform}-${process.arch}`);
  if (platform === undefined) throw new Error('The toolchain has no TypeScript for this platform.');
  return path.join(scope, platform, 'lib', 'tsc');
}

const PLACED = /^(.+?)\((\d+),(\d+)\): error (TS\d+): (.*)$/;
const GENERAL = /^error (TS\d+): (.*)$/;

/** Lines that begin with white space continue the message before them. */
function parse(output: string): Diagnostic[] {
  const found: { file: string; line: number; column: number; text: string }[] = [];
  for (const line of output.split('\n')) {
    const placed = PLACED.exec(line);
    const general = GENERAL.exec(line);
    const last = found.at(-1);
    if (placed) {
      const [, file = '', at = '0', column = '0', code = '', text = ''] = placed;
      found.push({ file, line: Number(at), column: Number(column), text: `${text} (${code})` });
    } else if (general) {
      found.push({ file: 'tsconfig.json', line: 0, column: 0, text: `${general[2]} (${general[1]})` });
    } else if (last && /^\s+\S/.test(line) && last.text.length < 1000) {
      last.text += ` ${line.trim()}`;
    }
    if (found.length > DIAGNOSTICS_MAX) return found.slice(0, DIAGNOSTICS_MAX);
  }
  return found;
}
