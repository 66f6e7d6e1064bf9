export { type IdempotentRequest, once, type StoredAnswer } from './idempotency.ts';
