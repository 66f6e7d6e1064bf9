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

  it('refuses the end of a path that no file has', async () => {
    const files = {
      'docs/a.md': 'Below `apps/worker/src/`: `http/edge.ts`, then `http/gone.ts`.',
      'apps/worker/src/http/edge.ts': '',
    };
    expect(await objections(documentedPaths, files)).toEqual(['docs/a.md:1 no file ends with http/gone.ts']);
  });

  it('refuses citations of papers and numbers of rules that are not in the repository, in names of tests too', async () => {
    const files = {
      'apps/worker/src/a.ts': '/** Never trusted (security.md S22). */\nconst s3 = 1; // in the store (S3)\n',
      'apps/worker/test/a.spec.ts': "it('keeps a text inside its argument (S1, S21)', () => {});\n",
      'docs/a.md': 'As the sandbox paper asks.\n',
      'prisma/migrations/1/migration.sql': '-- security.md S18\n',
    };
    expect(await objections(documentedPaths, files)).toEqual([
      'apps/worker/src/a.ts:1 a reader cannot open “security.md S22”: cite a document of docs/, or nothing',
      'apps/worker/test/a.spec.ts:1 a reader cannot open “(S1, S21)”: cite a document of docs/, or nothing',
      'docs/a.md:1 a reader cannot open “the sandbox paper”: cite a document of docs/, or nothing',
    ]);
  });

  it('refuses documents and decisions that comments name and the repository lacks, and accepts those it has', async () => {
    const files = {
      'apps/worker/src/a.ts': '// See docs/gone.md and docs/a.md (ADR 2, ADR 3).\n',
      'docs/a.md': 'Since decision 4.\n',
      'docs/adr/0002-two.md': '# 2. Two\n',
    };
    expect(await objections(documentedPaths, files)).toEqual([
      'apps/worker/src/a.ts:1 there is no ADR 3',
      'apps/worker/src/a.ts:1 there is no docs/gone.md',
      'docs/a.md:1 there is no decision 4',
    ]);
  });
});
