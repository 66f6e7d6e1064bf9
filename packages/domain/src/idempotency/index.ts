export { type IdempotencyQuestion, once, type StoredAnswer } from './idempotency.ts';
