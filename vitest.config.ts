import { existsSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const isLong = process.env.PATCHBAY_TEST_LONG === '1';

/** Specs that promise how soon or how often calls are answered have the machine for themselves, and so do the long ones. */
const ALONE = [
  'test/main-job.spec.ts',
  'apps/gateway/test/mcp/hostile-bodies.spec.ts',
  '{test,apps/launcher/test}/**/*.long.spec.ts',
];

const exclude = [
  '**/node_modules/**',
  '**/dist/**',
  '**/.next/**',
  '**/templates/**',
  ...(isLong ? [] : ['**/*.long.spec.ts']),
];

/**
 * Files of more than half a minute, the longest first, and among the first four two that wait for more than they compute.
 * A run prints its slowest files at the end.
 */
const LONGEST = [
  'test/dashboard.spec.ts',
  'apps/worker/test/deploy.spec.ts',
  'apps/launcher/test/launcher.spec.ts',
  'packages/sandbox-host/test/bounds.spec.ts',
  'test/production.spec.ts',
  'test/authorization.spec.ts',
  'packages/cli/test/against-platform.spec.ts',
  'packages/doctor/test/faults.spec.ts',
  'packages/runner/test/snapshot.spec.ts',
  'packages/sandbox-host/test/version-snapshot.spec.ts',
  'test/backup.spec.ts',
  'test/full-disk.spec.ts',
  'apps/worker/test/dependencies.spec.ts',
  'packages/embedded/test/programs.spec.ts',
].map((file) => path.join(import.meta.dirname, file));
const gone = LONGEST.filter((file) => !existsSync(file));
if (gone.length > 0) throw new Error(`LONGEST names files that are not there: ${gone.join(', ')}`);

/**
 * The longest files begin, so that none of them is left alone at the end of a run. Vitest orders by the times of earlier
 * runs, which a fresh clone does not have, and then by size.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification) => {
      const place = LONGEST.indexOf(moduleId);
      return place === -1 ? LONGEST.length : place;
    };
    return (await super.sort(files)).toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}

export default defineConfig({
  test: {
    globalSetup: ['packages/testing/src/run/global-setup.ts'],
    reporters: ['default', './packages/testing/src/run/closing-line-reporter.ts'],
    pool: 'forks',
    // Two more than the smallest machine has cores: a spec waits half of its time, for processes that it started and for
    // what must not come sooner. With one more a quarter of both cores had nothing to do.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    // Files share processes: starting one and loading everything again for each took a fifth of the time.
    isolate: false,
    // Far above the time of any test: they end a test that hangs, and must not judge how busy the machine is.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A promise that is not awaited must not outlive its file.
    teardownTimeout: 10_000,
    // `x.test.ts` beside the code is pure; `test/**/*.spec.ts` runs against real parts; `*.long.spec.ts` needs longer
    // than `npm test` may take and runs in `npm run test:long`.
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: [
            '{apps,bench,packages,tools,scripts}/**/*.test.ts',
            '{apps,bench,packages,tools,examples}/**/test/**/*.spec.ts',
            '{scripts/test,test}/**/*.spec.ts',
          ],
          exclude: [...exclude, ...ALONE],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ALONE,
          exclude,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
