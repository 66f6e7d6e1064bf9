/** A change of people and its audit row are two commits. Audit rows when the gateway dies between them. */
import { listAuditEvents, recordLeftChanges, takeIdentityChanges } from '@patchbay/domain/audit';
import { newId } from '@patchbay/foundation';
import { waitFor, withPlatform } from '@patchbay/testing';
import { describe, expect, it } from 'vitest';

const here = withPlatform({ supervisor: false }, async ({ given }) => {
  const acme = await given.organization('acme');
  // The fixture created the organization without a gateway.
  await given.database.withOrganization({ organizationId: acme.id }, (tx) => takeIdentityChanges(tx, null));
  return { acme, key: await given.apiKey(acme, acme.owner, 'admin') };
});

const inside = <T>(work: Parameters<typeof here.platform.given.database.withOrganization<T>>[1]) =>
  here.platform.given.database.withOrganization({ organizationId: here.acme.id }, work);

const rename = (name: string) =>
  fetch(new URL(`/api/v1/organizations/${here.acme.id}`, here.platform.origin), {
    method: 'PATCH',
    headers: { authorization: `Bearer ${here.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });

const nameNow = async () =>
  (
    await here.platform.superuser.query<{ name: string }>('SELECT name FROM identity.organizations WHERE id = $1', [
      here.acme.id,
    ])
  ).rows[0]?.name;

/** Audit events with the name, newest first. */
const recorded = async (name: string) => {
  const { items } = await inside((tx) => listAuditEvents(tx, { limit: 100 }));
  return items.filter(({ after }) => JSON.stringify(after ?? null).includes(`"${name}"`));
};

const aMinuteLater = () =>
  here.platform.superuser.query("UPDATE app.identity_changes SET created_at = created_at - interval '2 minutes'");

describe('a change of an organization', () => {
  it('a change is recorded once, with its actor, when its gateway is killed before the audit row', async () => {
    // The audit row waits for this lock; the change itself does not.
    const holder = await here.platform.superuser.connect();
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE app.audit_writers IN EXCLUSIVE MODE');
    const answer = rename('between').catch(() => null);
    await waitFor(async () => (await nameNow()) === 'between', { what: 'the change to be committed' });
    await here.platform.processes.gateway.end('SIGKILL');
    await answer;
    await holder.query('ROLLBACK');
    holder.release();
    expect(await recorded('between')).toEqual([]);
    expect(await recordLeftChanges(here.platform.given.database)).toBe(0); // it may still be on its way

    await aMinuteLater();
    const workers = await Promise.all([1, 2, 3].map(() => recordLeftChanges(here.platform.given.database)));
    expect(workers.reduce((sum, recorded) => sum + recorded)).toBe(1);
    expect(await recorded('between')).toMatchObject([
      {
        action: 'organization.updated',
        target: { type: 'organization', id: here.acme.id },
        actor: { kind: 'api_key', personId: here.acme.owner.id },
        after: { name: 'between' },
      },
    ]);
    await here.platform.processes.gateway.restart();
  });

  it('a change whose gateway lives is recorded by that gateway alone', async () => {
    expect((await rename('alive')).status).toBe(200);
    await aMinuteLater();
    expect(await recordLeftChanges(here.platform.given.database)).toBe(0);
    expect(await recorded('alive')).toHaveLength(1);
  });

  it('a change that was refused leaves nothing to record', async () => {
    await here.platform.given.organization('taken');
    const answer = await fetch(new URL(`/api/v1/organizations/${here.acme.id}`, here.platform.origin), {
      method: 'PATCH',
      headers: { authorization: `Bearer ${here.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ slug: 'taken' }),
    });
    expect(answer.status).toBe(409);
    await aMinuteLater();
    await inside((tx) => takeIdentityChanges(tx, newId('member')));
    const { rows } = await here.platform.superuser.query(
      'SELECT FROM app.identity_changes WHERE organization_id = $1',
      [here.acme.id],
    );
    expect(rows).toEqual([]);
  });
});

describe('a member who joined through better-auth', () => {
  it('a member who joined is recorded with themself as actor when the gateway did not record it', async () => {
    const member = await here.platform.given.member(here.acme, 'developer');
    await aMinuteLater();
    await recordLeftChanges(here.platform.given.database);
    const { items } = await inside((tx) => listAuditEvents(tx, { limit: 1 }));
    expect(items).toMatchObject([
      { action: 'member.joined', actor: member.actor, after: { personId: member.id, role: 'developer' } },
    ]);
  });
});
