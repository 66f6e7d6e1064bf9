import { expect, it } from 'vitest';
import { seedFailed } from './demo/platform-api.ts';
import { unfitHost } from './unfit-host.ts';

it('reports every missing isolation layer of a machine that cannot isolate connectors', () => {
  expect(unfitHost(['no user namespaces', 'no cgroup'])).toMatchObject({
    code: 'start.host_unfit',
    detail: expect.stringMatching(/no user namespaces[\s\S]*no cgroup/),
  });
});

it('reports the platform’s answer when a demo cannot be created', () => {
  expect(seedFailed('The sign-up', { status: 503, body: { code: 'data.unavailable' } })).toMatchObject({
    code: 'start.seed_failed',
    detail: 'The sign-up was answered 503: {"code":"data.unavailable"}',
  });
});
