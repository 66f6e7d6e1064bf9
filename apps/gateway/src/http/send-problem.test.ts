import { AppError, createLogger } from '@patchbay/foundation';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { answerApiError } from './api-error.ts';
import { answerEdgeError } from './edge-error.ts';
import { frameworkError } from './send-problem.ts';

const ORIGIN = 'http://localhost:4000';
const busy = () => new AppError('limits.bytes', { retryAfterSeconds: 1.2 });

it.each(['admin', 'edge'] as const)(
  'the %s answers an error as a problem with whole seconds to wait',
  async (speaker) => {
    const app = Fastify();
    app.setErrorHandler((error, request, reply) =>
      speaker === 'admin'
        ? answerApiError(error, request, reply, ORIGIN)
        : answerEdgeError({ origin: ORIGIN, logger: createLogger('test', 'silent') }, request, reply, busy()),
    );
    app.get('/', () => Promise.reject(busy()));
    const answer = await app.inject('/');
    expect([answer.statusCode, answer.headers['retry-after'], answer.headers['cache-control']]).toEqual([
      429,
      '2',
      'no-store',
    ]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({ code: 'limits.bytes', status: 429 });
    await app.close();
  },
);

it('an error of the HTTP framework gets the code of the part that answers', () => {
  const thrown = Object.assign(new Error('in its words'), { code: 'FST_ERR_CTP_BODY_TOO_LARGE' });
  expect(frameworkError(thrown, 'admin')?.code).toBe('admin.body_too_large');
  expect(frameworkError(thrown, 'edge')?.code).toBe('edge.body_too_large');
  expect(frameworkError(new Error('of ours'), 'edge')).toBeNull();
});
