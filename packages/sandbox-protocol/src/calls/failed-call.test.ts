import { AppError, ERRORS, type ErrorCode } from '@patchbay/foundation';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asFailedCall, explainFailedCall, mayHaveTakenEffect } from './failed-call.ts';

const codes = fc.constantFrom(...(Object.keys(ERRORS) as ErrorCode[])); // its keys by definition

describe('explainFailedCall', () => {
  it('never reports a write that was sent as safe to repeat', () => {
    fc.assert(
      fc.property(codes, fc.option(fc.string()), (code, idempotencyKey) => {
        const words = explainFailedCall({ effect: 'write', isSent: true, code, idempotencyKey });
        expect(words.outcome).toBe('unknown');
        expect(words.note).not.toContain('safe');
        expect(words.hint).toMatch(/^Do not repeat the call\. Look first/);
      }),
    );
  });

  it('reports every failed call except a sent write as without effect', () => {
    fc.assert(
      fc.property(codes, fc.boolean(), (code, isSent) => {
        const read = explainFailedCall({ effect: 'read', isSent, code, idempotencyKey: null });
        expect(read).toMatchObject({ outcome: isSent ? 'nothing_changed' : 'not_run', hint: null });
        const write = explainFailedCall({ effect: 'write', isSent: false, code, idempotencyKey: null });
        expect(write).toMatchObject({ outcome: 'not_run', hint: null });
      }),
    );
  });
});

describe('asFailedCall', () => {
  it('does not change an error that ended no call', () => {
    const refusal = new AppError('policy.tool_blocked');
    expect(asFailedCall(refusal, 'write')).toBe(refusal);
    expect(mayHaveTakenEffect(refusal, 'write')).toBe(false);
  });

  it('the text of a failed call consists of whole sentences, whatever the first one ends with', () => {
    for (const detail of ['TypeError: no key', 'It ended.']) {
      const failed = asFailedCall(new AppError('sandbox.crashed_at_start', { detail, sent: false }), 'write');
      expect(failed.detail).toMatch(/^(TypeError: no key|It ended)\. The call did not reach the connector: /);
    }
  });

  it('a failed call keeps the data of its error, and the retry delay only where retrying is safe', () => {
    const error = new AppError('sandbox.unavailable', {
      retryAfterSeconds: 3,
      data: { a: 1 },
      internal: 'why',
      sent: true,
    });
    const read = asFailedCall(error, 'read');
    expect(read).toMatchObject({ retryAfterSeconds: 3, data: { a: 1, outcome: 'nothing_changed' }, internal: 'why' });
    expect(asFailedCall(error, 'write')).toMatchObject({ retryAfterSeconds: undefined, data: { outcome: 'unknown' } });
  });
});
