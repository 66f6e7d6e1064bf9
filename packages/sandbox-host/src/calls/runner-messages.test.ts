import { STREAM_LIMITS } from '@patchbay/foundation/limits';
import { describe, expect, it } from 'vitest';
import { connectorEventOf, startErrorOf, takeAnswer } from './runner-messages.ts';

const LIMITS = { resultBytesMax: 100 };

describe('takeAnswer', () => {
  it('refuses a result longer than the call allows, with any header', () => {
    const refusal = expect.objectContaining({ code: 'sandbox.result_too_large', data: { bytes: 101, bytesMax: 100 } });
    expect(() => takeAnswer({ id: 'ivk_1' }, Buffer.alloc(101), LIMITS)).toThrow(refusal);
    expect(() => takeAnswer({ id: 'ivk_1', tooLarge: 101 }, Buffer.alloc(0), LIMITS)).toThrow(refusal);
    expect(() => takeAnswer({ id: 'ivk_1', isError: true }, Buffer.alloc(101), LIMITS)).toThrow(refusal);
  });

  it('passes on an answer whose bytes are no JSON, since it does not parse them', () => {
    const payload = Buffer.from([0xff, 0x00, 0x7b]);
    expect(takeAnswer({ id: 'ivk_1' }, payload, LIMITS)).toEqual({ isError: false, payload });
    expect(takeAnswer({ id: 'ivk_1', isError: true, tooLarge: 100 }, payload, LIMITS)).toEqual({
      isError: true,
      payload,
    });
  });
});

describe('startErrorOf', () => {
  it('a start error has one of the codes allowed at a start, and is a crash otherwise', () => {
    expect(startErrorOf({ code: 'artifact_invalid', message: 'not JSON' })).toMatchObject({
      code: 'sandbox.artifact_invalid',
      detail: 'not JSON',
    });
    expect(startErrorOf({ code: 'internal.unexpected' }).code).toBe('sandbox.crashed_at_start');
  });
});

describe('connectorEventOf', () => {
  it.each([[null], ['notifications/message'], [7]])('an event with the method %j is of an unknown kind', (method) => {
    expect(connectorEventOf({ method })).toBe('unknown kind');
  });

  it('an event about a resource without a URI, or with one beyond the limit, is not published', () => {
    const method = 'notifications/resources/updated';
    expect(connectorEventOf({ method })).toBe('no valid URI');
    expect(connectorEventOf({ method, uri: 'x'.repeat(STREAM_LIMITS.resourceUri.value + 1) })).toBe('no valid URI');
  });

  it('an event carries the URI of its resource, and nothing else that the sandbox added', () => {
    const method = 'notifications/resources/updated';
    expect(connectorEventOf({ method, uri: 'note:1', text: 'x' })).toEqual({ method, uri: 'note:1' });
    const list = 'notifications/tools/list_changed';
    expect(connectorEventOf({ method: list, uri: 'note:1' })).toEqual({ method: list });
  });
});
