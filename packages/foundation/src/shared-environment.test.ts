import { expect, it } from 'vitest';
import { z } from 'zod';
import { loadConfig } from './load-config.ts';
import { originProblem, sharedEnvironment } from './shared-environment.ts';

const load = (env: NodeJS.ProcessEnv) => loadConfig(z.object(sharedEnvironment), env);

it('refuses a log level that no process knows, and names those it does', () => {
  expect(() => load({ PATCHBAY_LOG_LEVEL: 'loud' })).toThrow(/PATCHBAY_LOG_LEVEL.*trace.*silent/s);
});

it.each(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])('takes the log level %s', (level) => {
  expect(load({ PATCHBAY_LOG_LEVEL: level }).PATCHBAY_LOG_LEVEL).toBe(level);
});

it('the shared environment suits one machine by default', () => {
  expect(load({})).toEqual({
    PATCHBAY_MODE: 'development',
    PATCHBAY_LOG_LEVEL: 'info',
    REDIS_NETWORK_TRUSTED: false,
  });
});

it.each([
  ['http://localhost:4000', 'development', null],
  ['http://127.0.0.1:4000', 'development', /localhost only/],
  ['http://localhost:4000', 'production', /must be https/],
  ['https://patchbay.example', 'production', null],
] as const)('reports which fault the origin %s has in %s', (origin, mode, problem) => {
  if (problem === null) expect(originProblem(origin, mode)).toBeNull();
  else expect(originProblem(origin, mode)).toMatch(problem);
});
