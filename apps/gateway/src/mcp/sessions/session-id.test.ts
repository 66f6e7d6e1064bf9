import type { TokenSigner } from '@patchbay/vault';
import { describe, expect, it } from 'vitest';
import type { Access } from '../context/access.ts';
import { readEventId, writeEventId } from './event-id.ts';
import { newSession, readSessionId, writeSessionId } from './session-id.ts';

/** Signs nothing: what is tested is the content. */
const signer: TokenSigner = { sign: (payload) => payload, open: (token) => token };
const access = {
  organizationId: 'org_a',
  connectorId: 'con_a',
  resource: '/acme/weather/mcp',
  principal: { kind: 'anonymous', organizationId: 'org_a' },
} as unknown as Access; // the members that a session is bound to
const claims = newSession(access, { params: {}, revision: '2025-11-25', nowMs: 0 });
const position = { kind: 'call', streamId: 'str_1', sequence: 4 } as const;

const read = (text: string) => readSessionId(signer, text, access, 1);
const withVersion = (text: string, version: unknown) => JSON.stringify([version, ...JSON.parse(text).slice(1)]);

describe('the ids of a session', () => {
  it.each([[0], [2], [null]])('a session id and an event id of the format %j are refused, not misread', (version) => {
    expect(read(withVersion(writeSessionId(signer, claims), version))).toBeNull();
    expect(readEventId(signer, claims, withVersion(writeEventId(signer, claims, position), version))).toBeNull();
  });

  it('a session id and an event id of the release without a format version are still read', () => {
    const before = (text: string) => JSON.stringify(JSON.parse(text).slice(1));
    expect(read(before(writeSessionId(signer, claims)))).toEqual(claims);
    expect(readEventId(signer, claims, before(writeEventId(signer, claims, position)))).toEqual(position);
  });

  it('a session id and an event id are read as they were written, and declare the version of their format', () => {
    const [session, event] = [writeSessionId(signer, claims), writeEventId(signer, claims, position)];
    expect([JSON.parse(session)[0], JSON.parse(event)[0]]).toEqual([1, 1]);
    expect([read(session), readEventId(signer, claims, event)]).toEqual([claims, position]);
  });
});
