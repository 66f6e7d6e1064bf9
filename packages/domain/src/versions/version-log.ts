import { newId } from '@patchbay/foundation';
import type { Tx } from '../database/index.ts';
import { escapeLogText } from '../logs/index.ts';
import type { Finding, VersionLogLine } from './version.ts';

/** Control characters are escaped here too; lines over 8 KiB are cut. */
export async function appendLog(
  tx: Tx,
  versionId: string,
  lines: readonly Pick<VersionLogLine, 'step' | 'level' | 'text'>[],
): Promise<void> {
  if (lines.length === 0) return;
  await tx.query(
    `INSERT INTO app.version_log_lines (organization_id, version_id, step, level, text)
     SELECT $1, $2, l.step, l.level, l.text
     FROM unnest($3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS l (step, level, text, position)
     ORDER BY l.position`,
    [
      tx.scope.organizationId,
      versionId,
      lines.map((line) => line.step),
      lines.map((line) => line.level),
      lines.map((line) => escapeLogText(line.text)),
    ],
  );
}

/** In order, after the sequence given (0n: from the start). */
export async function listLog(
  tx: Tx,
  versionId: string,
  after: bigint,
  limit: number,
): Promise<readonly VersionLogLine[]> {
  return tx.query<VersionLogLine>(
    `SELECT sequence, created_at AS at, step, level, text FROM app.version_log_lines
     WHERE organization_id = $1 AND version_id = $2 AND sequence > $3 ORDER BY sequence LIMIT $4`,
    [tx.scope.organizationId, versionId, after, limit],
  );
}

/** Replaces the version's findings, so that a repeated scan does not double them. */
export async function recordFindings(
  tx: Tx,
  versionId: string,
  findings: readonly Omit<Finding, 'id'>[],
): Promise<void> {
  await tx.prisma.finding.deleteMany({ where: { ...tx.scope, versionId } });
  await tx.prisma.finding.createMany({
    data: findings.map(({ rule, severity, subject, message, hint }, position) => ({
      ...tx.scope,
      id: newId('finding'),
      versionId,
      position,
      rule,
      severity,
      subject,
      message,
      hint,
    })),
  });
}

/** In the order they were recorded. */
export async function listFindings(tx: Tx, versionId: string): Promise<readonly Finding[]> {
  const rows = await tx.prisma.finding.findMany({
    where: { ...tx.scope, versionId },
    orderBy: { position: 'asc' },
  });
  return rows.map(({ id, rule, severity, subject, message, hint }) => ({
    id,
    rule,
    severity: severity as Finding['severity'], // written by `recordFindings` only
    subject,
    message,
    hint,
  }));
}
