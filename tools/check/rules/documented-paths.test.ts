import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { documentedPaths } from './documented-paths.ts';

describe('documented-paths', () => {
  it('refuses links and quoted paths that lead nowhere', async () => {
    const files = {
      'docs/a.md': 'See [b](b.md), [c](../README.md#start), [out](https://x.example/y) and\n`apps/worker/src/gone.ts`.',
      'docs/b.md': '`apps/worker/` and `apps/worker/src/main.ts` are there; `tools/call` is no path.',
      'apps/worker/src/main.ts': '',
      'README.md': '[docs](docs)',
    };
    expect(await objections(documentedPaths, files)).toEqual(['docs/a.md:2 there is no apps/worker/src/gone.ts']);
  });

  it('refuses a path in the README of a package that the package does not have', async () => {
    const files = {
      'packages/cli/README.md': '`src/main.ts`, `src/gone.ts` and `scripts/pack.ts`.',
      'packages/cli/src/main.ts': '',
      'packages/cli/scripts/pack.ts': '',
    };
    expect(await objections(documentedPaths, files)).toEqual([
      'packages/cli/README.md:1 there is no packages/cli/src/gone.ts',
    ]);
  });
});
