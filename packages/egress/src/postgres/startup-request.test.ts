import { describe, expect, it } from 'vitest';
import { PROTOCOL_3_0 } from './messages.ts';
import { readStartup } from './startup-request.ts';

const OF = { user: 'reader', database: 'shop' };

function startup(...texts: string[]) {
  return readStartup(PROTOCOL_3_0, Buffer.from([...texts, ''].map((text) => `${text}\0`).join('')), OF);
}

describe('readStartup', () => {
  it.each([
    ['another user', ['user', 'postgres'], 'the user is the connection’s'],
    ['another database', ['user', 'reader', 'database', 'postgres'], 'the database is the connection’s'],
    ['replication', ['user', 'reader', 'replication', 'true'], 'replication'],
    ['options', ['options', '-c role=postgres'], 'options'],
    ['a setting that is not listed', ['session_preload_libraries', 'x'], '"session_preload_libraries"'],
    ['an extension of the protocol', ['_pq_.command', '1'], '"_pq_.command"'],
    ['a name twice', ['user', 'reader', 'user', 'reader'], 'twice'],
  ])('refuses %s in a startup', (_what, texts, reason) => {
    expect(startup(...texts)).toEqual({ kind: 'refused', reason: expect.stringContaining(reason) });
  });

  it('refuses a startup that is cut, and a cancel request of another length', () => {
    expect(readStartup(PROTOCOL_3_0, Buffer.from('user\0reader'), OF)).toMatchObject({ kind: 'refused' });
    expect(readStartup(80_877_102, Buffer.alloc(7), OF)).toMatchObject({ kind: 'refused' });
  });

  it('passes on the settings that every session may change, in the order they came', () => {
    expect(startup('user', 'connection', 'TimeZone', 'UTC', 'database', '', 'application_name', '')).toEqual({
      kind: 'startup',
      settings: [
        ['TimeZone', 'UTC'],
        ['application_name', ''],
      ],
      isNewer: false,
    });
  });
});
