import { readFile } from 'node:fs/promises';
import { KEY_BYTES } from './cipher.ts';
import { VaultError } from './vault-error.ts';

/** Where the master key comes from. A file for now; the keyholder and a cloud's key service have the same face. */
export interface KeySource {
  /** 32 bytes. */
  masterKey(): Promise<Uint8Array>;
}

/** A file with 32 bytes in base64 or base64url, one line. @throws VaultError naming the file when it holds no key */
export function fileKeySource(file: string): KeySource {
  return {
    async masterKey() {
      const text = (await readFile(file, 'utf8')).trim();
      const key = Buffer.from(text, /[-_]/.test(text) ? 'base64url' : 'base64');
      if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text) || key.length !== KEY_BYTES) {
        throw new VaultError(`${file} does not hold a master key: 32 bytes in base64 are needed.`);
      }
      return key;
    },
  };
}
