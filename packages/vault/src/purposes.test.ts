import { describe, expect, it } from 'vitest';
import { createAuditSigner, keyIdOfWriter } from './audit-signer.ts';
import { localKeySource } from './local-key-source.ts';
import { KEY_PURPOSES, mayDerive, PEER_ROLES } from './purposes.ts';

describe('the purposes of keys', () => {
  it('each process gets the keys of its own purposes and no others', () => {
    const table = Object.fromEntries(
      PEER_ROLES.map((role) => [
        role,
        Object.keys(KEY_PURPOSES).filter((purpose) =>
          mayDerive(role, purpose, purpose === 'audit:writer' ? `${role}-1` : ''),
        ),
      ]),
    );
    expect(table).toEqual({
      gateway: Object.keys(KEY_PURPOSES),
      worker: ['audit:writer'],
    });
  });

  it('no process gets a key of an unknown purpose, of another writer, or of a context that its purpose has none of', () => {
    for (const purpose of ['', 'constructor', '__proto__', 'hash:', 'state:everything', 'oauth rows']) {
      expect(mayDerive('gateway', purpose, ''), purpose).toBe(false);
    }
    expect(mayDerive('worker', 'audit:writer', 'gateway-1')).toBe(false);
    expect(mayDerive('worker', 'audit:writer', 'operator-1')).toBe(false);
    expect(mayDerive('worker', 'audit:writer', '')).toBe(false);
    expect(mayDerive('gateway', 'state:oauth rows', 'another')).toBe(false);
  });

  it('a writer of audit rows names its key, and one from before writers did has the key 0', async () => {
    const source = localKeySource([{ id: 7, bytes: new Uint8Array(32) }]);
    const signer = await createAuditSigner(source, 'gateway', '0b4f');
    expect([signer.id, keyIdOfWriter(signer.id), keyIdOfWriter('gateway-0b4f')]).toEqual(['gateway-0b4f.k7', 7, 0]);
    const other = await createAuditSigner(source, 'gateway', '0b50');
    expect(Buffer.from(signer.sign(Buffer.from('row'))).equals(other.sign(Buffer.from('row')))).toBe(false);
  });
});
