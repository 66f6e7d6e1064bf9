import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { envOnlyInConfig } from './env-only-in-config.ts';

describe('env-only-in-config', () => {
  it('refuses process.env in any spelling outside config.ts', async () => {
    const files = {
      'apps/worker/src/main.ts': 'const url = process.env.DATABASE_URL;',
      'apps/worker/src/wire.ts': "import { env } from 'node:process';\nexport const url = env.DATABASE_URL;",
      'apps/worker/src/queue.ts': 'const { DATABASE_URL } = process.env;',
    };
    expect(await objections(envOnlyInConfig, files)).toHaveLength(3);
  });

  it('accepts process.env in config.ts, scripts, tool settings and tests', async () => {
    const text = 'export const port = process.env.PORT;';
    const paths = ['apps/worker/src/config.ts', 'scripts/start.ts', 'vitest.config.ts', 'apps/worker/test/a.spec.ts'];
    const main = { 'apps/worker/src/main.ts': 'const config = loadWorkerConfig(process.env);' };
    expect(await objections(envOnlyInConfig, main)).toEqual([]);
    expect(await objections(envOnlyInConfig, Object.fromEntries(paths.map((path) => [path, text])))).toEqual([]);
  });
});
