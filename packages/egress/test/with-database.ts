import { connect, type Socket } from 'node:net';
import { Secret } from '@patchbay/foundation';
import type { PostgresTarget } from '@patchbay/sandbox-protocol';
import type { CredentialGrant } from '@patchbay/sandbox-protocol/wire';
import { type TestTlsPostgres, testTlsPostgres } from '@patchbay/testing/services/tls-postgres';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { givenCall, HOST } from './given-grant.ts';
import { TEST_SERVER } from './local-authority.ts';
import type { TestEgressProxy } from './with-egress-proxy.ts';

export const PASSWORD = 'p4ssword-of-the-reader';

/** A real database behind the proxy, reached as a sandbox reaches it: `CONNECT` with a reference, then plain protocol. */
export class TestDatabase {
  readonly #proxy: TestEgressProxy;
  #server: TestTlsPostgres | undefined;

  constructor(proxy: TestEgressProxy) {
    this.#proxy = proxy;
  }

  get server(): TestTlsPostgres {
    if (!this.#server) throw new Error('the database was not started');
    return this.#server;
  }

  async open(): Promise<void> {
    this.#server = await testTlsPostgres(TEST_SERVER);
    await this.server.run(`CREATE ROLE reader LOGIN PASSWORD '${PASSWORD}'`);
    await this.server.run('CREATE DATABASE shop');
    await this.server.run(
      'CREATE TABLE sales (id int PRIMARY KEY, amount int); INSERT INTO sales SELECT i, i * 10 FROM generate_series(1, 100) i; GRANT SELECT ON sales TO reader',
      'shop',
    );
  }

  /** The credential of a call that reads, for the reader's database. */
  grant(changes: Partial<PostgresTarget> = {}, password = PASSWORD): CredentialGrant {
    const target: PostgresTarget = {
      host: HOST,
      port: this.server.port,
      database: 'shop',
      user: 'reader',
      authority: null,
      addresses: null,
      mayWrite: false,
      effect: 'read',
      ...changes,
    };
    return {
      id: 'cxn_shop',
      name: 'shop',
      account: 'reader at shop',
      isDefault: true,
      secret: new Secret(password),
      provider: 'postgres',
      placement: { in: 'header', name: 'Authorization', prefix: '' },
      revision: 1,
      connectionHost: null,
      organizationHosts: null,
      postgres: target,
    };
  }

  /** Issues the reference of one call. */
  issue(changes: Partial<PostgresTarget> = {}, password = PASSWORD): { reference: string; revoke: () => void } {
    const { connections, leave } = this.#proxy.calls.enter(givenCall(), [this.grant(changes, password)]);
    return { reference: connections[0]?.reference ?? '', revoke: leave };
  }

  /** A connection to the proxy that it accepted. @throws Error with its answer otherwise */
  connect(reference: string, target = 'postgres:5432'): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.#proxy.socketPath, () =>
        socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: egress\r\nPatchbay-Credential: ${reference}\r\n\r\n`),
      );
      socket.once('error', reject);
      socket.once('data', (answer) => {
        socket.pause().off('error', reject);
        if (String(answer).startsWith('HTTP/1.1 200')) resolve(socket);
        else reject(new Error(String(answer)));
      });
    });
  }

  /** A client of `pg` that is logged in. */
  async client(reference: string, config: pg.ClientConfig = {}): Promise<pg.Client> {
    const socket = await this.connect(reference);
    const client = new pg.Client({
      user: 'connection',
      database: 'connection',
      ssl: false,
      stream: () =>
        Object.assign(socket, {
          connect: () => process.nextTick(() => socket.resume().emit('connect')),
        }),
      ...config,
    });
    client.on('error', () => {}); // its queries reject
    await client.connect();
    return client;
  }
}

/** One server for the enclosing file. */
export function withDatabase(proxy: TestEgressProxy): TestDatabase {
  const here = new TestDatabase(proxy);
  beforeAll(() => here.open());
  afterAll(() => here.server.stop());
  return here;
}
