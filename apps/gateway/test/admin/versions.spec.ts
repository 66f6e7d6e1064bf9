import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { gzipSync } from 'node:zlib';
import { createDatabase } from '@patchbay/domain';
import { activate } from '@patchbay/domain/deployments';
import {
  appendLog,
  finishStep,
  getVersionByNumber,
  moveVersion,
  setManifest,
  startStep,
  suspendStep,
  VERSION_STATES,
} from '@patchbay/domain/versions';
import { fetchAt, waitFor } from '@patchbay/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Access } from '../../src/admin/access/caller.ts';
import { openVersionView, presentSummary } from '../../src/admin/endpoints/present-version.ts';
import { SOURCE_BYTES_MAX } from '../../src/admin/endpoints/submit-version.ts';
import { Installation, type SignedIn } from './given.ts';

let installation: Installation;
let owner: SignedIn & { organizationId: string };
let key: string;
let port: number;
const MIB = 1024 * 1024;
const BASE = '/organizations/acme/connectors';
const SOURCE = gzipSync('not a real archive: the worker looks inside');

beforeAll(async () => {
  installation = await Installation.start();
  owner = await installation.owner('acme');
  key = await installation.key(owner, { kind: 'deploy' });
  await installation.app.listen({ port: 0, host: '127.0.0.1' });
  port = (installation.app.server.address() as AddressInfo).port; // it listens on a port
});
afterAll(() => installation.close());

function upload(
  connector: string,
  options: { query?: string; headers?: Record<string, string>; payload?: Buffer } = {},
) {
  return installation.call('POST', `${BASE}/${connector}/versions?${options.query ?? 'create=true'}`, {
    as: key,
    headers: { 'content-type': 'application/gzip', ...options.headers },
    payload: options.payload ?? SOURCE,
  });
}

interface Sending {
  readonly chunks: number;
  readonly declaredBytes?: number;
  /** Hangs up after the chunks and this. */
  readonly cutAfter?: Promise<unknown>;
}

/** Sends chunks of a mebibyte. Null when there was no answer. */
function send(connector: string, { chunks, declaredBytes, cutAfter }: Sending) {
  return new Promise<number | null>((resolve) => {
    const sending = request({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: `/api/v1${BASE}/${connector}/versions?create=true`,
      headers: {
        host: 'localhost:4000',
        authorization: `Bearer ${key}`,
        'content-type': 'application/gzip',
        ...(declaredBytes === undefined ? { 'transfer-encoding': 'chunked' } : { 'content-length': declaredBytes }),
      },
    });
    sending.on('response', (answer) => resolve(answer.resume().statusCode ?? null));
    sending.on('error', () => resolve(null));
    sending.on('close', () => resolve(null));
    for (let chunk = 1; chunk < chunks; chunk += 1) sending.write(randomBytes(MIB));
    if (cutAfter === undefined) sending.end(randomBytes(MIB));
    else {
      sending.write(randomBytes(MIB));
      void cutAfter.then(() => sending.destroy());
    }
  });
}

/** Files of the artifact store, unfinished ones included, and rows of the tables that an upload writes. */
async function everythingStored() {
  const files = await readdir(installation.artifactDirectory, { recursive: true });
  const superuser = new pg.Client({ connectionString: installation.superuserUrl });
  await superuser.connect();
  const { rows } = await superuser.query(
    `SELECT (SELECT count(*) FROM app.connectors) AS connectors, (SELECT count(*) FROM app.versions) AS versions,
       (SELECT count(*) FROM app.audit_events) AS events`,
  );
  await superuser.end();
  return { files: files.filter((name) => name.includes('/')).sort(), rows };
}

const scope = () => ({ organizationId: owner.organizationId });

/** Does what the worker does: every step once, then the activation. */
async function deploy(versionId: string, connectorId: string): Promise<void> {
  await publish(versionId);
  await letServe(versionId, connectorId);
}

const letServe = (versionId: string, connectorId: string, database = installation.database) =>
  database.withOrganization(scope(), (tx) =>
    activate(tx, { kind: 'system', name: 'worker' }, { connectorId, versionId, cause: 'deploy' }),
  );

async function publish(versionId: string): Promise<void> {
  const run = VERSION_STATES.slice(0, VERSION_STATES.indexOf('published') + 1);
  for (const [index, to] of run.entries()) {
    const from = run[index - 1];
    if (!from) continue;
    await installation.database.withOrganization(scope(), async (tx) => {
      await startStep(tx, versionId, to);
      await appendLog(tx, versionId, [{ step: to, level: 'info', text: `${to} begins` }]);
      await finishStep(tx, versionId, to);
      if (to === 'published') await setManifest(tx, versionId, { manifestVersion: 1, tools: [] });
      await moveVersion(
        tx,
        versionId,
        { from, to },
        to === 'published' ? { artifactDigest: `sha256:${'0'.repeat(64)}` } : {},
      );
    });
  }
}

/** Events of a stream that has ended. */
async function eventsOf(response: Response): Promise<{ event: string; data: Record<string, unknown> }[]> {
  const blocks = (await response.text()).split('\n\n').filter((block) => /^data: /m.test(block));
  return blocks.map((block) => ({
    event: /^event: (.*)$/m.exec(block)?.[1] ?? '',
    data: JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '{}'),
  }));
}

describe('uploading source', () => {
  it('an upload to an unknown connector is refused without create, and one to a bad slug always', async () => {
    const missing = await upload('missing', { query: '' });
    expect([missing.status, missing.body.code]).toEqual([404, 'connectors.not_found']);
    expect((await upload('not_a_slug')).body.code).toBe('connectors.slug_invalid');
    expect(installation.woken).toEqual([]);
  });

  it('an upload of another type, without a body or over ten megabytes is refused, and stores no version', async () => {
    expect((await upload('empty', { headers: { 'content-type': 'text/plain' } })).status).toBe(415);
    const json = await upload('empty', { headers: { 'content-type': 'application/json' }, payload: Buffer.from('{}') });
    expect(json.status).toBe(415);
    expect((await upload('empty', { payload: Buffer.alloc(0) })).body.code).toBe('source.truncated');
    expect((await upload('empty', { payload: Buffer.alloc(SOURCE_BYTES_MAX + 1) })).status).toBe(413);
    expect((await installation.call('GET', `${BASE}/empty`, { as: key })).status).toBe(404);
  });

  it('an upload over ten megabytes of undeclared length leaves no file, row or audit event behind', async () => {
    const before = await everythingStored();
    // The refusal may be lost with the connection, which ends with the byte that is too many.
    expect([413, null]).toContain(await send('large', { chunks: SOURCE_BYTES_MAX / MIB + 1 }));
    expect(await everythingStored()).toEqual(before);
    expect(installation.woken).toEqual([]);
  });

  it('an upload that is cut half-way leaves no file, no row and no audit event behind', async () => {
    const before = await everythingStored();
    const isAsBefore = async () => isDeepStrictEqual(await everythingStored(), before);
    const begun = waitFor(async () => !(await isAsBefore()), { what: 'the upload to be written' });
    expect(await send('cut', { chunks: 1, declaredBytes: 2 * MIB, cutAfter: begun })).toBeNull();
    await waitFor(isAsBefore, { what: 'nothing to be left' });
    expect(installation.woken).toEqual([]);
  });

  it('each upload makes a version and wakes the worker, and one idempotency key makes one version', async () => {
    const first = await upload('weather');
    expect([first.status, first.body.number, first.body.state]).toEqual([202, 1, 'received']);
    expect(first.body).toMatchObject({ final: false, activate: true, typecheck: true, createdBy: { kind: 'api_key' } });
    const headers = { 'idempotency-key': 'deploy-2' };
    const [second, again] = [await upload('weather', { headers }), await upload('weather', { headers })];
    expect([second.body.number, again.body.id]).toEqual([2, second.body.id]);
    const other = await upload('weather', { headers, payload: gzipSync('other bytes') });
    expect(other.body.code).toBe('data.idempotency_key_reused');
    expect(new Set(installation.woken)).toEqual(new Set([first.body.id, second.body.id]));
  });

  it('the source of a version is handed out once, as a download without any right of this origin', async () => {
    const path = `${BASE}/weather/versions/1/source`;
    const made = await installation.call('POST', path, { as: key });
    expect(made.status).toBe(201);
    const { pathname } = new URL(made.body.url);
    const file = await installation.call('GET', pathname);
    expect(file.status).toBe(200);
    expect(file.headers['content-security-policy']).toMatch(/^sandbox;/);
    expect(file.headers['content-disposition']).toMatch(/^attachment;/);
    expect(file.headers['set-cookie']).toBeUndefined();
    expect((await installation.call('GET', pathname)).status).toBe(404);
  });
});

function streamOf(port: number, path: string, signal?: AbortSignal): Promise<Response> {
  return fetchAt(`http://127.0.0.1:${port}/api/v1${path}`, {
    headers: { host: 'localhost:4000', authorization: `Bearer ${key}` },
    ...(signal && { signal }),
  });
}

describe('a deploy that waits for the platform', () => {
  it('a deploy that waits shows the reason with its version, also in lists, until the step continues', async () => {
    const { id } = (await upload('waiting')).body;
    const paths = [`${BASE}/waiting/versions/1`, `${BASE}/waiting/versions`];
    const reasons = async () => {
      const answers = await Promise.all(paths.map((path) => installation.call('GET', path, { as: key })));
      return answers.map(({ body }) => (body.items?.[0] ?? body).reasons);
    };
    const cause = { code: 'artifacts.no_space', detail: 'The artifact store has no space left' };
    await installation.database.withOrganization(scope(), async (tx) => {
      await startStep(tx, id, 'received');
      await suspendStep(tx, id, { name: 'received', cause });
    });
    const reason = expect.stringMatching(/^The artifact store has no space left\. .*continues automatically/);
    expect(await reasons()).toEqual(Array(2).fill([{ code: 'artifacts.no_space', reason }]));
    await installation.database.withOrganization(scope(), (tx) => finishStep(tx, id, 'received'));
    expect(await reasons()).toEqual([[], []]);
  });
});

describe('following a deploy', () => {
  it('a version that is activated in this moment is never reported as ended and not live', async () => {
    const { body } = await upload('overtaken', { query: 'create=true&activate=true' });
    await publish(body.id);
    // The worker has connections of its own.
    const worker = createDatabase({ url: installation.databaseUrl, poolSizeMax: 1 });
    const shown = await installation.database.withOrganization(scope(), async (tx) => {
      const version = await getVersionByNumber(tx, body.connectorId, 1);
      /** The activation commits just before the deployments are read. */
      const findMany = async (query: Parameters<typeof tx.prisma.deployment.findMany>[0]) => {
        await letServe(body.id, body.connectorId, worker);
        return tx.prisma.deployment.findMany(query);
      };
      const prisma = Object.create(tx.prisma, { deployment: { value: { findMany } } });
      const access = {
        organization: { slug: 'acme' },
        permissions: new Set(),
        connectorIds: null,
      } as unknown as Access; // what a view asks of it
      const view = {
        connectorId: body.connectorId,
        versions: [version],
        access,
        origin: 'http://localhost',
        now: new Date(),
      };
      return presentSummary(version, await openVersionView({ ...tx, prisma }, view));
    });
    await worker.close();
    expect(shown).toMatchObject({ final: true, state: 'active' });
  });

  it('a followed deploy reports every step and line from the start, and ends with the live version', async () => {
    const { body } = await upload('followed');
    const { port } = installation.app.server.address() as AddressInfo;
    const response = await streamOf(port, `${BASE}/followed/versions/1/events`);
    const done = deploy(body.id, body.connectorId);
    const events = await eventsOf(response);
    await done;
    expect(events.at(-1)).toMatchObject({ event: 'done', data: { number: 1, state: 'active', final: true } });
    const steps = events.filter(({ event }) => event === 'step').map(({ data }) => data.name);
    expect([...new Set(steps)]).toEqual(['resolving', 'building', 'probing', 'scanning', 'storing', 'published']);
    expect(events.filter(({ event }) => event === 'log')).toHaveLength(6);
  });

  it('a late reader of a deploy gets the same events, and the log comes in pages', async () => {
    const { port } = installation.app.server.address() as AddressInfo;
    const names = (await eventsOf(await streamOf(port, `${BASE}/followed/versions/1/events`))).map(
      ({ event }) => event,
    );
    expect(names.filter((name) => name === 'log')).toHaveLength(6);
    expect(names.at(-1)).toBe('done');
    const page = await installation.call('GET', `${BASE}/followed/versions/1/log?limit=4`, { as: key });
    const rest = await installation.call('GET', `${BASE}/followed/versions/1/log?cursor=${page.body.nextCursor}`, {
      as: key,
    });
    expect([page.body.items.length, rest.body.items.length]).toEqual([4, 2]);
    expect((await installation.call('GET', `${BASE}/followed/versions/1/manifest`, { as: key })).body.tools).toEqual(
      [],
    );
    expect((await installation.call('GET', `${BASE}/weather/versions/1/manifest`, { as: key })).body.code).toBe(
      'admin.not_yet',
    );
  });

  it('refuses the ninth stream of one caller, and admits it when one has ended', async () => {
    const { port } = installation.app.server.address() as AddressInfo;
    const open = new AbortController();
    const path = `${BASE}/followed/logs/events`;
    const streams = await Promise.all(Array.from({ length: 8 }, () => streamOf(port, path, open.signal)));
    expect(streams.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect((await streamOf(port, path)).status).toBe(429);
    open.abort();
    await expect
      .poll(async () => {
        const one = new AbortController();
        const { status } = await streamOf(port, path, one.signal);
        one.abort();
        return status;
      })
      .toBe(200);
  });
});

describe('deployments', () => {
  it('a version shows its allowed actions, is activated by hand and rolled back', async () => {
    const { body: second } = await upload('followed', { query: 'activate=true' });
    const early = await installation.call('POST', `${BASE}/followed/deployments`, { as: key, body: { version: 2 } });
    expect([early.status, early.body.code]).toEqual([409, 'deployments.version_not_published']);
    expect(second.actions.activate).toEqual({ allowed: false, reason: 'Only a published version can serve calls.' });

    await deploy(second.id, second.connectorId);
    const connector = await installation.call('GET', `${BASE}/followed`, { as: key });
    expect(connector.body).toMatchObject({ live: { number: 2 }, latest: { number: 2, state: 'active' } });
    expect(connector.body.actions.rollBack.allowed).toBe(true);

    const back = await installation.call('POST', `${BASE}/followed/rollback`, { as: key });
    expect([back.status, back.body]).toMatchObject([201, { versionNumber: 1, cause: 'rollback', state: 'active' }]);
    const forth = await installation.call('POST', `${BASE}/followed/deployments`, { as: key, body: { version: 2 } });
    expect(forth.body).toMatchObject({ versionNumber: 2, cause: 'activate' });
    const list = await installation.call('GET', `${BASE}/followed/deployments`, { as: key });
    expect(list.body.items.map(({ versionNumber, state }: Record<string, unknown>) => [versionNumber, state])).toEqual([
      [2, 'active'],
      [1, 'superseded'],
      [2, 'superseded'],
      [1, 'superseded'],
    ]);
  });
});

describe('closing the server', () => {
  it('ends open streams when the server closes, instead of waiting for their readers', async () => {
    const { port } = installation.app.server.address() as AddressInfo;
    const stream = await streamOf(port, `${BASE}/followed/logs/events`);
    const closed = installation.app.close();
    expect(await stream.text()).toContain(': open');
    await closed;
  });
});
