import { defineConfig } from 'vitest/config';

const isLong = process.env.PATCHBAY_TEST_LONG === '1';

/** The spec that promises how soon calls are answered after a kill has the machine for itself, and so do the long ones. */
const ALONE = ['test/main-job.spec.ts', '{test,apps/launcher/test}/**/*.long.spec.ts'];

const exclude = [
  '**/node_modules/**',
  '**/dist/**',
  '**/.next/**',
  '**/templates/**',
  ...(isLong ? [] : ['**/*.long.spec.ts']),
];

export default defineConfig({
  test: {
    globalSetup: ['packages/testing/src/run/global-setup.ts'],
    reporters: ['default', './packages/testing/src/run/closing-line-reporter.ts'],
    pool: 'forks',
    // One more than the smallest machine has cores: a spec waits a third of its time for the processes that it started.
    maxWorkers: 3,
    // Files share processes: starting one and loading everything again for each took a fifth of the time.
    isolate: false,
    testTimeout: 20_000,
    hookTimeout: 30_000,
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
