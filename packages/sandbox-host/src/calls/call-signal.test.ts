import { describe, expect, it } from 'vitest';
import { CallSignal } from './call-signal.ts';

const LONG_MS = 60_000;
const never = () => new Error('late');

describe('CallSignal', () => {
  it('is aborted from the start for a caller who left before', () => {
    using call = new CallSignal(AbortSignal.abort('gone'), LONG_MS, never);
    expect(call.signal.reason).toBe('gone');
  });

  it('aborts with the caller’s reason when the caller leaves', () => {
    const caller = new AbortController();
    using call = new CallSignal(caller.signal, LONG_MS, never);
    expect(call.signal.aborted).toBe(false);
    caller.abort('gone');
    expect(call.signal.reason).toBe('gone');
  });

  it('aborts with the reason of the deadline when the time is over', async () => {
    using call = new CallSignal(new AbortController().signal, 1, () => 'late');
    await new Promise((resolve) => call.signal.addEventListener('abort', resolve));
    expect(call.signal.reason).toBe('late');
  });

  it('is not notified of the caller once the call is over', () => {
    const caller = new AbortController();
    const call = new CallSignal(caller.signal, LONG_MS, never);
    call[Symbol.dispose]();
    caller.abort('gone');
    expect(call.signal.aborted).toBe(false);
  });
});
