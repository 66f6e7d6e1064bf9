import { AppError, type ErrorCode } from '@patchbay/foundation';
import { formatNumber } from '@patchbay/foundation/limits';
import { type Refusal, SCOPE_NAMES } from './call-limiter.ts';
import type { LimitScope } from './counter.ts';

const CODES = {
  person: { rate: 'limits.person_rate', concurrency: 'limits.person_busy' },
  tool: { rate: 'limits.tool_rate', concurrency: 'limits.tool_busy' },
  client: { rate: 'limits.client_rate', concurrency: 'limits.client_busy' },
  connector: { rate: 'limits.connector_rate', concurrency: 'limits.connector_busy' },
  organization: { rate: 'limits.organization_rate', concurrency: 'limits.organization_busy' },
} as const satisfies Record<LimitScope, Record<Refusal['kind'], ErrorCode>>;

/**
 * The error of a refused call. Its text is read by models: which limit is reached, and how long to wait. Pure.
 */
export function refuseCall({ counter, kind, retryAfterSeconds }: Refusal): AppError {
  const { scope, perMinute, burst, concurrentMax } = counter;
  const seconds = Math.max(1, Math.ceil(retryAfterSeconds));
  const wait = seconds === 1 ? 'Wait a second before the next call.' : `Wait ${seconds} seconds before the next call.`;
  const reached =
    kind === 'rate'
      ? `The limit of ${formatNumber(perMinute)} calls a minute for ${SCOPE_NAMES[scope]} is reached.`
      : `The limit of ${formatNumber(concurrentMax)} calls at a time for ${SCOPE_NAMES[scope]} is reached.`;
  return new AppError(CODES[scope][kind], {
    detail: `${reached} ${wait}`,
    retryAfterSeconds,
    data: { limit: kind === 'rate' ? { scope, perMinute, burst } : { scope, concurrent: concurrentMax } },
    sent: false,
  });
}
