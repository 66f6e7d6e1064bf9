export { createTestDatabase, type TestDatabase } from './database.ts';
export { freePort } from './free-port.ts';
export { redisMissing, type TestRedis, testRedis } from './redis.ts';
export { skipUnless } from './skip-unless.ts';
export { temporaryDirectory } from './temporary-directory.ts';
export { waitFor } from './wait-for.ts';
