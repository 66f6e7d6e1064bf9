/** A descriptor that the supervisor inherited reaches no sandbox, although bubblewrap closes none. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { bubblewrapFile, skipUnless } from '@patchbay/testing';
import { hasBubblewrap, NO_BUBBLEWRAP } from '@patchbay/testing/hosts/given-host';
import { afterAll, beforeAll, expect } from 'vitest';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

/** Node itself closes those up to 15, and further ones as long as there is no gap. */
const PASSED = 40;

describe('a descriptor of the host that was passed on', () => {
  let directory: string;
  let secret: number;
  beforeAll(async () => {
    directory = await mkdtemp('/var/tmp/patchbay-descriptors-');
    await chmod(directory, 0o711);
    await writeFile(join(directory, 'secret.txt'), 'of the host');
    secret = openSync(join(directory, 'secret.txt'), 'r');
  });
  afterAll(async () => {
    closeSync(secret);
    await rm(directory, { recursive: true, force: true });
  });

  /** The descriptors an attempt inside found, as the program prints them. */
  async function foundInside(...wallsLeftOut: string[]): Promise<string> {
    const program = join(import.meta.dirname, '../programs/start-with-descriptor.ts');
    const stdio: ('ignore' | 'pipe' | 'inherit' | number)[] = ['ignore', 'pipe', 'inherit'];
    while (stdio.length < PASSED) stdio.push('ignore');
    stdio[PASSED] = secret;
    const child = spawn(process.execPath, [program, directory, bubblewrapFile(), ...wallsLeftOut], { stdio });
    if (!child.stdout) throw new Error('a pipe was asked for');
    return (await text(child.stdout)).trim();
  }

  it('a descriptor of the host is not open inside a sandbox', async () => {
    expect(await foundInside()).toBe('none');
  });

  it('a descriptor of the host is open in a sandbox without the layer that closes it', async () => {
    expect((await foundInside('closed descriptors')).split(',')).toContain(String(PASSED));
  });
});
