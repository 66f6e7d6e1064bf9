import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { waitFor } from '@patchbay/testing';
import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import {
  CANCEL_REQUEST,
  firstMessage,
  GSSENC_REQUEST,
  int32,
  message,
  PROTOCOL_3_0,
  SSL_REQUEST,
} from '../src/postgres/messages.ts';
import { givenCall, givenGrant, HOST } from './given-grant.ts';
import { TEST_AUTHORITY } from './local-authority.ts';
import { PASSWORD, withDatabase } from './with-database.ts';
import { SHOP, withEgressProxy } from './with-egress-proxy.ts';

const proxy = withEgressProxy();
const database = withDatabase(proxy);

const STARTUP = firstMessage(PROTOCOL_3_0, 'user', 'connection', Buffer.from([0]));
const QUERY = message('Q', 'SELECT 1');

/** A driver's words for a connection that ended under a query: one that was still being sent breaks. */
const ENDED = /terminated|ECONNRESET|EPIPE/;

/** Sends bytes on an accepted connection and returns everything that comes back until it ends. */
async function exchange(socket: Socket, bytes: Buffer): Promise<string> {
  socket.write(bytes);
  return text(socket.resume());
}

describe('a database that is asked for wrongly', () => {
  it('refuses a reference that is unknown, revoked, of another sandbox or not of a database', async () => {
    await proxy.start();
    const revoked = database.issue();
    revoked.revoke();
    const http = proxy.calls.enter(givenCall(), [givenGrant()]).connections[0]?.reference ?? '';
    for (const reference of ['cref_unknown', revoked.reference, http]) {
      await expect(database.connect(reference)).rejects.toThrow('egress.credential_refused');
    }
    await expect(database.connect(database.issue().reference, `${HOST}:443`)).rejects.toThrow('egress.request_refused');
  });

  it('refuses a request of HTTP with the reference of a database', async () => {
    await proxy.start();
    const { reference } = database.issue();
    const answer = await proxy.ask(proxy.at('/'), { 'patchbay-credential': reference });
    expect(answer).toMatchObject({ status: 403, body: expect.stringContaining('egress.credential_refused') });
    expect(proxy.seen).toEqual([]);
  });

  it('refuses a database that the manifest or the organization does not allow', async () => {
    await proxy.start({ rules: () => [{ host: 'other.example', port: 5432, kind: 'postgres' }] });
    await expect(database.connect(database.issue().reference)).rejects.toThrow('egress.host_not_declared');
    const grant = { ...database.grant(), organizationHosts: ['other.example'] };
    const reference = proxy.calls.enter(givenCall(), [grant]).connections[0]?.reference ?? '';
    await expect(database.connect(reference)).rejects.toThrow('egress policy');
  });

  it.each<[string, pg.ClientConfig & { replication?: string }]>([
    ['replication', { replication: 'database' }],
    ['options', { options: '-c default_transaction_read_only=off' }],
    ['another user', { user: 'postgres' }],
    ['another database', { database: 'postgres' }],
  ])('refuses %s in the startup of the sandbox, and logs it', async (_what, config) => {
    await proxy.start();
    const { reference } = database.issue();
    await expect(database.client(reference, config)).rejects.toThrow('egress.database_refused');
    expect(proxy.refusals.join()).toContain('egress.database_refused');
  });

  it.each([
    ['an old protocol', firstMessage(2 << 16, Buffer.from([0]))],
    ['garbage', Buffer.from('GET / HTTP/1.1\r\nHost: db\r\n\r\n')],
    ['a length below its own', Buffer.concat([int32(3), int32(PROTOCOL_3_0)])],
    ['a parameter twice', firstMessage(PROTOCOL_3_0, 'user', 'connection', 'user', 'reader', Buffer.from([0]))],
    ['no end', firstMessage(PROTOCOL_3_0, Buffer.from('user'))],
    ['a huge startup', Buffer.concat([int32(2 ** 30), int32(PROTOCOL_3_0)])],
    ['encryption three times', Buffer.concat([1, 2, 3].map(() => firstMessage(SSL_REQUEST)))],
  ])('ends a connection that begins with %s', async (_what, bytes) => {
    await proxy.start();
    const socket = await database.connect(database.issue().reference);
    expect(await exchange(socket, bytes)).toContain('egress.database_refused');
  });

  it('ends a connection on which no startup comes in time', async () => {
    await proxy.start({ limits: { connectMs: 1_000 } });
    const socket = await database.connect(database.issue().reference);
    expect(await exchange(socket, STARTUP.subarray(0, 6))).toContain('FATAL');
  });

  it('gives a role that may write to no call that only reads', async () => {
    await proxy.start();
    const { reference } = database.issue({ mayWrite: true });
    await expect(database.client(reference)).rejects.toMatchObject({
      code: '25006',
      message: expect.stringContaining('egress.database_write_refused'),
    });
  });

  it('refuses more connections than the limit, and counts those that ended no more', async () => {
    await proxy.start({ limits: { databases: 1 } });
    const { reference } = database.issue();
    const first = await database.client(reference);
    await expect(database.client(reference)).rejects.toThrow('egress.limit_exceeded');
    await first.end();
    await waitFor(async () => {
      const next = await database.client(reference).catch(() => null);
      await next?.end();
      return next !== null;
    });
  });
});

describe('a database that is not what it should be', () => {
  it.each([
    ['a certificate for another name', { host: 'inside.example' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['a private address', { host: 'db.private.example' }, 'egress.address_refused'],
    ['another address than the operator opened', { addresses: ['10.1.2.3'] }, 'egress.address_refused'],
    ['nothing that listens', { port: 1 }, 'ECONNREFUSED'],
    ['another database', { database: 'missing' }, '3D000'],
  ])('refuses a server with %s', async (_what, changes, reason) => {
    await proxy.start({ trustedHosts: new Set([HOST, SHOP, 'inside.example']) });
    await expect(database.client(database.issue(changes).reference)).rejects.toThrow(reason);
  });

  it('refuses a server whose certificate no known authority issued', async () => {
    await proxy.start({ certificateAuthorities: undefined });
    await expect(database.client(database.issue().reference)).rejects.toThrow('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  it('refuses a wrong password with the server’s own code, and shows the password nowhere', async () => {
    await proxy.start();
    const { reference } = database.issue({}, 'wrong-password');
    await expect(database.client(reference)).rejects.toMatchObject({
      code: '28P01',
      message: expect.not.stringContaining('wrong-password'),
    });
    expect(proxy.refusals.join()).toContain('egress.database_login_failed');
    expect(proxy.refusals.join()).not.toContain('wrong-password');
  });

  it('answers neither a server that wants the password in clear or as MD5, nor one that wants none', async () => {
    await database.server.run(
      `CREATE ROLE plain LOGIN PASSWORD '${PASSWORD}'; CREATE ROLE open LOGIN; SET password_encryption = 'md5'; CREATE ROLE digest LOGIN PASSWORD '${PASSWORD}'`,
    );
    await database.server.admit(
      'hostssl all plain 127.0.0.1/32 password',
      'hostssl all digest 127.0.0.1/32 md5',
      'hostssl all open 127.0.0.1/32 trust',
    );
    await proxy.start();
    for (const [user, method] of Object.entries({ plain: 'in clear', digest: 'MD5', open: 'no password' })) {
      await expect(database.client(database.issue({ user }).reference)).rejects.toThrow(method);
    }
  });

  it.each([
    ['does not offer TLS', (socket: Socket) => socket.write('N'), 'does not offer TLS'],
    ['puts bytes before TLS', (socket: Socket) => socket.write('SR'), 'something before TLS'],
    ['closes at once', (socket: Socket) => socket.destroy(), 'egress.upstream_failed'],
    ['says nothing', () => {}, 'egress.upstream_failed'],
  ])('refuses a server that %s', async (_what, answer, reason) => {
    const server = createServer((socket) => {
      socket.on('error', () => {}).once('data', () => answer(socket));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await proxy.start({ limits: { connectMs: 2_000 } });
    await expect(database.client(database.issue({ port }).reference)).rejects.toThrow(reason);
    server.close();
  });
});

describe('a database that is opened', () => {
  it('serves queries of a client that knows no password, with values, errors and large answers', async () => {
    await proxy.start();
    const client = await database.client(database.issue().reference, { application_name: 'a test' });
    const { rows } = await client.query('SELECT sum(amount)::int AS total FROM sales WHERE id > $1', [90]);
    expect(rows).toEqual([{ total: 9550 }]);
    const session = await client.query('SELECT session_user, current_database(), current_setting($1) AS name', [
      'application_name',
    ]);
    expect(session.rows).toEqual([{ session_user: 'reader', current_database: 'shop', name: 'a test' }]);
    await expect(client.query('INSERT INTO sales VALUES (0, 0)')).rejects.toMatchObject({ code: '25006' });
    const large = await client.query("SELECT repeat('x', 4000000) AS text");
    expect(large.rows[0].text).toHaveLength(4_000_000);
    await client.end();
  });

  it('opens a host whose address an operator opened, with the authority of the connection', async () => {
    await proxy.start({ trustedHosts: new Set(), certificateAuthorities: undefined });
    const opened = database.issue({ addresses: ['127.0.0.1'], authority: TEST_AUTHORITY });
    const client = await database.client(opened.reference);
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await client.end();
    await expect(database.client(database.issue({ authority: TEST_AUTHORITY }).reference)).rejects.toThrow(
      'egress.address_refused',
    );
  });

  it('answers what was sent together with the startup, and questions about encryption with "no"', async () => {
    await proxy.start();
    const socket = await database.connect(database.issue().reference);
    const pipelined = [firstMessage(GSSENC_REQUEST), firstMessage(SSL_REQUEST), STARTUP, QUERY, message('X')];
    const answer = await exchange(socket, Buffer.concat(pipelined));
    expect(answer.startsWith('NNR')).toBe(true);
    expect(answer).toContain('SELECT 1');
  });

  it('agrees on the first version of the protocol with a client that speaks a later one', async () => {
    await proxy.start();
    const socket = await database.connect(database.issue().reference);
    const newer = firstMessage(PROTOCOL_3_0 + 2, 'user', 'connection', Buffer.from([0]));
    expect((await exchange(socket, Buffer.concat([newer, message('X')]))).startsWith('v')).toBe(true);
  });

  /** Whether the server works at a query with this text. */
  const isRunning = async (part: string) => {
    const rows = await database.server.run(
      `SELECT count(*)::int AS queries FROM pg_stat_activity WHERE query LIKE '%${part}%' AND pid <> pg_backend_pid() AND state = 'active'`,
    );
    return rows[0]?.queries === 1;
  };

  it('ends with its reference, and the server stops the query that runs', async () => {
    await proxy.start();
    const { reference, revoke } = database.issue();
    const client = await database.client(reference);
    const running = expect(client.query("SELECT pg_sleep(60), 'outlives its call'")).rejects.toThrow(ENDED);
    await waitFor(() => isRunning('outlives'));
    revoke();
    await running;
    await waitFor(async () => !(await isRunning('outlives')));
    await expect(database.client(reference)).rejects.toThrow('egress.credential_refused');
  });

  it('cancels a query of the same reference, and none of another', async () => {
    await proxy.start();
    const { reference } = database.issue();
    const client = await database.client(reference);
    // Members of a client that its types do not name.
    const { processID, secretKey } = client as pg.Client & { processID: number; secretKey: number };
    const own = await client.query('SELECT pg_backend_pid() AS pid');
    expect(own.rows[0].pid).not.toBe(processID);
    const cancel = firstMessage(CANCEL_REQUEST, int32(processID), int32(secretKey));

    const cancelled = expect(client.query("SELECT pg_sleep(60), 'cancelled'")).rejects.toMatchObject({
      code: '57014',
    });
    await waitFor(() => isRunning('cancelled'));
    await exchange(await database.connect(database.issue().reference), cancel);
    expect(await isRunning('cancelled')).toBe(true);
    await exchange(await database.connect(reference), cancel);
    await cancelled;
    await client.end();
  });

  it('ends a session that is idle', async () => {
    await proxy.start({ limits: { idleMs: 300 } });
    const idle = await database.client(database.issue().reference);
    await new Promise<void>((resolve) => idle.once('end', resolve));
  });

  it('ends a session that sends or takes more than the limits', async () => {
    await proxy.start({ limits: { responseBytes: 100_000, requestBytes: 100_000 } });
    const { reference } = database.issue();
    const taking = await database.client(reference);
    await expect(taking.query("SELECT repeat('x', 200000)")).rejects.toThrow(ENDED);
    const sending = await database.client(reference);
    await expect(sending.query(`SELECT '${'x'.repeat(200_000)}'`)).rejects.toThrow(ENDED);
    await waitFor(() => /The input.*The output|The output.*The input/s.test(proxy.refusals.join()));
    expect(proxy.refusals.every((text) => text.includes('egress.limit_exceeded'))).toBe(true);
  });

  it('lets a query think longer than a session may be idle', async () => {
    await proxy.start({ limits: { idleMs: 2_000 } });
    const client = await database.client(database.issue().reference);
    expect((await client.query("SELECT pg_sleep(3), 'done' AS state")).rows[0].state).toBe('done');
    await client.end();
  });
});
