import { inspect } from 'node:util';
import { Secret } from '@patchbay/foundation';
import { describe, expect, it } from 'vitest';
import { FrameReader } from '../frames/frame.ts';
import { type CredentialGrant, decodeCredentials, encodeCredentials } from './credential-grant.ts';

const VALUE = 'gho_planted';
const GRANT: CredentialGrant = {
  id: 'cxn_1',
  name: 'github',
  account: 'ada',
  isDefault: true,
  secret: new Secret(VALUE),
  provider: 'github',
  connectionHost: null,
  organizationHosts: null,
  placement: { in: 'header', name: 'Authorization', prefix: 'Bearer ' },
  revision: 3,
};

function payloadOf(grants: readonly CredentialGrant[]): Buffer {
  const [frame] = new FrameReader(1024 * 1024).push(encodeCredentials(9, 'ivk_1', grants));
  if (!frame) throw new Error('a whole frame was pushed');
  return frame.payload;
}

describe('credentials on their way to a supervisor', () => {
  it('refuses credentials of which a value was cut, lengthened or undeclared', () => {
    const payload = payloadOf([GRANT]);
    expect(() => decodeCredentials(payload.subarray(0, -1))).toThrow();
    expect(() => decodeCredentials(Buffer.concat([payload, Buffer.from('x')]))).toThrow();
  });

  it('shows no credential value when a grant or the frame’s header is printed, inspected or serialised', () => {
    const { grants } = decodeCredentials(payloadOf([GRANT]));
    for (const text of [JSON.stringify(grants), inspect(grants, { depth: 9 }), String(grants[0]?.secret)]) {
      expect(text).not.toContain(VALUE);
    }
    const payload = payloadOf([GRANT]);
    expect(payload.subarray(4, 4 + payload.readUInt32BE(0)).toString()).not.toContain(VALUE);
  });

  it('credentials arrive as they were sent, several at once and with values of any text', () => {
    const sent = [GRANT, { ...GRANT, name: 'other', secret: new Secret('naïve ✓') }];
    const { id, grants } = decodeCredentials(payloadOf(sent));
    expect(id).toBe('ivk_1');
    expect(grants.map(({ secret }) => secret.reveal())).toEqual([VALUE, 'naïve ✓']);
    expect(grants.map(({ secret: _, ...grant }) => grant)).toEqual(sent.map(({ secret: _, ...grant }) => grant));
  });
});
