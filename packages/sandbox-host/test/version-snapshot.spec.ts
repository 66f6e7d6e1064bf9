/**
 * Startup snapshots of versions: conditions under which none is taken, and the state of a sandbox that resumes from
 * one.
 */
import { createHash } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { newId } from '@patchbay/foundation';
import type { JsonObject, VersionSnapshot } from '@patchbay/sandbox-protocol';
import { skipUnless, waitFor } from '@patchbay/testing';
import {
  artifactOf,
  type GivenHost,
  type GivenInvocation,
  givenHost,
  hasBubblewrap,
  NO_BUBBLEWRAP,
  textOf,
  toolRunning,
} from '@patchbay/testing/hosts/given-host';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect } from 'vitest';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

/** The build sandbox's scratch is there while the module runs in it, and nowhere else. */
const WHERE = `const ranIn = require('node:fs').existsSync('/work') ? 'the build' : 'the sandbox';`;
const RESUMED = 12;

let given: GivenHost;
let directory: string;
beforeAll(async () => {
  if (!hasBubblewrap) return;
  directory = await mkdtemp('/var/tmp/patchbay-versions-');
  await chmod(directory, 0o755); // sandboxes have other uids
  given = await givenHost({ snapshot: { directory, nodeFile: process.execPath } });
  await given.host.warm();
});
afterAll(async () => {
  await given?.close();
  if (directory) await rm(directory, { recursive: true, force: true });
});

async function take(artifact: Buffer): Promise<{ result: JsonObject; files?: Uint8Array }> {
  const task = { id: newId('task'), organizationId: 'org_1', program: 'snapshot' as const, input: {} };
  return given.client.runTask({ ...task, files: artifact, deadlineMs: 30_000, egress: [] });
}

/** Takes the snapshot of this code's artifact and gives it to the store. */
async function taken(code: string): Promise<VersionSnapshot> {
  const { result, files } = await take(artifactOf(code).artifact);
  if (result.taken !== true || !files) throw new Error(JSON.stringify(result));
  const digest = `sha256:${createHash('sha256').update(files).digest('hex')}`;
  given.snapshots.set(digest, files);
  return { digest, image: String(result.image) };
}

const ask = async (call: GivenInvocation) => textOf(await given.call(call));

describe('the snapshot of a version is not taken', () => {
  it.each([
    ['crypto.randomUUID', `require('node:crypto').randomUUID()`],
    ['crypto.randomInt', `require('node:crypto').randomInt(9)`],
    ['crypto.randomBytes', `(() => { try { return require('crypto').randomBytes(8) } catch { return 1 } })()`],
    ['web crypto.randomUUID', 'crypto.randomUUID()'],
    ['web crypto.getRandomValues', 'crypto.getRandomValues(new Uint8Array(8))'],
    ['Math.random', 'Math.random()'],
    ['Date.now', 'Date.now()'],
    ['the time of day', 'new Date()'],
    ['performance.now', 'performance.now()'],
    ['process.hrtime', 'process.hrtime()'],
    ['process.hrtime.bigint', 'process.hrtime.bigint()'],
    ['node:http', `require('node:http')`],
  ])('takes no snapshot of a version whose module uses %s, and names the line', async (what, asks) => {
    const { result, files } = await take(
      artifactOf(`\n\nconst frozen = ${asks};\n${toolRunning('return frozen')}`).artifact,
    );
    expect(result).toEqual({
      taken: false,
      reason: `${what} was used while the snapshot was taken`,
      place: 'line 3 of the bundle',
    });
    expect(files).toBeUndefined();
  });

  it('takes no snapshot of a version whose code uses the clock before it is taken', async () => {
    const code = `setTimeout(() => { exports.startedAt = Date.now() }, 20);${toolRunning('return 1')}`;
    expect((await take(artifactOf(code).artifact)).result).toMatchObject({
      reason: expect.stringContaining('Date.now'),
    });
  });

  it.each([
    ['throws', `throw new Error('not at home')`, 'not at home'],
    ['ends the process', 'process.exit(0)', ''],
  ])('takes no snapshot of a version whose module %s', async (_what, code, reason) => {
    expect((await take(artifactOf(code).artifact)).result).toMatchObject({
      taken: false,
      reason: expect.stringContaining(reason),
    });
  });

  it('the reason for no snapshot names the author’s own file and line, where the artifact knows them', async () => {
    const contents = `export interface Unused { readonly a: string }\n\nexport const id: string = crypto.randomUUID();\n`;
    const made = await build({
      stdin: { contents, loader: 'ts', sourcefile: 'src/index.ts' },
      bundle: true,
      write: false,
      outfile: 'connector.cjs',
      format: 'cjs',
      platform: 'node',
      sourcemap: 'external',
    });
    const text = (ending: string) => made.outputFiles.find((file) => file.path.endsWith(ending))?.text;
    const artifact = { format: 1, code: text('.cjs'), packages: [], sourceMap: text('.map') };
    const { result } = await take(Buffer.from(JSON.stringify(artifact)));
    expect(result).toMatchObject({ taken: false, place: 'src/index.ts:3' });
  });
});

describe('a sandbox that resumes from its version’s snapshot', () => {
  it('a sandbox resumed from a snapshot runs the code that the build ran, and gets its secrets only now', async () => {
    process.env.PLANTED = 'planted-5a1d77';
    const code = `${WHERE}${toolRunning(`return [ranIn, context.secrets.KEY, Object.keys(process.env).sort().join()]`)}`;
    const snapshot = await taken(code).finally(() => delete process.env.PLANTED);
    expect(Buffer.from(given.snapshots.get(snapshot.digest) ?? []).includes('planted-5a1d77')).toBe(false);
    const found = await ask({ code, snapshot, secrets: { KEY: 'k-1' } });
    expect(JSON.parse(found)).toEqual(['the build', 'k-1', expect.stringMatching(/^PATH(,PWD)?$/)]);
  });

  it('a sandbox resumed from a snapshot never gets a random value that another one got', async () => {
    const code = `
      const nodeCrypto = require('node:crypto'); const { randomUUID, randomInt, randomBytes } = nodeCrypto; const { random } = Math;
      const web = crypto.randomUUID.bind(crypto);
      ${toolRunning(`return { kept: randomUUID(), uuid: nodeCrypto.randomUUID(), web: web(), webUuid: crypto.randomUUID(),
        integer: randomInt(2 ** 47), bytes: randomBytes(16).toString('hex'), values: [...crypto.getRandomValues(new Uint8Array(16))].join(),
        keptFloat: random(), float: Math.random(), key: nodeCrypto.generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x }`)}`;
    const snapshot = await taken(code);
    const found: Record<string, unknown>[] = [];
    for (let index = 0; index < RESUMED; index += 1) {
      const key = { organizationId: 'org_1', connectorId: `con_random_${index}` };
      found.push(JSON.parse(await ask({ code, snapshot, key })));
      given.host.retire(key);
    }
    const kinds = Object.keys(found[0] ?? {});
    expect(kinds).toHaveLength(10);
    expect(kinds.map((kind) => [kind, new Set(found.map((values) => values[kind])).size])).toEqual(
      kinds.map((kind) => [kind, RESUMED]),
    );
  });

  it('a sandbox resumed from a snapshot has the present time, also from clocks its module kept', async () => {
    const code = `const { now } = Date; const Kept = Date;${toolRunning(`return [now(), new Kept().getTime(), Date.now(), new Date(0) instanceof Kept]`)}`;
    const [kept, made, own, isDate] = JSON.parse(await ask({ code, snapshot: await taken(code) }));
    for (const time of [kept, made, own]) expect(Math.abs(time - Date.now())).toBeLessThan(60_000);
    expect(isDate).toBe(true);
  });

  it('a sandbox resumed from a snapshot uses the proxy and its calls’ logs, also by kept functions', async () => {
    const code = `const { fetch: kept } = globalThis; const { log } = console;${toolRunning(`
      log('kept the log'); const answer = await kept('https://not-declared.example/');
      const late = await new Promise((resolve) => require('node:http').get('http://not-declared.example/', (got) => resolve(got.statusCode)));
      return [answer.status, late]`)}`;
    const key = { connectorId: 'con_kept' };
    expect(JSON.parse(await ask({ code, snapshot: await taken(code), key }))).toEqual([403, 403]);
    await waitFor(() =>
      given.logs.some((line) => line.text === 'kept the log' && line.key.connectorId === 'con_kept' && line.requestId),
    );
  });

  it('a sandbox resumed from a snapshot serves a bundle that brings its own SDK', async () => {
    const contents = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'; import { z } from 'zod';
      import { existsSync } from 'node:fs'; const ranIn = existsSync('/work') ? 'the build' : 'the sandbox';
      export default () => { const server = new McpServer({ name: 'own', version: '1.0.0' });
        server.registerTool('run', { description: 'x', inputSchema: { text: z.string() } }, async ({ text }) => ({ content: [{ type: 'text', text: text + ' from ' + ranIn }] }));
        return server; };`;
    const made = await build({
      stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
      bundle: true,
      write: false,
      format: 'cjs',
      platform: 'node',
      target: 'node24',
      logLevel: 'silent',
    });
    const code = made.outputFiles[0]?.text ?? '';
    expect(code.length).toBeGreaterThan(1_000_000);
    expect(await ask({ code, snapshot: await taken(code), args: { text: 'hello' } })).toBe('hello from the build');
  });

  it('a sandbox resumed from a snapshot names the author’s line of an error at its start', async () => {
    const contents = `\nexport default function connect(): never {\n  throw new Error('no key');\n}\n`;
    const made = await build({
      stdin: { contents, loader: 'ts', sourcefile: 'src/index.ts' },
      bundle: true,
      write: false,
      outfile: 'connector.cjs',
      format: 'cjs',
      platform: 'node',
      sourcemap: 'external',
    });
    const text = (ending: string) => made.outputFiles.find((file) => file.path.endsWith(ending))?.text ?? '';
    const code = text('.cjs');
    const artifact = Buffer.from(JSON.stringify({ format: 1, code, packages: [], sourceMap: text('.map') }));
    const { result, files } = await take(artifact);
    const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const snapshot = { digest: digestOf(files ?? Buffer.alloc(0)), image: String(result.image) };
    const invocation = { ...given.invocation({ code }), artifactDigest: digestOf(artifact), snapshot };
    const caller = { onLog: () => {}, onNotification: () => {}, signal: AbortSignal.timeout(10_000) };
    const call = given.host.invoke(invocation, {
      ...caller,
      provision: async () => ({ artifact, secrets: {}, snapshot: files }),
    });
    await expect(call).rejects.toMatchObject({
      code: 'sandbox.crashed_at_start',
      detail: 'Error: no key',
      data: { stack: expect.arrayContaining([expect.stringMatching(/src\/index\.ts:3:\d+/)]) },
    });
  });
});

describe('a version whose snapshot is of no use here', () => {
  const code = `${WHERE}${toolRunning(`return ranIn`)}`;

  it('a version loads without its snapshot when another runner or another Node took it', async () => {
    const { digest } = await taken(code);
    expect(await ask({ code, snapshot: { digest, image: '0'.repeat(64) } })).toBe('the sandbox');
  });

  it('a version loads without its snapshot when the store lacks it, or has another in its place', async () => {
    const { image } = await taken(code);
    const gone = `sha256:${'1'.repeat(64)}`;
    expect(await ask({ code, snapshot: { digest: gone, image }, key: { connectorId: 'con_gone' } })).toBe(
      'the sandbox',
    );
    given.snapshots.set(gone, Buffer.from('something else'));
    expect(await ask({ code, snapshot: { digest: gone, image }, key: { connectorId: 'con_other' } })).toBe(
      'the sandbox',
    );
  });

  it('a version loads without its snapshot from the second start on when no process resumes from it', async () => {
    const { image } = await taken(code);
    const bytes = Buffer.from('no snapshot at all');
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    given.snapshots.set(digest, bytes);
    const call = { code, snapshot: { digest, image }, key: { connectorId: 'con_broken' } };
    await expect(given.call(call)).rejects.toMatchObject({ code: 'sandbox.crashed' });
    expect(await ask(call)).toBe('the sandbox');
  });
});
