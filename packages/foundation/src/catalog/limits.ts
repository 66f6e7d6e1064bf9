import type { ErrorSpec } from '../errors.ts';

export const LIMITS_ERRORS = {
  'limits.requests': {
    status: 429,
    owner: 'caller',
    title: 'Too many requests without a valid credential from this network.',
    hint: 'Wait for the time in Retry-After, then send a valid credential: requests with one do not count.',
  },
  'limits.messages': {
    status: 429,
    owner: 'caller',
    title: 'Too many messages a second of this caller or organization.',
    hint: 'Wait for the time in Retry-After, and send fewer messages: keep lists instead of asking for them again.',
  },
  'limits.person_rate': {
    status: 429,
    owner: 'caller',
    title: 'The calls a minute for this person at this connector are used up.',
    hint: 'Wait for the time in Retry-After, and do the same in fewer calls. The operator can raise the limit.',
  },
  'limits.tool_rate': {
    status: 429,
    owner: 'caller',
    title: 'The calls a minute for this tool are used up.',
    hint: 'Wait for the time in Retry-After, and do the same in fewer calls. The operator can raise the limit.',
  },
  'limits.client_rate': {
    status: 429,
    owner: 'caller',
    title: 'The calls a minute for this client are used up.',
    hint: 'Wait for the time in Retry-After, and do the same in fewer calls. The operator can raise the limit.',
  },
  'limits.connector_rate': {
    status: 429,
    owner: 'caller',
    title: 'The calls a minute for this connector are used up.',
    hint: 'Wait for the time in Retry-After, and do the same in fewer calls. The operator can raise the limit.',
  },
  'limits.organization_rate': {
    status: 429,
    owner: 'caller',
    title: 'The calls a minute for this organization are used up.',
    hint: 'Wait for the time in Retry-After, and do the same in fewer calls. The operator can raise the limit.',
  },
  'limits.person_busy': {
    status: 429,
    owner: 'caller',
    title: 'This person has reached the limit of concurrent calls.',
    hint: 'Wait for calls to finish; Retry-After has the delay.',
  },
  'limits.tool_busy': {
    status: 429,
    owner: 'caller',
    title: 'This tool has reached its limit of concurrent calls.',
    hint: 'Wait for calls to finish; Retry-After has the delay.',
  },
  'limits.client_busy': {
    status: 429,
    owner: 'caller',
    title: 'This client has reached its limit of concurrent calls.',
    hint: 'Wait for calls to finish; Retry-After has the delay.',
  },
  'limits.unknown_limit': {
    status: 400,
    owner: 'caller',
    title: 'There is no such limit of a plan, or no such value for it.',
    hint: 'Use the names of docs/limits.md, each with a whole number from 1 on.',
  },
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
