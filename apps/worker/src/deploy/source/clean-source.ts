import type { Source } from './read-source.ts';
import type { SourceFiles } from './source-tree.ts';

/** Files that would change where packages come from, run code at install time, or carry secrets and other people's code. */
const REMOVED: readonly { readonly matches: RegExp; readonly why: string }[] = [
  { matches: /(^|\/)node_modules\//, why: 'dependencies are installed from the lockfile' },
  { matches: /(^|\/)\.git(\/|$)/, why: 'history is not source' },
  { matches: /(^|\/)\.npmrc$/, why: 'the registry is set by the platform' },
  { matches: /(^|\/)\.pnpmfile\.[cm]?js$/, why: 'install hooks never run' },
  { matches: /(^|\/)pnpm-workspace\.ya?ml$/, why: 'a connector is one package, not a workspace' },
  { matches: /(^|\/)\.yarnrc(\.yml)?$/, why: 'the registry is set by the platform' },
  { matches: /(^|\/)\.yarn\//, why: 'package managers never run' },
  { matches: /(^|\/)\.pnp\.[cm]?js$/, why: 'package managers never run' },
  { matches: /(^|\/)bunfig\.toml$/, why: 'the registry is set by the platform' },
  { matches: /(^|\/)npm-shrinkwrap\.json$/, why: 'use package-lock.json' },
  { matches: /(^|\/)\.env(\.[^/]*)?$/, why: 'secrets are set with `patchbay secrets set`' },
  { matches: /(^|\/)\.patchbay\//, why: 'local data of Patchbay' },
];

/** Takes out what a build must not see, with one note for each reason. */
export function cleanSource(files: SourceFiles): Source {
  const kept = new Map<string, Buffer>();
  const removed = new Map<string, string[]>();
  for (const [path, bytes] of files) {
    const rule = path.endsWith('.env.example') ? undefined : REMOVED.find(({ matches }) => matches.test(path));
    if (rule) removed.set(rule.why, [...(removed.get(rule.why) ?? []), path]);
    else kept.set(path, bytes);
  }
  const notes = [...removed].map(([why, paths]) => `left out ${listed(paths)}: ${why}`);
  return { files: kept, notes };
}

function listed(paths: readonly string[]): string {
  const [first = ''] = paths;
  return paths.length === 1 ? first : `${first} and ${paths.length - 1} more`;
}
