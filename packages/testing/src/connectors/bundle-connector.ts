import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildSync } from 'esbuild';
import type { GivenVersion } from '../platform/given.ts';

/** Packages that the runner brings: a bundle leaves them out, as the pipeline's bundler does. */
const PACKAGES = ['@modelcontextprotocol/server', 'zod'];
const FOLDER = path.resolve(import.meta.dirname, '../../connectors');

/** A file of `packages/testing/connectors`, without its extension, that is hosted without a deploy. */
type TestConnector = 'confidant' | 'curious' | 'echo' | 'querying' | 'telling' | 'traced' | 'waiting';

const bundles = new Map<string, string>();

/** The code of a connector for tests, as the deploy pipeline would store it. `mark` distinguishes its versions. */
export function bundleConnector(name: TestConnector, mark = ''): Pick<GivenVersion, 'code' | 'packages'> {
  const key = `${name} ${mark}`;
  const code = bundles.get(key) ?? bundleFile(path.join(FOLDER, `${name}.ts`), mark);
  bundles.set(key, code);
  return { code, packages: PACKAGES };
}

function bundleFile(entry: string, mark: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    // An optional part of `pg`, in C++.
    external: [...PACKAGES, 'pg-native'],
    define: { PATCHBAY_TEST_MARK: JSON.stringify(mark) },
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

/** The source of a connector for tests that deploy it, as an author would upload it. */
export function readConnector(name: 'greeter' | 'keeper' | 'spoiling'): string {
  return readFileSync(path.join(FOLDER, `${name}.ts`), 'utf8');
}
