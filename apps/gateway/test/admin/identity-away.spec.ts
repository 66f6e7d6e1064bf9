import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { Installation } from './given.ts';

it('reports that a session cannot be looked up while its database takes no connection, and finds it again afterwards', async () => {
  const installation = await Installation.start();
  const superuser = new pg.Pool({ connectionString: installation.superuserUrl, max: 1 });
  onTestFinished(async () => {
    await installation.close();
    await superuser.end();
  });
  const owner = await installation.owner('acme');
  const name = new URL(installation.superuserUrl).pathname.slice(1);
  const me = () => installation.call('GET', '/me', { as: owner });
  expect((await me()).status).toBe(200);

  await superuser.query(`ALTER DATABASE "${name}" CONNECTION LIMIT 0`);
  await superuser.query(
    `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1 AND usename = 'patchbay_auth'`,
    [name],
  );
  const refused = await me();
  expect([refused.status, refused.body.code]).toEqual([503, 'data.unavailable']);

  await superuser.query(`ALTER DATABASE "${name}" CONNECTION LIMIT -1`);
  expect((await me()).status).toBe(200);
});
