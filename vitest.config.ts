import { defineConfig } from 'vitest/config';

const isLong = process.env.PATCHBAY_TEST_LONG === '1';

/** Specs that start a whole installation and say how soon it answers: they get the machine for themselves. */
const WHOLE_INSTALLATION = ['test/**/*.spec.ts', 'scripts/test/**/*.spec.ts'];

const exclude = [
  '**/node_modules/**',
  '**/dist/**',
  '**/.next/**',
  '**/templates/**',
  ...(isLong ? [] : ['**/*.long.spec.ts']),
];

export default defineConfig({
  test: {
    globalSetup: ['packages/testing/src/global-setup.ts'],
    reporters: ['default', './packages/testing/src/closing-line-reporter.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Files share processes: starting one and loading everything anew for each took a fifth of the time.
    isolate: false,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // A promise nobody awaits must not outlive its file.
    teardownTimeout: 10_000,
    // `x.test.ts` beside the code is pure; `test/**/*.spec.ts` runs against real parts; `*.long.spec.ts` needs longer
    // than `npm test` may take and runs in `npm run test:long`.
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: [
            '{apps,bench,packages,tools,scripts}/**/*.test.ts',
            '{apps,bench,packages,tools,examples}/**/test/**/*.spec.ts',
          ],
          exclude,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          include: WHOLE_INSTALLATION,
          exclude,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
