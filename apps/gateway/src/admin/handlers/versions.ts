import type { Tx } from '@patchbay/domain';
import { getVersionByNumber, listFindings, listLog, listVersions, type Version } from '@patchbay/domain/versions';
import { AppError } from '@patchbay/foundation';
import type { Access } from '../caller.ts';
import * as endpoints from '../endpoints/versions.ts';
import { type AdminDeps, handleInTransaction } from '../handler.ts';
import { connectorOf } from './connectors.ts';
import { sequenceOf } from './logs.ts';
import { openVersionView, presentFinding, presentLogLine, presentSummary, presentVersion } from './present-version.ts';

/** Any call to a path below a version. */
interface VersionCall {
  readonly access: Access;
  readonly params: { readonly connector: string; readonly number: number };
}

/** The version of the path. @throws AppError `connectors.not_found`, `versions.not_found` */
export async function versionOf(tx: Tx, call: VersionCall): Promise<Version> {
  const connector = await connectorOf(tx, call);
  return getVersionByNumber(tx, connector.id, call.params.number);
}

/** The version of the path as the API shows it. */
export async function readVersion(tx: Tx, call: VersionCall, { origin, clock }: AdminDeps) {
  const connector = await connectorOf(tx, call);
  const version = await getVersionByNumber(tx, connector.id, call.params.number);
  const view = await openVersionView(tx, {
    connectorId: connector.id,
    versions: [version],
    access: call.access,
    origin,
    now: clock.now(),
  });
  return presentVersion(tx, version, view);
}

export const list = handleInTransaction(endpoints.listVersions, async (tx, call, { origin, clock }) => {
  const connector = await connectorOf(tx, call);
  const page = await listVersions(tx, connector.id, call.query);
  const view = await openVersionView(tx, {
    connectorId: connector.id,
    versions: page.items,
    access: call.access,
    origin,
    now: clock.now(),
  });
  return { items: page.items.map((version) => presentSummary(version, view)), nextCursor: page.nextCursor };
});

export const show = handleInTransaction(endpoints.getVersion, readVersion);

export const readLog = handleInTransaction(endpoints.listVersionLog, async (tx, call) => {
  const version = await versionOf(tx, call);
  const { cursor, limit } = call.query;
  const lines = await listLog(tx, version.id, sequenceOf(cursor) ?? 0n, limit);
  const last = lines.at(-1);
  // The log of a deploy that goes on has no last page.
  return { items: lines.map(presentLogLine), nextCursor: last ? String(last.sequence) : (cursor ?? null) };
});

export const findings = handleInTransaction(endpoints.listFindings, async (tx, call) => {
  const version = await versionOf(tx, call);
  return { items: (await listFindings(tx, version.id)).map(presentFinding), nextCursor: null };
});

export const manifest = handleInTransaction(endpoints.getManifest, async (tx, call) => {
  const version = await versionOf(tx, call);
  if (!version.manifest) {
    throw new AppError('admin.not_yet', {
      detail: 'The manifest is known once the version has been started for the first time.',
    });
  }
  return { ...version.manifest };
});
