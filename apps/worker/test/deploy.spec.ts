import { randomBytes } from 'node:crypto';
import { getConnector } from '@patchbay/domain/connectors';
import { startStep, submitVersion } from '@patchbay/domain/versions';
import type { GivenConnector } from '@patchbay/testing';
import { readConnector, skipUnless } from '@patchbay/testing';
import { afterAll, beforeAll, expect } from 'vitest';
import {
  type Files,
  type GivenDeploys,
  givenDeploys,
  greeter,
  hasBubblewrap,
  NO_BUBBLEWRAP,
  PACKAGE_JSON,
  packed,
} from './given-deploys.ts';
import { REFUSED_UPLOADS, server, withSchema } from './refused-uploads.ts';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

describe('a deploy', () => {
  let deploys: GivenDeploys;
  let connector: GivenConnector;
  let liveVersion: string;

  beforeAll(async () => {
    deploys = await givenDeploys();
    connector = await deploys.given.connector(await deploys.given.organization('acme'), 'greeter');
    const version = await deploy(greeter());
    if (version.state !== 'published') throw new Error(JSON.stringify(version.failure));
    liveVersion = version.id;
  }, 90_000);
  afterAll(() => deploys?.close());

  async function deploy(upload: Uint8Array | Files, flags: { typecheck?: boolean } = {}) {
    return deploys.finished(connector, await deploys.submit(connector, upload, flags));
  }

  async function live(): Promise<string | null> {
    return (await deploys.inScope(connector, (tx) => getConnector(tx, connector.id))).liveVersionId;
  }

  it.for(REFUSED_UPLOADS)(
    'refuses %s with its own code, and leaves the live version',
    async ([, files, code, names]) => {
      const version = await deploy(files);
      expect(version.failure).toMatchObject({ code });
      expect(version.failure?.detail).toMatch(names);
      expect(version.state).toBe(code === 'deploy.findings' ? 'rejected' : 'failed');
      expect(await live()).toBe(liveVersion);
    },
  );

  it('refuses a bundle that is larger than a connector may be, and names its largest part', async () => {
    const data = `export const data = '${randomBytes(3_200_000).toString('hex')}';`;
    const entry = `export { data } from './data.ts';\n${greeter()['src/index.ts']}`;
    const version = await deploy(greeter({ 'src/data.ts': data, 'src/index.ts': entry }));
    expect(version.failure).toMatchObject({
      code: 'deploy.bundle_too_large',
      detail: expect.stringMatching(/data\.ts/),
    });
  });

  it('a deploy gives up a step that twenty workers died in', async () => {
    const upload = await packed(greeter({ 'src/again.ts': '' }));
    const { digest } = await deploys.artifacts.put(connector.organization.id, upload, { bytesMax: 1_000_000 });
    const input = { connectorId: connector.id, sourceDigest: digest, activate: true, typecheck: true };
    const version = await deploys.inScope(connector, async (tx) => {
      const submitted = await submitVersion(tx, connector.organization.owner.actor, input);
      for (let attempt = 0; attempt < 20; attempt += 1) await startStep(tx, submitted.id, 'received');
      return submitted;
    });
    await deploys.queue.add('deploy', { versionId: version.id }, { jobId: version.id });
    const finished = await deploys.finished(connector, version);
    expect(finished).toMatchObject({ state: 'failed', failure: { code: 'deploy.interrupted_too_often' } });
  });

  it('refuses an upload cut in half', async () => {
    const bytes = await packed(greeter());
    const version = await deploy(bytes.subarray(0, bytes.byteLength / 2));
    expect(version.failure).toMatchObject({ code: 'source.truncated', step: 'resolving' });
  });

  it('publishes connectors with type errors when the type check is switched off', async () => {
    const files = greeter({ 'src/extra.ts': 'export const n: number = "x";' });
    const source = `import './extra.ts';\n${files['src/index.ts']}`;
    expect(await deploy({ ...files, 'src/index.ts': source }, { typecheck: false })).toMatchObject({
      state: 'published',
    });
  });

  it('a deploy accepts patterns whose time is linear', async () => {
    const pattern = '/^[a-z0-9]{1,63}(\\.[a-z0-9]{1,63})*$/';
    const version = await deploy(server(withSchema(`z.object({ host: z.string().regex(${pattern}), to: z.email() })`)));
    expect(version).toMatchObject({ state: 'published', failure: null });
  });

  it('a deploy lists the tools that need approval', async () => {
    const tool =
      "server.registerTool('wipe', { description: 'd', inputSchema: z.object({}) }, async () => ({ content: [] }));";
    const version = await deploy(server(tool));
    expect(version).toMatchObject({ state: 'published' });
    expect(await deploys.findings(connector, version)).toMatchObject([
      { rule: 'annotations_missing', severity: 'warning', subject: 'wipe' },
      { rule: 'title_missing', severity: 'info', subject: 'wipe' },
    ]);
    expect((await deploys.log(connector, version)).join('\n')).toMatch(/calls of wipe will wait for approval/);
  });

  /** A bundle that takes time to load, as one with its own copies of packages does. */
  const large = (atLoad: string) => {
    const files = greeter({
      'src/words.ts': `export const words = ['${'word '.repeat(40_000)}'].join().length;\n${atLoad}\n`,
    });
    return {
      ...files,
      'src/index.ts': `import { words } from './words.ts';\nif (words < 1) throw 1;\n${files['src/index.ts']}`,
    };
  };

  it('explains to an author why a large bundle has no startup snapshot, and where, and publishes it', async () => {
    const version = await deploy(large('export const loadedAt = Date.now();'));
    expect(version).toMatchObject({ state: 'published', snapshot: null });
    expect(await deploys.findings(connector, version)).toMatchObject([
      {
        rule: 'snapshot_not_taken',
        severity: 'info',
        subject: 'src/words.ts:2',
        message: expect.stringContaining('Date.now was used while the snapshot was taken'),
      },
    ]);
  });

  it('stores a startup snapshot beside the artifact of a large bundle', async () => {
    const version = await deploy(large(''));
    expect(version).toMatchObject({ state: 'published', snapshot: { image: expect.stringMatching(/^[0-9a-f]{64}$/) } });
    const { organization } = connector;
    const digest = version.snapshot?.digest ?? '';
    expect(await deploys.artifacts.has({ organizationId: organization.id, digest })).toBe(true);
    expect((await deploys.log(connector, version)).join('\n')).toMatch(/startup snapshot of \d+ KB taken/);
  });

  it('a deploy runs each step once and takes little time', async () => {
    const version = await deploy(greeter({ 'src/note.ts': PACKAGE_JSON.slice(0, 0) }));
    const steps = await deploys.steps(connector, version);
    expect(steps.map(({ name, state, attempt }) => `${name} ${state} ${attempt}`)).toEqual(
      ['received', 'resolving', 'building', 'probing', 'scanning', 'storing'].map((name) => `${name} done 1`),
    );
    const took = steps.map((step) => Number(step.finishedAt) - Number(step.startedAt));
    console.info(`deploy steps in ms: ${steps.map(({ name }, index) => `${name} ${took[index]}`).join(', ')}`);
    expect(took.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(5000);
  });

  it('lets no connector leave anything for the next one’s deploy, wherever it writes', async () => {
    const clean = await deploy(greeter({ 'src/same.ts': '' }));
    const hostile = await deploy(greeter({ 'src/index.ts': readConnector('spoiling') }), { typecheck: false });
    expect(hostile.failure).toBeNull();
    const other = await deploys.given.connector(await deploys.given.organization('initech'), 'greeter');
    const after = await deploys.finished(other, await deploys.submit(other, greeter({ 'src/same.ts': '' })));
    expect(after).toMatchObject({ state: 'published', artifactDigest: clean.artifactDigest });
    expect(after.manifest).toEqual(clean.manifest);
  });

  it('the worker signs what it writes into the audit log, as a writer of its own', async () => {
    const [row] = await deploys.inScope(connector, (tx) =>
      tx.query<{ writer: string; hmac: Uint8Array | null }>(
        "SELECT writer_id AS writer, hmac FROM app.audit_events WHERE action = 'version.published' AND target_id = $1",
        [liveVersion],
      ),
    );
    expect(row?.writer).toMatch(/^worker-[0-9a-f-]{36}\.k\d+$/);
    expect(row?.hmac?.byteLength).toBe(32);
  });

  it('gives a second organization an artifact of its own for the same source', async () => {
    const other = await deploys.given.connector(await deploys.given.organization('globex'), 'greeter');
    const version = await deploys.finished(other, await deploys.submit(other, greeter()));
    expect(version).toMatchObject({ state: 'published' });
    const digest = version.artifactDigest ?? '';
    await deploys.artifacts.remove({ organizationId: connector.organization.id, digest });
    expect(await deploys.artifacts.has({ organizationId: other.organization.id, digest })).toBe(true);
  });
});
