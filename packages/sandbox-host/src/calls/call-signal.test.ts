import { describe, expect, it } from 'vitest';
import { CallSignal } from './call-signal.ts';

const LONG_MS = 60_000;
const never = () => new Error('late');

describe('CallSignal', () => {
  it('the signal of a call is aborted from the start when its caller left before', () => {
    using call = new CallSignal(AbortSignal.abort('gone'), LONG_MS, never);
    expect(call.signal.reason).toBe('gone');
  });

  it('the signal of a call aborts with the caller’s reason when the caller leaves', () => {
    const caller = new AbortController();
    using call = new CallSignal(caller.signal, LONG_MS, never);
    expect(call.signal.aborted).toBe(false);
    caller.abort('gone');
    expect(call.signal.reason).toBe('gone');
  });

  it('the signal of a call aborts with the reason of the deadline when the time is over', async () => {
    using call = new CallSignal(new AbortController().signal, 1, () => 'late');
    await new Promise((resolve) => call.signal.addEventListener('abort', resolve));
    expect(call.signal.reason).toBe('late');
  });

  it('the signal of a call does not follow its caller once the call is over', () => {
    const caller = new AbortController();
    const call = new CallSignal(caller.signal, LONG_MS, never);
    call[Symbol.dispose]();
    caller.abort('gone');
    expect(call.signal.aborted).toBe(false);
  });
});
