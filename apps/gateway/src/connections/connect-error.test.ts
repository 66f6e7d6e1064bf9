import { AppError } from '@patchbay/foundation';
import * as oauth from 'oauth4webapi';
import { expect, it } from 'vitest';
import { connectError } from './connect-error.ts';

it('an answer that declines is quoted on one line', () => {
  const error = new oauth.AuthorizationResponseError('declined', {
    cause: new URLSearchParams({ error: 'access_denied', error_description: 'not\nnow' }),
  });
  expect(connectError(error)).toMatchObject({
    code: 'connections.declined',
    detail: 'The provider answered “access_denied: not now”.',
  });
});

it('reasons of the network are not told apart, and other refusals stay what they are', () => {
  for (const code of ['egress.address_refused', 'egress.upstream_failed'] as const) {
    const shown = connectError(new AppError(code));
    expect([shown.code, shown.detail]).toEqual(['connections.provider_unreachable', 'The provider cannot be reached.']);
  }
  expect(connectError(new AppError('connections.not_permitted')).code).toBe('connections.not_permitted');
  expect(connectError(new TypeError('x')).code).toBe('connections.answer_invalid');
});
