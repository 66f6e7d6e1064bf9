import path from 'node:path';
import { ensureGeneratedSecrets, urlsOfRoles } from '@patchbay/embedded';
import { createGiven, type Given, type GivenConnector, givenConnector, type TestDatabase } from '@patchbay/testing';
import pg from 'pg';
import { ECHO_SLUG, type EchoInstallation, RAISED, startEchoInstallation } from '../measuring/echo-installation.ts';

/** An installation with everything on, and what writes grants and tokens into it as its authorization server does. */
export interface AuthInstallation {
  readonly installation: EchoInstallation;
  readonly urls: TestDatabase['urls'];
  readonly masterKeyFile: string;
  readonly given: Given;
  readonly superuser: pg.Pool;
  /** The deployed echo, with its organization and owner. */
  readonly echo: GivenConnector;
  stop(): Promise<void>;
}

export async function startAuthInstallation(): Promise<AuthInstallation> {
  const installation = await startEchoInstallation(RAISED);
  try {
    const { databaseUrl, dataDirectory, ready } = installation;
    const { roles, masterKeyFile } = await ensureGeneratedSecrets(dataDirectory);
    const urls = urlsOfRoles(databaseUrl, roles);
    const given = createGiven({
      database: { name: 'patchbay', urls, superuserUrl: databaseUrl, drop: async () => {} },
      artifactDirectory: path.join(dataDirectory, 'artifacts'),
      tokens: { origin: ready.origin, masterKeyFile },
    });
    const superuser = new pg.Pool({ connectionString: databaseUrl, max: 1 });
    const echo = await findEcho(given, superuser);
    const stop = async () => {
      await given.close();
      await superuser.end();
      await installation.stop();
    };
    return { installation, urls, masterKeyFile, given, superuser, echo, stop };
  } catch (error) {
    await installation.stop();
    throw error;
  }
}

async function findEcho(given: Given, superuser: pg.Pool): Promise<GivenConnector> {
  const { rows } = await superuser.query<{ id: string; slug: string; owner: string; email: string }>(
    `SELECT o.id, o.slug, p.id AS owner, p.email FROM identity.organizations o
     JOIN identity.members m ON m.organization_id = o.id AND m.role = 'owner'
     JOIN identity.people p ON p.id = m.person_id`,
  );
  const [found] = rows;
  if (!found) throw new Error('the installation has no organization');
  const { id, slug, owner, email } = found;
  const actor = { kind: 'person', personId: owner } as const;
  return givenConnector(given, { id, slug, owner: { id: owner, email, actor } }, ECHO_SLUG);
}
