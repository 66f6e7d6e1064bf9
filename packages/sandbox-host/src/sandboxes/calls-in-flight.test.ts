import type { InvocationHeader } from '@patchbay/sandbox-protocol/wire';
import { describe, expect, it, vi } from 'vitest';
import { CallsInFlight, type SandboxAnswer } from './calls-in-flight.ts';

const invocation = (id: string) => ({ id, context: { requestId: `req_${id}` } }) as InvocationHeader; // the fields it reads
const answer: SandboxAnswer = { isError: false, payload: Buffer.from('{}') };

function given() {
  const calls = new CallsInFlight();
  const abort = new AbortController();
  const onAbort = vi.fn(() => 7);
  const result = calls.add(invocation('a'), { signal: abort.signal, onAbort, onNotification: () => {} });
  return { calls, abort, onAbort, result };
}

function inFlight(calls: CallsInFlight, id: string) {
  const found = calls.find(id);
  if (found === null || found === 'cancelled') throw new Error(`${id} is in flight`);
  return found;
}

describe('the calls of a sandbox', () => {
  it.each([['b'], [1], [null], [undefined]])('knows no call for a frame with the id %j', (id) => {
    expect(given().calls.find(id)).toBeNull();
  });

  it('rejects a cancelled call with the reason of its signal and ignores frames for it until the ping is answered', async () => {
    const { calls, abort, result } = given();
    abort.abort(new Error('the caller is gone'));
    await expect(result).rejects.toThrow('the caller is gone');
    expect([calls.size, calls.find('a')]).toEqual([0, 'cancelled']);
    calls.acknowledge(6);
    expect(calls.find('a')).toBe('cancelled');
    calls.acknowledge(7);
    expect(calls.find('a')).toBeNull();
  });

  it('does not cancel a call whose signal aborts after its answer', async () => {
    const { calls, abort, onAbort, result } = given();
    const call = inFlight(calls, 'a');
    calls.remove(call);
    call.resolve(answer);
    expect(await result).toBe(answer);
    abort.abort();
    expect(onAbort).not.toHaveBeenCalled();
    expect(calls.find('a')).toBeNull();
  });

  it('rejects every call when the sandbox ends, and names their requests before', async () => {
    const { calls, result } = given();
    const other = calls.add(invocation('b'), {
      signal: new AbortController().signal,
      onAbort: () => 0,
      onNotification: () => {},
    });
    expect(calls.requestIds).toEqual(['req_a', 'req_b']);
    calls.rejectAll(new Error('it ended'));
    await expect(result).rejects.toThrow('it ended');
    await expect(other).rejects.toThrow('it ended');
    expect(calls.size).toBe(0);
  });
});
