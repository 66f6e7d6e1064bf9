/**
 * A program that used randomness before its snapshot was taken. Resumed, it reports its current values, drained or not.
 */
import crypto from 'node:crypto';
import { startupSnapshot } from 'node:v8';
import { onTask } from '@patchbay/sandbox-protocol/task-link';
import { drainRandomCaches } from '../../src/snapshots/drain-random-caches.ts';

declare const DRAINS: boolean;

crypto.randomUUID();
crypto.randomInt(1_000_000);

startupSnapshot.setDeserializeMainFunction(() => {
  if (DRAINS) drainRandomCaches();
  onTask(async () => ({
    result: {
      uuid: crypto.randomUUID(),
      webUuid: globalThis.crypto.randomUUID(),
      integer: crypto.randomInt(2 ** 47),
    },
  }));
});
