/** Below this a bundle runs in less time than a process needs to resume; above, its own copies of packages dominate. */
const CODE_LENGTH_LEAST = 128 * 1024;
/** The form in which the bundler leaves `import()`, with an argument: an empty pair is prose. */
const DYNAMIC_IMPORT = /(?<![\w$.`'"])import\s*\(\s*[^)\s]/;

export type SnapshotAdvice =
  | { readonly helps: true }
  | { readonly helps: false; readonly obstacle: { readonly reason: string; readonly place: string } | null };

/** Whether a startup snapshot makes this bundle start faster, and whether one can be taken of it. Reads the text only. */
export function snapshotHelps(code: string): SnapshotAdvice {
  if (code.length < CODE_LENGTH_LEAST) return { helps: false, obstacle: null };
  const found = DYNAMIC_IMPORT.exec(code);
  if (!found) return { helps: true };
  const line = code.slice(0, found.index).split('\n').length;
  // Node cannot import from a module that was kept in a snapshot, and would fail only at the call.
  return { helps: false, obstacle: { reason: 'it uses import() at run time', place: `line ${line} of the bundle` } };
}
