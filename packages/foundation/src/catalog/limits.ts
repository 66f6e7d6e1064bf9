import type { ErrorSpec } from '../errors.ts';

export const LIMITS_ERRORS = {
  'limits.bytes': {
    status: 429,
    owner: 'caller',
    title: 'Too many bytes at once.',
    hint: 'Wait for the time in Retry-After, and send large data by reference.',
  },
  'limits.large_bodies': {
    status: 429,
    owner: 'caller',
    title: 'Too many large messages of this organization are waiting to be read.',
    hint: 'Send messages over 256 KiB one at a time.',
  },
  'limits.connector_busy': {
    status: 429,
    owner: 'caller',
    title: 'This connector has reached its limit of concurrent calls.',
    hint: 'Wait for calls to finish; Retry-After has the delay.',
  },
  'limits.organization_busy': {
    status: 429,
    owner: 'caller',
    title: 'This organization has reached its limit of concurrent calls.',
    hint: 'Wait for calls to finish; Retry-After has the delay.',
  },
  'limits.streams': {
    status: 429,
    owner: 'caller',
    title: 'This caller has reached its limit of open streams.',
    hint: 'Close a stream before opening another one: one stream can carry every subscription of a connector.',
  },
} as const satisfies Record<string, ErrorSpec>;
