import { AppError } from '@patchbay/foundation';
import { emitChange } from '../changes/index.ts';
import type { Tx } from '../database/index.ts';
import type { VersionStep } from './version.ts';

const COLUMNS = `name, state, attempt, started_at AS "startedAt", finished_at AS "finishedAt", output, error`;

/**
 * Opens the step, or returns it as it was left: `done` with its output means skip it, else run it again. `error` is then
 * what it waits for, when it was suspended.
 */
export async function startStep(tx: Tx, versionId: string, name: string): Promise<VersionStep> {
  const [step] = await tx.query<VersionStep>(
    `INSERT INTO app.version_steps AS s (organization_id, version_id, name, state) VALUES ($1, $2, $3, 'running')
     ON CONFLICT (organization_id, version_id, name) DO UPDATE SET
       state = CASE WHEN s.state = 'done' THEN 'done' ELSE 'running' END,
       attempt = CASE WHEN s.state = 'done' THEN s.attempt ELSE s.attempt + 1 END,
       error = CASE WHEN s.state = 'running' THEN s.error END,
       finished_at = CASE WHEN s.state = 'done' THEN s.finished_at END
     RETURNING ${COLUMNS}`,
    [tx.scope.organizationId, versionId, name],
  );
  return emitStepChange(tx, versionId, step);
}

/**
 * Takes back that an attempt was begun, because the platform ended it and nothing that was uploaded, and keeps what the
 * step waits for until it ends.
 *
 * @returns whether that is news: the step did not wait before, or waited for something else
 */
export async function suspendStep(
  tx: Tx,
  versionId: string,
  { name, cause }: { readonly name: string; readonly cause: WaitCause },
): Promise<boolean> {
  const [step] = await tx.query<{ isNews: boolean }>(
    `UPDATE app.version_steps AS s SET attempt = s.attempt - 1, error = $4::jsonb
     FROM (SELECT error ->> 'code' AS code FROM app.version_steps
           WHERE organization_id = $1 AND version_id = $2 AND name = $3 FOR UPDATE) AS before
     WHERE s.organization_id = $1 AND s.version_id = $2 AND s.name = $3 AND s.state = 'running' AND s.attempt > 0
     RETURNING before.code IS DISTINCT FROM $4::jsonb ->> 'code' AS "isNews"`,
    [tx.scope.organizationId, versionId, name, JSON.stringify(cause)],
  );
  return step?.isNews ?? false;
}

/** Finishing twice keeps the first output. */
export async function finishStep(tx: Tx, versionId: string, name: string, output?: unknown): Promise<VersionStep> {
  const [step] = await tx.query<VersionStep>(
    `UPDATE app.version_steps SET
       output = CASE WHEN state = 'done' THEN output ELSE $4::jsonb END,
       finished_at = CASE WHEN state = 'done' THEN finished_at ELSE now() END,
       state = 'done', error = NULL
     WHERE organization_id = $1 AND version_id = $2 AND name = $3 RETURNING ${COLUMNS}`,
    [tx.scope.organizationId, versionId, name, output === undefined ? null : JSON.stringify(output)],
  );
  return emitStepChange(tx, versionId, step);
}

export async function failStep(tx: Tx, versionId: string, name: string, error: unknown): Promise<VersionStep> {
  const [step] = await tx.query<VersionStep>(
    `UPDATE app.version_steps SET state = 'failed', error = $4::jsonb, finished_at = now()
     WHERE organization_id = $1 AND version_id = $2 AND name = $3 RETURNING ${COLUMNS}`,
    [tx.scope.organizationId, versionId, name, JSON.stringify(error ?? null)],
  );
  return emitStepChange(tx, versionId, step);
}

/** In the order they were first started. */
export async function listSteps(tx: Tx, versionId: string): Promise<readonly VersionStep[]> {
  return tx.query<VersionStep>(
    `SELECT ${COLUMNS} FROM app.version_steps WHERE organization_id = $1 AND version_id = $2
     ORDER BY started_at, created_at`,
    [tx.scope.organizationId, versionId],
  );
}

/** The fault of the platform that a deploy waits for. */
export interface WaitCause {
  readonly code: string;
  readonly detail: string;
}

/** The causes by version id; versions that wait for nothing are absent. */
export async function listWaits(tx: Tx, versionIds: readonly string[]): Promise<ReadonlyMap<string, WaitCause>> {
  const rows = await tx.query<{ versionId: string; error: WaitCause }>(
    `SELECT version_id AS "versionId", error FROM app.version_steps
     WHERE organization_id = $1 AND version_id = ANY ($2) AND state = 'running' AND error IS NOT NULL`,
    [tx.scope.organizationId, versionIds],
  );
  return new Map(rows.map(({ versionId, error }) => [versionId, error]));
}

async function emitStepChange(tx: Tx, versionId: string, step: VersionStep | undefined): Promise<VersionStep> {
  if (step === undefined) throw new AppError('versions.not_found', { internal: `no such step of ${versionId}` });
  await emitChange(tx, { kind: 'version', id: versionId });
  return step;
}
