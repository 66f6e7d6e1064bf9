import { resolveSpecifier, workspacePackages } from './packages.ts';
import type { SourceFile, SourceTree } from './source-tree.ts';

/** One file that another one imports. */
export interface Import {
  readonly to: SourceFile;
  /** Erased by the compiler: nothing is loaded for it. */
  readonly typeOnly: boolean;
  /** Loaded by `import()`, when it is needed. */
  readonly isLazy: boolean;
}

/** The imports of each code file within this repository, packages by their entry files. */
export function importGraph(tree: SourceTree): ReadonlyMap<SourceFile, readonly Import[]> {
  const packages = workspacePackages(tree);
  const known = new Map(tree.code.map((file) => [file.path, file]));
  const resolve = (file: SourceFile, specifier: string): SourceFile | undefined => {
    const target = resolveSpecifier(file, specifier, packages);
    const candidates =
      target.kind === 'file'
        ? fileCandidates(target.path)
        : target.kind === 'package'
          ? entryFiles(target)
          : fileCandidates(withoutAlias(target.name));
    return candidates.map((candidate) => known.get(candidate)).find((found) => found !== undefined);
  };
  return new Map(
    tree.code.map((file) => [
      file,
      file.syntax.references.flatMap(({ specifier, typeOnly, isLazy }) => {
        const to = resolve(file, specifier);
        return to ? [{ to, typeOnly, isLazy }] : [];
      }),
    ]),
  );
}

function fileCandidates(path: string): readonly string[] {
  return [path, `${path}.ts`, `${path}.tsx`, `${path}/index.ts`, path.replace(/\.js$/, '.ts')];
}

function entryFiles(target: { folder: string; entry: string }): readonly string[] {
  const base = `${target.folder}/src${target.entry === '' ? '' : `/${target.entry}`}`;
  return [`${base}/index.ts`, `${base}.ts`];
}

/** The dashboard's own sources, by the name that its compiler options give them. */
function withoutAlias(specifier: string): string {
  return specifier.replace(/^@\//, 'apps/dashboard/src/');
}
