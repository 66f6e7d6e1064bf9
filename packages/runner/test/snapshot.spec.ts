import { chmod, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '@patchbay/foundation';
import {
  decodeMixed,
  encodeMixedFrame,
  FrameReader,
  RUNNER_FRAMES,
  SANDBOX_FRAME_BYTES_MAX,
} from '@patchbay/sandbox-protocol/wire';
import { skipUnless } from '@patchbay/testing';
import {
  type GivenHost,
  givenHost,
  hasBubblewrap,
  NO_BUBBLEWRAP,
  textOf,
  toolRunning,
} from '@patchbay/testing/hosts/given-host';
import { build } from 'esbuild';
import { afterEach, beforeEach, expect } from 'vitest';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

/** The security review asks for fifty; a repeated value shows in a dozen as well. */
const RESUMED = process.env.PATCHBAY_TEST_LONG === '1' ? 50 : 12;

describe('the snapshot of the runner', () => {
  let directory: string;
  const opened: GivenHost[] = [];
  beforeEach(async () => {
    directory = await mkdtemp('/var/tmp/patchbay-snapshots-');
    await chmod(directory, 0o755); // sandboxes have other uids
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((given) => given.close()));
    await rm(directory, { recursive: true, force: true });
  });

  /** A host that has tried to take its snapshot of this program; of the runner by default. */
  async function warmHost(program?: string): Promise<GivenHost> {
    const given = await givenHost({
      snapshot: { directory, nodeFile: process.execPath },
      ...(program !== undefined && { sources: { resumable: program } }),
    });
    opened.push(given);
    await given.host.warm();
    return given;
  }

  async function bundled(source: { file: string } | { code: string }, define: Record<string, string> = {}) {
    const from =
      'file' in source
        ? { entryPoints: [join(import.meta.dirname, source.file)] }
        : { stdin: { contents: source.code, resolveDir: import.meta.dirname, loader: 'ts' as const } };
    const result = await build({ ...from, define, bundle: true, write: false, platform: 'node', format: 'cjs' });
    const program = join(directory, `${newId('request')}.cjs`);
    await writeFile(program, result.outputFiles[0]?.text ?? '');
    return program;
  }

  it.each([
    ['crypto.randomUUID', 'crypto.randomUUID()'],
    ['crypto.randomInt', 'crypto.randomInt(9)'],
    ['crypto.randomBytes', '(() => { try { return crypto.randomBytes(8) } catch { return null } })()'],
    ['crypto.generateKeyPairSync', `crypto.generateKeyPairSync('ed25519')`],
    ['web crypto.randomUUID', 'globalThis.crypto.randomUUID()'],
    ['web crypto.getRandomValues', 'globalThis.crypto.getRandomValues(new Uint8Array(8))'],
    ['Math.random', 'Math.random()'],
  ])('takes no snapshot when preloaded code uses %s, and names the caller', async (name, asks) => {
    const code = `
      import '../src/snapshots/snapshot-guard.ts';
      import crypto from 'node:crypto';
      function preloadedLibrary() { return ${asks}; }
      preloadedLibrary();`;
    const { host } = await warmHost(await bundled({ code }));
    const { state, reason } = host.health().snapshot;
    expect(state).toBe('plain');
    expect(reason).toContain(`${name} was used while the snapshot was taken`);
    expect(reason).toContain('preloadedLibrary');
  });

  it('a host serves calls without the snapshot of the runner where it cannot be taken', async () => {
    const given = await warmHost(await bundled({ code: `throw new Error('no snapshot today')` }));
    expect(given.host.health().snapshot).toMatchObject({
      state: 'plain',
      reason: expect.stringContaining('no snapshot today'),
    });
    expect(textOf(await given.call({ code: toolRunning(`return 'served'`) }))).toBe('served');
  });

  it('does not use a snapshot from which no process resumes', async () => {
    const code = `require('node:v8').startupSnapshot.setDeserializeMainFunction(() => process.exit(3))`;
    const { host } = await warmHost(await bundled({ code }));
    expect(host.health().snapshot).toMatchObject({ state: 'plain', reason: expect.stringContaining('exit 3') });
    expect((await readdir(directory)).filter((name) => name.includes('.blob'))).toEqual([]);
  });

  it('a snapshot contains nothing of the environment in which it was ordered', async () => {
    process.env.PLANTED = 'planted-2f9c1e';
    const given = await warmHost().finally(() => delete process.env.PLANTED);
    const blob = await readFile(await blobFile());
    expect(blob.includes('planted-2f9c1e')).toBe(false);
    expect(blob.includes('patchbay.runtime')).toBe(true); // the search finds what is in it
    const code = toolRunning(`return { names: Object.keys(process.env), proto: '__proto__' in {} }`);
    const found = JSON.parse(textOf(await given.call({ code })));
    expect(found.names.filter((name: string) => name !== 'PWD')).toEqual(['PATH']);
    expect(found.proto).toBe(false);
  });

  it(`gives ${RESUMED} sandboxes as many different random values of every kind`, async () => {
    const given = await warmHost();
    expect(given.host.health().snapshot).toMatchObject({ state: 'resumed', reason: null });
    const code = `const loaded = require('node:crypto').randomUUID();${toolRunning(`
      const nodeCrypto = require('node:crypto');
      const jwk = await crypto.subtle.exportKey('jwk', await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, true, ['sign']));
      const form = new Response(new FormData()).headers.get('content-type');
      return { loaded, uuid: nodeCrypto.randomUUID(), webUuid: crypto.randomUUID(), integer: nodeCrypto.randomInt(2 ** 47),
        bytes: nodeCrypto.randomBytes(16).toString('hex'), web: [...crypto.getRandomValues(new Uint8Array(16))].join(),
        float: Math.random(), key: nodeCrypto.generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x, hmac: jwk.k, form }`)}`;
    const found: Record<string, unknown>[] = [];
    await Promise.all(
      [0, 1, 2, 3].map(async (lane) => {
        for (let index = lane; index < RESUMED; index += 4) {
          const key = { connectorId: `con_${index}`, organizationId: `org_${lane}` };
          found.push(JSON.parse(textOf(await given.call({ code, key }))));
          given.host.retire(key);
        }
      }),
    );
    const kinds = Object.keys(found[0] ?? {});
    expect(kinds).toHaveLength(10);
    const different = kinds.map((kind) => [kind, new Set(found.map((values) => values[kind])).size]);
    expect(different).toEqual(kinds.map((kind) => [kind, RESUMED]));
  });

  it.each([
    ['repeats values in every process when nothing drains what it froze', 'false', 1],
    ['repeats none once the caches are drained', 'true', 3],
  ])('a snapshot %s', async (_what, drains, different) => {
    const program = await bundled({ file: 'programs/frozen-random.ts' }, { DRAINS: drains });
    const given = await warmHost(program);
    const snapshotFile = await blobFile();
    const found = [];
    for (let count = 0; count < 3; count++) found.push(await askResumed(given, { programFile: program, snapshotFile }));
    for (const kind of ['uuid', 'webUuid', 'integer']) {
      expect([kind, new Set(found.map((values) => values[kind])).size]).toEqual([kind, different]);
    }
  });

  it('the next start of the same runner keeps the snapshot, and a start after a day takes a new one', async () => {
    const first = (await warmHost()).host.health().snapshot;
    expect((await warmHost()).host.health().snapshot).toEqual(first);
    const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1000);
    await utimes(await blobFile(), yesterday, yesterday);
    const third = (await warmHost()).host.health().snapshot;
    expect(third.state).toBe('resumed');
    expect(Date.parse(third.takenAt ?? '')).toBeGreaterThan(Date.parse(first.takenAt ?? ''));
  });

  async function blobFile(): Promise<string> {
    const [name] = (await readdir(directory)).filter((found) => found.endsWith('.blob'));
    if (!name) throw new Error('there is no snapshot');
    return join(directory, name);
  }
});

/** The answer of a resumed program to a task. */
async function askResumed(
  { driver }: GivenHost,
  image: { programFile: string; snapshotFile: string },
): Promise<Record<string, unknown>> {
  const sandbox = await driver.start({ ...image, sandboxId: newId('sandbox'), profile: 'runtime', mounts: [] });
  const reader = new FrameReader(SANDBOX_FRAME_BYTES_MAX);
  const answered = new Promise<Record<string, unknown>>((resolve, reject) => {
    sandbox.link.on('data', (chunk: Buffer) => {
      for (const frame of reader.push(chunk)) {
        if (frame.type !== RUNNER_FRAMES.taskResult) continue;
        resolve((decodeMixed(frame.payload).header as { result: Record<string, unknown> }).result);
      }
    });
    void sandbox.exited.then((exit) => reject(new Error(`it ended: ${JSON.stringify(exit)}`)));
  });
  driver.assign(sandbox, encodeMixedFrame(RUNNER_FRAMES.task, { input: {} }, Buffer.alloc(0)));
  return answered.finally(() => driver.stop(sandbox));
}
