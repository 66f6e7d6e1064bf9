import { createDatabase } from '@patchbay/domain';
import { listAuditEvents } from '@patchbay/domain/audit';
import { newId, Secret, systemClock } from '@patchbay/foundation';
import { createTestDatabase } from '@patchbay/testing';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createIdentityPart } from '../../src/identity/index.ts';
import { createLocalNotes } from '../../src/notes/local-notes.ts';

it('a name the operator released goes to its holder alone, and the audit log says so', async () => {
  const { urls } = await createTestDatabase();
  const database = createDatabase({ url: urls.app, poolSizeMax: 2 });
  const start = (releasedNames: string) =>
    createIdentityPart({
      ...{ origin: 'http://localhost:4000', signup: 'open', releasedNames, database, clock: systemClock },
      databaseUrl: new Secret(urls.auth),
      secret: new Secret('a secret for tests of forty characters..'),
      notes: createLocalNotes(systemClock),
      logger: pino({ level: 'silent' }),
    });
  const before = start('');
  const make = async (slug: string) => {
    const owner = { name: slug, email: `${slug}@example.com`, slug, organizationName: slug };
    return before.createFirstOwner({ ...owner, password: new Secret('correct horse battery staple') });
  };
  const [ada, eve] = [await make('acme'), await make('globex')];
  const released = start(`claude-lab=${ada.person.id},claude-lab=${ada.organizationId}`);
  const wanted = ({ id }: { readonly id: string }) => ({
    ...{ slug: 'claude-lab', name: 'Claude Lab', requestId: newId('request') },
    person: { id, name: 'Ada', email: 'ada@example.com' },
    actor: { kind: 'person', personId: id } as const,
  });

  await expect(before.identity.createOrganization(wanted(ada.person))).rejects.toMatchObject({
    code: 'organizations.name_needs_release',
  });
  await expect(released.identity.createOrganization(wanted(eve.person))).rejects.toMatchObject({
    code: 'organizations.name_needs_release',
  });
  const organizationId = await released.identity.createOrganization(wanted(ada.person));
  const { items } = await database.withOrganization({ organizationId }, (tx) => listAuditEvents(tx, { limit: 5 }));
  expect(items).toMatchObject([
    { action: 'organization.created', after: { slug: 'claude-lab', name: 'Claude Lab', releasedTo: ada.person.id } },
  ]);
  await Promise.all([before.close(), released.close()]);
  await database.close();
});
