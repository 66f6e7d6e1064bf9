/** A change of people and its audit row are two commits. Audit rows when the gateway dies between them. */
import { listAuditEvents, recordLeftChanges, takeIdentityChanges } from '@patchbay/domain/audit';
import { newId } from '@patchbay/foundation';
import { type GivenOrganization, type Platform, startPlatform, waitFor } from '@patchbay/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let platform: Platform;
let superuser: pg.Pool;
let acme: GivenOrganization;
let key: string;

beforeAll(async () => {
  platform = await startPlatform({ supervisor: false });
  superuser = new pg.Pool({ connectionString: platform.database.superuserUrl, max: 2 });
  superuser.on('error', () => {});
  acme = await platform.given.organization('acme');
  key = await platform.given.apiKey(acme, acme.owner, 'admin');
  await inside((tx) => takeIdentityChanges(tx, null)); // what made the organization went no gateway's way
}, 60_000);
afterAll(async () => {
  await superuser?.end();
  await platform?.stop();
});

const inside = <T>(work: Parameters<typeof platform.given.database.withOrganization<T>>[1]) =>
  platform.given.database.withOrganization({ organizationId: acme.id }, work);

const rename = (name: string) =>
  fetch(new URL(`/api/v1/organizations/${acme.id}`, platform.origin), {
    method: 'PATCH',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });

const nameNow = async () =>
  (await superuser.query<{ name: string }>('SELECT name FROM identity.organizations WHERE id = $1', [acme.id])).rows[0]
    ?.name;

/** Audit events with the name, newest first. */
const told = async (name: string) => {
  const { items } = await inside((tx) => listAuditEvents(tx, { limit: 100 }));
  return items.filter(({ after }) => JSON.stringify(after ?? null).includes(`"${name}"`));
};

const aMinuteLater = () =>
  superuser.query("UPDATE app.identity_changes SET created_at = created_at - interval '2 minutes'");

describe('a change of an organization', () => {
  it('whose gateway is killed after it and before its audit row is recorded once, with its actor', async () => {
    // The audit row waits for this lock; the change itself does not.
    const holder = await superuser.connect();
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE app.audit_writers IN EXCLUSIVE MODE');
    const answer = rename('between').catch(() => null);
    await waitFor(async () => (await nameNow()) === 'between', { what: 'the change to be committed' });
    await platform.processes.gateway.end('SIGKILL');
    await answer;
    await holder.query('ROLLBACK');
    holder.release();
    expect(await told('between')).toEqual([]);
    expect(await recordLeftChanges(platform.given.database)).toBe(0); // it may still be on its way

    await aMinuteLater();
    const workers = await Promise.all([1, 2, 3].map(() => recordLeftChanges(platform.given.database)));
    expect(workers.reduce((sum, recorded) => sum + recorded)).toBe(1);
    expect(await told('between')).toMatchObject([
      {
        action: 'organization.updated',
        target: { type: 'organization', id: acme.id },
        actor: { kind: 'api_key', personId: acme.owner.id },
        after: { name: 'between' },
      },
    ]);
    await platform.processes.gateway.restart();
  });

  it('whose gateway lives is recorded by it alone', async () => {
    expect((await rename('alive')).status).toBe(200);
    await aMinuteLater();
    expect(await recordLeftChanges(platform.given.database)).toBe(0);
    expect(await told('alive')).toHaveLength(1);
  });

  it('that came to nothing leaves nothing to record', async () => {
    await platform.given.organization('taken');
    const answer = await fetch(new URL(`/api/v1/organizations/${acme.id}`, platform.origin), {
      method: 'PATCH',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ slug: 'taken' }),
    });
    expect(answer.status).toBe(409);
    await aMinuteLater();
    await inside((tx) => takeIdentityChanges(tx, newId('member')));
    const { rows } = await superuser.query('SELECT FROM app.identity_changes WHERE organization_id = $1', [acme.id]);
    expect(rows).toEqual([]);
  });
});

describe('a member who joined through better-auth', () => {
  it('is recorded with themself as actor when the gateway did not get to it', async () => {
    const member = await platform.given.member(acme, 'developer');
    await aMinuteLater();
    await recordLeftChanges(platform.given.database);
    const { items } = await inside((tx) => listAuditEvents(tx, { limit: 1 }));
    expect(items).toMatchObject([
      { action: 'member.joined', actor: member.actor, after: { personId: member.id, role: 'developer' } },
    ]);
  });
});
