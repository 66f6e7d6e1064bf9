import { createDatabase } from '@patchbay/domain';
import { listAuditEvents } from '@patchbay/domain/audit';
import { type AppError, newId, Secret, systemClock } from '@patchbay/foundation';
import { createTestDatabase } from '@patchbay/testing';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { loadGatewayConfig } from '../../src/config.ts';
import { LocalStore } from '../../src/ephemeral-store/local-store.ts';
import { createIdentityPart } from '../../src/identity/index.ts';

/** Further configuration of a gateway. */
const GATEWAY = {
  DATABASE_URL: 'postgres://patchbay_app:p1@localhost/patchbay',
  DATABASE_AUTH_URL: 'postgres://patchbay_auth:p2@localhost/patchbay',
  SUPERVISOR_SOCKET: '/run/supervisor.sock',
  ARTIFACT_DIR: '/artifacts',
  MASTER_KEY_FILE: '/master.key',
  AUTH_SECRET_FILE: '/auth.secret',
  SPOOL_DIR: '/spool',
};

it('a name the operator released goes to its holder alone, and is audited', async () => {
  const { urls } = await createTestDatabase();
  const database = createDatabase({ url: urls.app, poolSizeMax: 2 });
  const start = (releasedNames: string) =>
    createIdentityPart({
      origin: 'http://localhost:4000',
      signup: 'open',
      releasedNames,
      database,
      clock: systemClock,
      databaseUrl: new Secret(urls.auth),
      secret: new Secret('a secret for tests of forty characters..'),
      ephemeralStore: new LocalStore(systemClock),
      logger: pino({ level: 'silent' }),
    });
  const before = start('');
  const make = async (slug: string) => {
    const owner = { name: slug, email: `${slug}@example.com`, slug, organizationName: slug };
    return before.createFirstOwner({ ...owner, password: new Secret('correct horse battery staple') });
  };
  const [ada, eve] = [await make('acme'), await make('globex')];
  const wanted = ({ id }: { readonly id: string }) => ({
    slug: 'claude-lab',
    name: 'Claude Lab',
    requestId: newId('request'),
    person: { id, name: 'Ada', email: 'ada@example.com' },
    actor: { kind: 'person', personId: id } as const,
  });

  const refusal = await before.identity.createOrganization(wanted(ada.person)).then(String, (error: AppError) => error);
  expect(refusal).toMatchObject({ code: 'organizations.name_needs_release' });
  // The operator copies the text of the refusal into the variable.
  const { release } = (refusal as AppError).data as { readonly release: string }; // the line above saw that it is one
  const released = start(loadGatewayConfig({ ...GATEWAY, PATCHBAY_RELEASED_NAMES: release }).releasedNames);
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
