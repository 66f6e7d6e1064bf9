import { tool } from '@patchbay/connector';
import { CALL_LIMITS } from '@patchbay/foundation/limits';
import { TIMEOUT_META_KEY } from '@patchbay/sandbox-protocol';
import { expect, it } from 'vitest';

const { deadlineLeast, deadlineMost } = CALL_LIMITS;
const toolWith = (timeoutMs: number) => tool({ description: 'Waits.', readOnly: true, timeoutMs, run: () => 'done' });

/** The SDK is published without the platform, so it repeats the two numbers and the key. */
it.each([deadlineLeast.value - 1, deadlineMost.value + 1])('refuses a tool’s deadline of %d ms', (timeoutMs) => {
  expect(() => toolWith(timeoutMs)).toThrow('timeoutMs');
});

it.each([deadlineLeast.value, deadlineMost.value])('declares a tool’s deadline of %d ms', (timeoutMs) => {
  expect(toolWith(timeoutMs).meta).toMatchObject({ [TIMEOUT_META_KEY]: timeoutMs });
});
