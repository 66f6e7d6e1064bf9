import { describe, expect, it } from 'vitest';
import { restartDelayMs } from './managed-process.ts';

describe('the wait before a process is started again', () => {
  it('the wait before a restart begins at zero, grows, and never passes five seconds', () => {
    const waits = Array.from({ length: 20 }, (_, attempt) => restartDelayMs(attempt));
    expect(waits[0]).toBe(0);
    expect(waits).toEqual([...waits].sort((one, other) => one - other));
    expect(Math.max(...waits)).toBe(5_000);
  });
});
