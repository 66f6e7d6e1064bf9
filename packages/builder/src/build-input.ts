import { z } from 'zod';

const inside = z.string().regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\0]+$/, 'must be a path inside the project');

/** The input of a build, from the worker. Every package was fetched and checked before; nothing here contains a URL. */
export const buildInputSchema = z.object({
  entry: inside,
  typecheck: z.boolean(),
  placements: z.array(
    z.object({ path: inside, name: z.string(), version: z.string(), sha512: z.string().regex(/^[0-9a-f]{128}$/) }),
  ),
  links: z.array(z.object({ path: inside, target: inside })),
  provided: z.array(z.string()),
});

export type BuildInput = z.infer<typeof buildInputSchema>;

/** Paths of a build's inputs and outputs; the same in every build sandbox, other folders in tests. */
export interface BuildPaths {
  /** The project, writable: `/work/project`. */
  readonly project: string;
  /** Package tarballs by sha512, read-only: `/store`. */
  readonly store: string;
  /** Its `node_modules` holds typescript, esbuild, @types/node and the packages the runner provides: `/toolchain`. */
  readonly toolchain: string;
}

export interface Diagnostic {
  readonly file: string;
  /** 1-based; 0 when there is no place. */
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

export type BuildFailure = 'types' | 'syntax' | 'import' | 'native' | 'bundle';

export type BuildAnswer =
  | {
      readonly ok: true;
      readonly code: string;
      readonly sourceMap: string;
      /** Name of a user interface's page → its HTML. */
      readonly pages: Readonly<Record<string, string>>;
      /** Runner packages the bundle requires. */
      readonly packages: readonly string[];
      readonly warnings: readonly Diagnostic[];
      /** Bundled packages that wanted to run something at install time. */
      readonly scripted: readonly string[];
      /** Name of a source and its share of the bundle, the largest first. */
      readonly largest: readonly { readonly name: string; readonly bytes: number }[];
      readonly timings: BuildTimings;
    }
  | {
      readonly ok: false;
      readonly failure: BuildFailure;
      readonly diagnostics: readonly Diagnostic[];
      readonly scripted: readonly string[];
      readonly timings: BuildTimings;
    };

export interface BuildTimings {
  readonly unpackMs: number;
  readonly typesMs: number;
  readonly bundleMs: number;
}
