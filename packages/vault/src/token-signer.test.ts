import { createHmac, hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { localKeySource } from './local-key-source.ts';
import { createTokenSigner } from './token-signer.ts';

const key = (id: number, byte: number) => ({ id, bytes: new Uint8Array(32).fill(byte) });

describe('createTokenSigner', () => {
  it('opens no token with any character altered, with another key id or without one', async () => {
    const signer = await createTokenSigner(localKeySource([key(0, 1), key(1, 2)]), 'mcp sessions');
    const token = signer.sign('session 1');
    expect(token.startsWith('k1.')).toBe(true);
    const [, body, mac] = token.split('.');
    for (const other of [
      `k0.${body}.${mac}`,
      `k2.${body}.${mac}`,
      `${body}.${mac}`,
      `k01.${body}.${mac}`,
      '',
      'k1..',
    ]) {
      expect(signer.open(other), other).toBeNull();
    }
    // The last character holds two bits that no byte of the code has.
    for (let index = 0; index < token.length - 1; index += 1) {
      const altered = `${token.slice(0, index)}${token[index] === 'A' ? 'B' : 'A'}${token.slice(index + 1)}`;
      expect(signer.open(altered), altered).toBeNull();
    }
  });

  it('opens a token of an earlier key, and none once that key is no longer accepted', async () => {
    const token = (await createTokenSigner(localKeySource([key(0, 1)]), 'mcp sessions')).sign('session 1');
    const after = await createTokenSigner(localKeySource([key(0, 1), key(1, 2)]), 'mcp sessions');
    expect(after.open(token)).toBe('session 1');
    expect((await createTokenSigner(localKeySource([key(1, 2)]), 'mcp sessions')).open(token)).toBeNull();
  });

  it('opens a token that was signed before tokens carried a key id', async () => {
    const derived = Buffer.from(hkdfSync('sha256', key(0, 1).bytes, 'patchbay token', 'mcp sessions', 32));
    const body = Buffer.from('session 0').toString('base64url');
    const old = `${body}.${createHmac('sha256', derived).update(body).digest('base64url')}`;
    const signer = await createTokenSigner(localKeySource([key(0, 1), key(1, 2)]), 'mcp sessions');
    expect(signer.open(old)).toBe('session 0');
  });
});
