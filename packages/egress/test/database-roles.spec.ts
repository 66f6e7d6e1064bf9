import { Secret } from '@patchbay/foundation';
import { describe, expect, it } from 'vitest';
import { testRole } from '../src/postgres/test-role.ts';
import { HOST } from './given-grant.ts';
import { TEST_AUTHORITY } from './local-authority.ts';
import { PASSWORD, withDatabase } from './with-database.ts';
import { withEgressProxy } from './with-egress-proxy.ts';

const proxy = withEgressProxy();
const database = withDatabase(proxy);

const WAY = {
  resolver: async () => ['127.0.0.1'],
  trustedHosts: new Set([HOST]),
  certificateAuthorities: [TEST_AUTHORITY],
};

function role(user: string, declared: 'reads' | 'writes' = 'reads', password = PASSWORD) {
  const { port } = database.server;
  const target = { host: HOST, port, database: 'shop', user, authority: null, addresses: null };
  return testRole({ target, password: new Secret(password) }, declared, WAY);
}

/** A role of this name that can log in, with what these statements give it. */
async function givenRole(name: string, ...statements: readonly string[]): Promise<void> {
  await database.server.run(`CREATE ROLE ${name} LOGIN PASSWORD '${PASSWORD}'; ${statements.join('; ')}`, 'shop');
}

describe('the test of a database role', () => {
  it.each([
    ['a superuser', 'su', 'ALTER ROLE su SUPERUSER', 'SUPERUSER'],
    ['a role that makes roles', 'maker', 'ALTER ROLE maker CREATEROLE', 'CREATEROLE'],
    ['programs', 'prog', 'GRANT pg_execute_server_program TO prog', 'role pg_execute_server_program'],
    ['files of the server', 'filer', 'GRANT pg_read_server_files TO filer', 'role pg_read_server_files'],
    [
      'a function for files',
      'fun',
      'GRANT EXECUTE ON FUNCTION pg_read_file(text) TO fun',
      'function pg_read_file(text)',
    ],
    [
      'a foreign server',
      'far',
      'CREATE EXTENSION postgres_fdw; CREATE SERVER away FOREIGN DATA WRAPPER postgres_fdw; GRANT USAGE ON FOREIGN SERVER away TO far',
      'foreign server away',
    ],
    [
      'a setting that loads code',
      'setter',
      'GRANT SET ON PARAMETER session_preload_libraries TO setter',
      'setting session_preload_libraries',
    ],
  ])('refuses %s, whatever was declared', async (_what, name, statement, power) => {
    await givenRole(name, statement);
    for (const declared of ['reads', 'writes'] as const) {
      await expect(role(name, declared)).rejects.toMatchObject({
        code: 'egress.database_role_refused',
        data: { refused: expect.arrayContaining([power]) },
      });
    }
    await database.server.run('DROP EXTENSION IF EXISTS postgres_fdw CASCADE', 'shop');
  });

  it('refuses dblink, by which a database reaches other hosts', async () => {
    await database.server.run('CREATE EXTENSION dblink', 'shop');
    try {
      await expect(role('reader')).rejects.toMatchObject({ data: { refused: ['extension dblink'] } });
    } finally {
      await database.server.run('DROP EXTENSION dblink', 'shop');
    }
  });

  it.each([
    ['a table', 'w1', 'GRANT INSERT ON sales TO w1', 'table public.sales'],
    ['one column', 'w2', 'GRANT UPDATE (amount) ON sales TO w2', 'table public.sales'],
    ['a sequence', 'w3', 'CREATE SEQUENCE ids; GRANT USAGE ON SEQUENCE ids TO w3', 'sequence public.ids'],
    ['a schema', 'w4', 'GRANT CREATE ON SCHEMA public TO w4', 'schema public'],
    [
      'another role that it may become',
      'w5',
      'CREATE ROLE clerk NOINHERIT; GRANT DELETE ON sales TO clerk; GRANT clerk TO w5 WITH INHERIT FALSE',
      'table public.sales',
    ],
    [
      'what it owns',
      'w6',
      'CREATE TABLE own (id int); ALTER TABLE own OWNER TO w6; REVOKE ALL ON own FROM w6',
      'owner of table public.own',
    ],
    [
      'a function that acts for its owner',
      'w7',
      "CREATE FUNCTION clear() RETURNS void SECURITY DEFINER LANGUAGE sql AS 'DELETE FROM sales'; REVOKE ALL ON FUNCTION clear() FROM PUBLIC; GRANT EXECUTE ON FUNCTION clear() TO w7",
      'function public.clear()',
    ],
  ])(
    'finds the privilege to write by %s, and refuses it unless it was declared',
    async (_what, name, statement, write) => {
      await givenRole(name, statement);
      await expect(role(name)).rejects.toMatchObject({ code: 'egress.database_role_refused' });
      expect(await role(name, 'writes')).toEqual({
        access: 'writes',
        refused: [],
        writes: expect.arrayContaining([write]),
      });
    },
  );

  it('refuses a wrong password and an address that is not opened with the proxy’s own codes', async () => {
    await expect(role('reader', 'reads', 'wrong')).rejects.toMatchObject({ code: 'egress.database_login_failed' });
    const target = {
      host: 'db.example',
      port: 5432,
      database: 'shop',
      user: 'reader',
      authority: null,
      addresses: null,
    };
    const access = { target, password: new Secret(PASSWORD) };
    await expect(testRole(access, 'reads', WAY)).rejects.toMatchObject({ code: 'egress.address_refused' });
  });

  it('reports a role that can only read, though others may write', async () => {
    expect(await role('reader')).toEqual({ access: 'reads', refused: [], writes: [] });
  });
});

describe('a role that can only read', () => {
  it.each([
    ['writes', 'DELETE FROM sales'],
    ['becomes another role', 'SET ROLE postgres'],
    ['becomes another session user', 'SET SESSION AUTHORIZATION postgres'],
    ['runs a program', "COPY sales TO PROGRAM 'id'"],
    ['writes a file', "COPY sales TO '/tmp/out'"],
    ['reads a file', "SELECT pg_read_file('/etc/passwd')"],
    ['imports a file', "SELECT lo_import('/etc/passwd')"],
    ['makes an extension', 'CREATE EXTENSION dblink'],
    ['makes a table', 'CREATE TABLE mine (id int)'],
    ['loads a library', "LOAD '/tmp/x.so'"],
    ['reads passwords', 'SELECT * FROM pg_authid'],
  ])('is refused by the server when code turns read only off and %s', async (_what, sql) => {
    await proxy.start();
    const client = await database.client(database.issue().reference);
    await client.query('SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE');
    await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' });
    await client.end();
    expect(await database.server.run('SELECT sum(amount)::int AS total FROM sales', 'shop')).toEqual([
      { total: 50500 },
    ]);
  });

  it('is the protection: a role that may write does so when code turns read only off', async () => {
    await database.server.run('CREATE TABLE notes (text text)', 'shop');
    await givenRole('writer', 'GRANT INSERT ON notes TO writer');
    await proxy.start();
    const client = await database.client(database.issue({ user: 'writer' }).reference);
    await expect(client.query("INSERT INTO notes VALUES ('no')")).rejects.toMatchObject({ code: '25006' });
    await client.query('SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE');
    await client.query("INSERT INTO notes VALUES ('yes')");
    await client.end();
    expect(await database.server.run('SELECT text FROM notes', 'shop')).toEqual([{ text: 'yes' }]);
  });
});
