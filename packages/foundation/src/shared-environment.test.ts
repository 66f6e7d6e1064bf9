import { expect, it } from 'vitest';
import { z } from 'zod';
import { loadConfig } from './load-config.ts';
import { sharedEnvironment } from './shared-environment.ts';

const load = (env: NodeJS.ProcessEnv) => loadConfig(z.object(sharedEnvironment), env);

it('refuses a log level that no process knows, and names those it does', () => {
  expect(() => load({ PATCHBAY_LOG_LEVEL: 'loud' })).toThrow(/PATCHBAY_LOG_LEVEL.*trace.*silent/s);
});

it.each(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])('takes the log level %s', (level) => {
  expect(load({ PATCHBAY_LOG_LEVEL: level }).PATCHBAY_LOG_LEVEL).toBe(level);
});

it('suits one machine unless it is told otherwise', () => {
  expect(load({})).toEqual({
    PATCHBAY_MODE: 'development',
    PATCHBAY_LOG_LEVEL: 'info',
    REDIS_NETWORK_TRUSTED: false,
  });
});
