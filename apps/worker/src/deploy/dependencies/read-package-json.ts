import { AppError, decodeText, text } from '@patchbay/foundation';
import { DEPLOY_LIMITS } from '@patchbay/foundation/limits';
import { z } from 'zod';
import type { SourceFiles } from '../source/source-tree.ts';
import { lineOf } from './line-of.ts';

const NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-zA-Z0-9~_-][a-zA-Z0-9._~-]*$/;
const dependencies = z.record(text().regex(NAME, 'is not a package name').max(214), text().max(512)).default({});

const packageJsonSchema = z.looseObject({
  name: text().optional(),
  version: text().optional(),
  main: text().optional(),
  exports: z.unknown().optional(),
  patchbay: z.looseObject({ entry: text().optional() }).optional(),
  dependencies,
  devDependencies: dependencies,
  optionalDependencies: dependencies,
  peerDependencies: dependencies,
});

export interface PackageJson extends z.output<typeof packageJsonSchema> {
  /** Name → range of what the bundle may import: dependencies, and types of development dependencies. */
  readonly wanted: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

/** Fields that steer package managers and are not followed. */
const IGNORED = [
  'packageManager',
  'workspaces',
  'overrides',
  'resolutions',
  'pnpm',
  'bundleDependencies',
  'bundledDependencies',
] as const;

const BYTES_MAX = DEPLOY_LIMITS.packageJson.value;

/** @throws AppError `source.no_package_json`, `source.bad_package_json` */
export function readPackageJson(files: SourceFiles): PackageJson {
  const bytes = files.get('package.json');
  if (bytes === undefined) throw new AppError('source.no_package_json');
  if (bytes.byteLength > BYTES_MAX) {
    throw new AppError('source.bad_package_json', {
      detail: `package.json is larger than ${BYTES_MAX / 1024} KB.`,
      data: { file: 'package.json', line: 1 },
    });
  }
  const decoded = decodeText(bytes);
  if (!decoded.ok) throw badPackageJson(decoded.line, decoded.problem);
  const document = decoded.text;
  const parsed = packageJsonSchema.safeParse(parseJson(document));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path.join('.') ?? '';
    const line = lineOf(document, `"${String(issue?.path.at(-1) ?? '')}"`);
    throw badPackageJson(line, `${field || 'the document'} ${issue?.message ?? 'is not usable'}`);
  }
  const manifest = parsed.data;
  // Node's own types are the toolchain's: they must be of the Node that runs connectors.
  const types = Object.entries(manifest.devDependencies).filter(
    ([name]) => name.startsWith('@types/') && name !== '@types/node',
  );
  const { optionalDependencies: optional, dependencies: direct, peerDependencies: peers } = manifest;
  const wanted = new Map([...types, ...Object.entries({ ...peers, ...optional, ...direct })]);
  const notes = IGNORED.filter((field) => field in manifest).map((field) => `package.json: ${field} is not followed`);
  if (hasInstallHook(manifest.scripts)) notes.push('package.json: install scripts are never run');
  return { ...manifest, wanted, notes };
}

function parseJson(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? 0);
    throw badPackageJson(document.slice(0, position).split('\n').length, message);
  }
}

function badPackageJson(line: number, problem: string): AppError {
  return new AppError('source.bad_package_json', {
    detail: `package.json:${line}: ${problem}`,
    data: { file: 'package.json', line },
  });
}

function hasInstallHook(scripts: unknown): boolean {
  if (typeof scripts !== 'object' || scripts === null) return false;
  return ['preinstall', 'install', 'postinstall', 'prepare'].some((name) => name in scripts);
}
