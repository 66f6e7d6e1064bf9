import { AppError } from '@patchbay/foundation';
import { z } from 'zod';
import type { SourceFiles } from '../source/source-tree.ts';
import { lineOf } from './line-of.ts';

const NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-zA-Z0-9~_-][a-zA-Z0-9._~-]*$/;
const dependencies = z
  .record(z.string().regex(NAME, 'is not a package name').max(214), z.string().max(512))
  .default({});

const packageJsonSchema = z.looseObject({
  name: z.string().optional(),
  version: z.string().optional(),
  main: z.string().optional(),
  exports: z.unknown().optional(),
  patchbay: z.looseObject({ entry: z.string().optional() }).optional(),
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

/** @throws AppError `source.no_package_json`, `source.bad_package_json` */
export function readPackageJson(files: SourceFiles): PackageJson {
  const bytes = files.get('package.json');
  if (bytes === undefined) throw new AppError('source.no_package_json');
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  const parsed = packageJsonSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path.join('.') ?? '';
    const line = lineOf(text, `"${String(issue?.path.at(-1) ?? '')}"`);
    throw new AppError('source.bad_package_json', {
      detail: `package.json:${line}: ${field || 'the document'} ${issue?.message ?? 'is not usable'}`,
      data: { file: 'package.json', line },
    });
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? 0);
    const line = text.slice(0, position).split('\n').length;
    throw new AppError('source.bad_package_json', {
      detail: `package.json:${line}: ${message}`,
      data: { file: 'package.json', line },
    });
  }
}

function hasInstallHook(scripts: unknown): boolean {
  if (typeof scripts !== 'object' || scripts === null) return false;
  return ['preinstall', 'install', 'postinstall', 'prepare'].some((name) => name in scripts);
}
