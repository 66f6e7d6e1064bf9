import pg from 'pg';
import { ECHO_SLUG } from '../measuring/echo-installation.ts';

export function crowdSlug(number: number): string {
  return `crowd-${number}`;
}

/**
 * Publishes connectors `crowd-{from}` to `crowd-{to}` beside the echo: rows of their own, its artifact for all of them.
 * The rows that the pipeline would record, without the days it would take.
 */
export async function publishCrowd(databaseUrl: string, from: number, to: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    for (const statement of STATEMENTS) await client.query(statement, [ECHO_SLUG, from, to]);
    await client.query('COMMIT');
    await client.query('ANALYZE');
  } finally {
    await client.end();
  }
}

const ECHO = `
  WITH echo AS (
    SELECT connector.auth_mode, version.*, deployment.state AS deployment_state,
      deployment.reasons, deployment.cause, deployment.actor
    FROM app.connectors AS connector
    JOIN app.deployments AS deployment
      ON deployment.organization_id = connector.organization_id AND deployment.id = connector.live_deployment_id
    JOIN app.versions AS version
      ON version.organization_id = connector.organization_id AND version.id = deployment.version_id
    WHERE connector.slug = $1
  ), number AS (SELECT generate_series($2::int, $3::int) AS n)`;

const STATEMENTS = [
  `${ECHO} INSERT INTO app.connector_slugs (organization_id, slug, connector_id)
   SELECT echo.organization_id, 'crowd-' || n, 'con_' || lpad(n::text, 26, '0') FROM echo, number`,
  `${ECHO} INSERT INTO app.connectors (organization_id, id, slug, name, auth_mode, last_version_number)
   SELECT echo.organization_id, 'con_' || lpad(n::text, 26, '0'), 'crowd-' || n, 'Crowd ' || n, auth_mode, 1
   FROM echo, number`,
  `${ECHO} INSERT INTO app.versions (organization_id, id, connector_id, number, state, source_digest, typecheck,
     activate, artifact_digest, lockfile_digest, manifest, submitted_by, finished_at)
   SELECT echo.organization_id, 'ver_' || lpad(n::text, 26, '0'), 'con_' || lpad(n::text, 26, '0'), 1, echo.state,
     source_digest, typecheck, activate, artifact_digest, lockfile_digest, manifest, submitted_by, now()
   FROM echo, number`,
  `${ECHO} INSERT INTO app.deployments (organization_id, id, connector_id, version_id, state, reasons, cause, actor)
   SELECT echo.organization_id, 'dep_' || lpad(n::text, 26, '0'), 'con_' || lpad(n::text, 26, '0'),
     'ver_' || lpad(n::text, 26, '0'), deployment_state, reasons, cause, actor
   FROM echo, number`,
  `${ECHO} UPDATE app.connectors AS connector SET live_deployment_id = 'dep_' || lpad(n::text, 26, '0')
   FROM echo, number
   WHERE connector.organization_id = echo.organization_id AND connector.id = 'con_' || lpad(n::text, 26, '0')`,
];
