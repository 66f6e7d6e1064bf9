import { expect, it } from 'vitest';
import { seedFailed } from './platform-api.ts';
import { unfitHost } from './unfit-host.ts';

it('a machine that cannot isolate connectors is told every missing wall', () => {
  expect(unfitHost(['no user namespaces', 'no cgroup'])).toMatchObject({
    code: 'start.host_unfit',
    detail: expect.stringMatching(/no user namespaces[\s\S]*no cgroup/),
  });
});

it('a demo that cannot be made is told with what the platform answered', () => {
  expect(seedFailed('The sign-up', { status: 503, body: { code: 'data.unavailable' } })).toMatchObject({
    code: 'start.seed_failed',
    detail: 'The sign-up was answered 503: {"code":"data.unavailable"}',
  });
});
