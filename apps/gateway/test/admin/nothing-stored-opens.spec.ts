/** Everything this installation hands out that opens something, and all that it ever wrote while doing so: rows, the queue, Redis. */
import { gzipSync } from 'node:zlib';
import { ALL_PERMISSIONS, mayKeyHold } from '@patchbay/domain/organizations';
import { redisMissing, skipUnless, type TestRedis, testRedis, waitFor } from '@patchbay/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect } from 'vitest';
import { Installation, ORIGIN, PASSWORD, type SignedIn } from './given.ts';
import { keepRedisCommands, keepWrittenRows, rowsIn, textsIn, type WrittenRow, writtenRows } from './written-rows.ts';

const missing = redisMissing();
const { describe, it } = skipUnless(missing === null, missing ?? '');

let installation: Installation;
let superuser: pg.Pool;
let redis: TestRedis;
let kept: Awaited<ReturnType<typeof keepRedisCommands>>;
/** With the commands that Redis was given. */
let rows: readonly WrittenRow[];
/** Secrets, by their kind. */
const handedOut = new Map<string, string>();
const logged: string[] = [];

const FORM = { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN };
/** Answers of a text that was checked and opens nothing; 429 would mean that it was not checked. */
const REFUSALS = new Set([400, 401, 403, 404, 414]);
const lastPart = (url: string) => new URL(url).pathname.split('/').at(-1) ?? '';

async function sendForm(path: string, form: Record<string, string>) {
  const page = await installation.call('GET', path);
  const formToken = /name="formToken" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const payload = Buffer.from(new URLSearchParams({ ...form, formToken }).toString());
  return installation.call('POST', path, { headers: FORM, payload });
}

function handOut(what: string, value: unknown): string {
  if (typeof value !== 'string' || value.length < 20) throw new Error(`${what} was not handed out: ${value}`);
  handedOut.set(what, value);
  return value;
}

/** The first owner through the setup page, then signed in. */
async function setUp(): Promise<SignedIn> {
  const link = (await installation.people.createSetupLink()) ?? '';
  handOut('a setup link', lastPart(link));
  const made = await sendForm(new URL(link).pathname, {
    name: 'Olga',
    email: 'olga@people.example',
    password: PASSWORD,
    organizationName: 'Acme',
    slug: 'acme',
  });
  expect(made.status).toBe(303);
  const owner = await installation.signIn('olga@people.example');
  handOut('a session cookie', owner.cookie.replace(/^[^=]+=/, ''));
  return owner;
}

async function inviteAndJoin(owner: SignedIn): Promise<void> {
  const invite = (email: string, key: string) =>
    installation.call('POST', '/organizations/acme/invitations', {
      as: owner,
      body: { email, role: 'owner' },
      headers: { 'idempotency-key': key },
    });
  const invited = await invite('eve@people.example', 'invite-eve');
  handOut('an invitation', lastPart(invited.body.url));
  expect((await invite('eve@people.example', 'invite-eve')).body.id).toBe(invited.body.id);
  const path = `/organizations/acme/invitations/${invited.body.id}/reissue`;
  handOut('an invitation’s new link', lastPart((await installation.call('POST', path, { as: owner })).body.url));

  const joining = await invite('bob@people.example', 'invite-bob');
  const page = new URL(joining.body.url).pathname;
  handOut('a used invitation', lastPart(joining.body.url));
  const joined = await sendForm(page, { name: 'Bob', password: PASSWORD });
  expect(joined.status).toBe(303);
  handOut(
    'the session cookie of a person who joined',
    /^[^=]+=([^;]+)/.exec(String(joined.headers['set-cookie']))?.[1],
  );
}

async function makeKeys(owner: SignedIn): Promise<void> {
  const permissions = ALL_PERMISSIONS.filter(mayKeyHold);
  for (const kind of ['mcp', 'deploy', 'admin']) {
    const lists = kind === 'admin' ? { permissions } : { connectors: ['*'] };
    const body = { kind, name: kind, ...lists };
    const made = await installation.call('POST', '/organizations/acme/api-keys', { as: owner, body });
    handOut(`an API key of kind ${kind}`, made.body.secret);
  }
}

async function offerSource(owner: SignedIn): Promise<void> {
  await installation.call('POST', '/organizations/acme/connectors/weather/versions?create=true', {
    as: owner,
    payload: gzipSync('a source'),
    headers: { 'content-type': 'application/gzip', 'idempotency-key': 'upload' },
  });
  const path = '/organizations/acme/connectors/weather/versions/1/source';
  const offered = await installation.call('POST', path, { as: owner });
  handOut('a download', lastPart(offered.body.url));
}

beforeAll(async () => {
  if (missing !== null) return;
  redis = await testRedis();
  kept = await keepRedisCommands(redis.options);
  installation = await Installation.start('open', ORIGIN, {
    log: (line) => logged.push(line),
    onDatabase: keepWrittenRows,
    redisUrl: redis.url,
  });
  superuser = new pg.Pool({ connectionString: installation.superuserUrl, max: 2 });
  const owner = await setUp();
  await inviteAndJoin(owner);
  await makeKeys(owner);
  await offerSource(owner);
  // A wake-up may still be under way when its upload is answered.
  const isWoken = async () => {
    const texts = [await rowsIn(superuser, 'bullmq'), kept.commands].map((found) =>
      found.map(({ text }) => text).join(),
    );
    return texts.every((text) => text.includes(installation.woken[0] ?? 'the worker was not notified'));
  };
  await waitFor(isWoken, { what: 'the version in both queues' });
  rows = [...(await writtenRows(superuser)), ...(await rowsIn(superuser, 'bullmq')), ...kept.commands];
});
afterAll(async () => {
  await superuser?.end();
  await installation?.close();
  kept?.close();
  await redis?.stop();
});

/** The forms in which a value could be stored. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const plain = decodeURIComponent(value);
  const random = Buffer.from(plain.split('.', 1).join(''), 'base64url');
  return [
    ...[value, plain, encodeURIComponent(plain), bytes.toString('base64'), bytes.toString('base64url')],
    ...[bytes.toString('hex'), random.toString('hex')],
  ];
}

describe('a value that opens something', () => {
  it('a value that opens something is in no row that was ever written, in none of its forms', () => {
    const found = [...handedOut].flatMap(([what, value]) =>
      formsOf(value).flatMap((form) =>
        rows.filter(({ text }) => text.includes(form)).map(({ table }) => `${what} is in ${table}`),
      ),
    );
    expect(found).toEqual([]);
    expect(handedOut.size).toBe(10);
  });

  it('a value that opens something is in no line of the log', () => {
    const found = [...handedOut].filter(([, value]) => formsOf(value).some((form) => logged.join('').includes(form)));
    expect(found.map(([what]) => what)).toEqual([]);
    expect(logged.join('')).toContain('the first owner was created');
  });
});

describe('a text of a row', () => {
  it('a text of a row opens nothing as a link, a download, a bearer, a cookie or an invitation', async () => {
    const texts = textsIn(rows);
    const opened: string[] = [];
    for (const [index, text] of texts.entries()) {
      const value = encodeURIComponent(text).slice(0, 500);
      const from = { address: `10.1.${index >> 8}.${index & 255}` };
      const tries = {
        setup: await installation.call('GET', `/-/setup/${value}`, from),
        invitation: await installation.call('GET', `/-/invitations/${value}`, from),
        bearer: await installation.call('GET', '/me', { headers: { authorization: `Bearer ${value}` } }),
        cookie: await installation.call('GET', '/me', { headers: { cookie: `patchbay_session=${value}` } }),
      };
      for (const [surface, answer] of Object.entries(tries)) {
        if (!REFUSALS.has(answer.status)) opened.push(`${text} as ${surface}: ${answer.status}`);
      }
      if ((await installation.files.take(text)) !== null) opened.push(`${text} as download`);
    }
    expect(opened).toEqual([]);
    expect(texts.length).toBeGreaterThan(100);
  }, 120_000);
});

describe('the token of a session', () => {
  it('the stored token of a session opens nothing without its signature, as a cookie or as a bearer', async () => {
    const cookies = [...handedOut].filter(([what]) => what.includes('session cookie'));
    const me = async (headers: Record<string, string>) => (await installation.call('GET', '/me', { headers })).status;
    const parts = cookies.map(([, value]) => {
      const [token = '', signature = ''] = decodeURIComponent(value).split('.');
      return { token, signature };
    });
    const stored = rows.filter(({ table }) => table === 'identity.sessions').map(({ text }) => text);
    for (const { token, signature } of parts) {
      expect(stored.some((text) => text.includes(JSON.stringify(token)))).toBe(true);
      const foreign = parts.find((other) => other.token !== token)?.signature ?? '';
      for (const value of [token, `${token}.`, `${token}.${foreign}`, `${token}.${token}`]) {
        const encoded = encodeURIComponent(value);
        const cookie = ['patchbay_session', '__Host-patchbay_session', 'patchbay_session_data'];
        for (const name of cookie) expect(await me({ cookie: `${name}=${encoded}` })).toBe(401);
        expect(await me({ authorization: `Bearer ${value}` })).toBe(401);
      }
      expect(await me({ cookie: `patchbay_session=${encodeURIComponent(`${token}.${signature}`)}` })).toBe(200);
    }
    expect(parts).toHaveLength(2);
  });
});

describe('the rows looked at', () => {
  it('the examined rows are those of every table, queue and Redis key that a secret passes', () => {
    const tables = new Set(rows.map(({ table }) => table));
    for (const table of ['audit_events', 'outbox', 'idempotency_keys', 'changes', 'identity_changes', 'api_keys']) {
      expect(tables).toContain(`app.${table}`);
    }
    for (const table of ['sessions', 'accounts', 'invitations', 'setup_links', 'announced_changes', 'members']) {
      expect(tables).toContain(`identity.${table}`);
    }
    expect(
      rows
        .filter(({ table }) => table.startsWith('bullmq.'))
        .map(({ text }) => text)
        .join(),
    ).toContain('ver_');
    const redisTexts = rows.filter(({ table }) => table.startsWith('redis ')).map(({ text }) => text);
    expect(redisTexts.filter((text) => text.includes('patchbay:note:')).length).toBeGreaterThan(0);
    expect(redisTexts.filter((text) => text.includes('bull:deploy')).length).toBeGreaterThan(0);
  });
});
