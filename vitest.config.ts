import { defineConfig } from 'vitest/config';

const isLong = process.env.PATCHBAY_TEST_LONG === '1';

export default defineConfig({
  test: {
    // `x.test.ts` beside the code is pure; `test/**/*.spec.ts` runs against real parts; `*.long.spec.ts` needs longer
    // than `npm test` may take and runs in `npm run test:long`.
    include: [
      '{apps,packages,tools,scripts}/**/*.test.ts',
      '{apps,packages,tools,scripts,examples}/**/test/**/*.spec.ts',
      'test/**/*.spec.ts',
    ],
    exclude: [
      '**/node_modules/**',
      '**/dist/**',
      '**/.next/**',
      '**/templates/**',
      ...(isLong ? [] : ['**/*.long.spec.ts']),
    ],
    globalSetup: ['packages/testing/src/global-setup.ts'],
    reporters: ['default', './packages/testing/src/closing-line-reporter.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // A promise nobody awaits must not outlive its file.
    teardownTimeout: 10_000,
  },
});
