import { AppError, newId, type Page, type PageRequest } from '@patchbay/foundation';
import { type Actor, record } from '../audit/index.ts';
import { emitChange } from '../changes/index.ts';
import { lockConnector } from '../connectors/index.ts';
import { NEWEST_FIRST, olderThan, type Tx, toPage } from '../database/index.ts';
import { toVersion, type Version, type VersionFailure, type VersionSnapshot } from './version.ts';
import { isFinal, mayMove, type VersionState } from './version-moves.ts';

export interface NewVersion {
  readonly connectorId: string;
  readonly sourceDigest: string;
  readonly typecheck: boolean;
  readonly activate: boolean;
  readonly requestId?: string | undefined;
}

/** A new version in state `received`, with the next number of its connector. The caller wakes the worker after commit. */
export async function submitVersion(tx: Tx, actor: Actor, input: NewVersion): Promise<Version> {
  // Locked, so that two uploads at once get two numbers.
  const connector = await lockConnector(tx, input.connectorId);
  const { lastVersionNumber: number } = await tx.prisma.connector.update({
    where: { organizationId_id: { ...tx.scope, id: connector.id } },
    data: { lastVersionNumber: { increment: 1 } },
    select: { lastVersionNumber: true },
  });
  const { connectorId, sourceDigest, typecheck, activate, requestId } = input;
  const row = await tx.prisma.version.create({
    data: {
      ...tx.scope,
      id: newId('version'),
      connectorId,
      number,
      sourceDigest,
      typecheck,
      activate,
      requestId: requestId ?? null,
      submittedBy: { ...actor },
    },
  });
  await emitChange(tx, { kind: 'version', id: row.id });
  await record(tx, {
    actor,
    action: 'version.submitted',
    target: { type: 'version', id: row.id },
    after: { connectorId, number, sourceDigest },
    requestId,
  });
  return toVersion(row);
}

/** @throws AppError `versions.not_found` */
export async function getVersion(tx: Tx, id: string): Promise<Version> {
  const row = await tx.prisma.version.findUnique({ where: { organizationId_id: { ...tx.scope, id } } });
  if (row === null) throw new AppError('versions.not_found');
  return toVersion(row);
}

/** @throws AppError `versions.not_found` */
export async function getVersionByNumber(tx: Tx, connectorId: string, number: number): Promise<Version> {
  const row = await tx.prisma.version.findUnique({
    where: { organizationId_connectorId_number: { ...tx.scope, connectorId, number } },
  });
  if (row === null) throw new AppError('versions.not_found', { data: { number } });
  return toVersion(row);
}

/** Newest first. */
export async function listVersions(tx: Tx, connectorId: string, page: PageRequest): Promise<Page<Version>> {
  const rows = await tx.prisma.version.findMany({
    where: { ...tx.scope, connectorId, ...olderThan(page.cursor) },
    orderBy: NEWEST_FIRST,
    take: page.limit + 1,
  });
  return toPage(rows, page.limit, toVersion, (row) => ({ at: row.createdAt, id: row.id }));
}

export interface VersionPatch {
  readonly artifactDigest?: string | undefined;
  readonly lockfileDigest?: string | undefined;
  readonly snapshot?: VersionSnapshot | undefined;
  readonly manifest?: Readonly<Record<string, unknown>> | undefined;
  readonly failure?: VersionFailure | undefined;
}

/**
 * Compare-and-swap: moves a version that is in `from` to `to`, with what the step produced. Final states are audited.
 *
 * @throws AppError `versions.illegal_move`, `versions.moved_meanwhile` (another worker was first)
 */
export async function moveVersion(
  tx: Tx,
  id: string,
  move: { readonly from: VersionState; readonly to: VersionState },
  patch: VersionPatch = {},
): Promise<Version> {
  const { from, to } = move;
  if (!mayMove(from, to)) throw new AppError('versions.illegal_move', { internal: `${id}: ${from} → ${to}` });
  const { count } = await tx.prisma.version.updateMany({
    where: { ...tx.scope, id, state: from },
    data: {
      state: to,
      ...(patch.artifactDigest === undefined ? {} : { artifactDigest: patch.artifactDigest }),
      ...(patch.lockfileDigest === undefined ? {} : { lockfileDigest: patch.lockfileDigest }),
      ...(patch.snapshot && { snapshotDigest: patch.snapshot.digest, snapshotImage: patch.snapshot.image }),
      ...(patch.manifest === undefined ? {} : { manifest: asJson(patch.manifest) }),
      ...(patch.failure === undefined ? {} : { failure: asJson(patch.failure) }),
      ...(isFinal(to) ? { finishedAt: new Date() } : {}),
    },
  });
  const version = await getVersion(tx, id);
  if (count === 0) throw new AppError('versions.moved_meanwhile', { data: { state: version.state } });
  await emitChange(tx, { kind: 'version', id });
  if (to === 'published' || to === 'failed' || to === 'rejected') {
    const { artifactDigest, failure, number } = version;
    await record(tx, {
      actor: { kind: 'system', name: 'deploy' },
      action: `version.${to}`,
      target: { type: 'version', id },
      before: { state: from },
      after: { number, ...(to === 'published' ? { artifactDigest } : { failure }) },
    });
  }
  return version;
}

/**
 * Stores the result of probing. @throws AppError `versions.moved_meanwhile` when the version is final: it is immutable
 * then
 */
export async function setManifest(tx: Tx, id: string, manifest: Readonly<Record<string, unknown>>): Promise<void> {
  const { count } = await tx.prisma.version.updateMany({
    where: { ...tx.scope, id, state: { notIn: ['published', 'failed', 'rejected'] } },
    data: { manifest: asJson(manifest) },
  });
  if (count === 0) throw new AppError('versions.moved_meanwhile');
}

/** Which of these files of the organization are still needed: sources, lockfiles, and what versions that did not fail run from. */
export async function keptDigests(tx: Tx, digests: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ digest: string }>(
    `SELECT DISTINCT d.digest FROM app.versions v,
       LATERAL (VALUES (v.source_digest), (v.lockfile_digest),
         (CASE WHEN v.state NOT IN ('failed', 'rejected') THEN v.artifact_digest END),
         (CASE WHEN v.state NOT IN ('failed', 'rejected') THEN v.snapshot_digest END)) AS d (digest)
     WHERE v.organization_id = $1 AND d.digest = ANY ($2)`,
    [tx.scope.organizationId, digests],
  );
  return new Set(rows.map((row) => row.digest));
}

/** Takes or renews the right to work on a version; false when another living worker has it. */
export async function leaseVersion(
  tx: Tx,
  id: string,
  lease: { readonly holder: string; readonly seconds: number },
): Promise<boolean> {
  const rows = await tx.query<{ id: string }>(
    `UPDATE app.versions SET lease_holder = $3, lease_until = now() + make_interval(secs => $4::float8)
     WHERE organization_id = $1 AND id = $2 AND (lease_holder = $3 OR lease_until IS NULL OR lease_until < now())
     RETURNING id`,
    [tx.scope.organizationId, id, lease.holder, lease.seconds],
  );
  return rows.length > 0;
}

export async function releaseVersion(tx: Tx, id: string, holder: string): Promise<void> {
  await tx.prisma.version.updateMany({
    where: { ...tx.scope, id, leaseHolder: holder },
    data: { leaseHolder: null, leaseUntil: null },
  });
}

/** Plain JSON: drops `undefined`, which Prisma refuses, and everything that is no data. */
function asJson(value: unknown) {
  return JSON.parse(JSON.stringify(value));
}
