/** Versions of a connector, and what their deploys found. */
import * as versions from '@patchbay/domain/versions';
import { AppError } from '@patchbay/foundation';
import { z } from 'zod';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { connectorOf } from './connector-parts.ts';
import { sequenceOf } from './logs.ts';
import { ConnectorParams, PageQuery, pageOf, VersionParams } from './parts.ts';
import {
  openVersionView,
  presentFinding,
  presentLogLine,
  presentSummary,
  readVersion,
  versionOf,
} from './present-version.ts';
import { Finding, Version, VersionLogLine, VersionSummary } from './version-parts.ts';

const READ = { none: 'a read of the caller’s own organization' } as const;
const TAG = 'Versions';

export const listVersions = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector/versions',
  summary: 'List versions, newest first',
  tag: TAG,
  permission: 'versions:read',
  audit: READ,
  params: ConnectorParams,
  query: PageQuery,
  reply: pageOf(VersionSummary, 'VersionPage'),
}).inTransaction(async (tx, call, { origin, clock }) => {
  const connector = await connectorOf(tx, call);
  const page = await versions.listVersions(tx, connector.id, call.query);
  const view = await openVersionView(tx, {
    connectorId: connector.id,
    versions: page.items,
    access: call.access,
    origin,
    now: clock.now(),
  });
  return { items: page.items.map((version) => presentSummary(version, view)), nextCursor: page.nextCursor };
});

export const getVersion = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector/versions/:number',
  summary: 'Show a version',
  tag: TAG,
  permission: 'versions:read',
  audit: READ,
  params: VersionParams,
  reply: Version,
}).inTransaction(readVersion);

export const listVersionLog = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector/versions/:number/log',
  summary: 'Read the log of a deploy',
  tag: TAG,
  permission: 'versions:read',
  audit: READ,
  params: VersionParams,
  query: PageQuery,
  reply: pageOf(VersionLogLine, 'VersionLogPage'),
}).inTransaction(async (tx, call) => {
  const version = await versionOf(tx, call);
  const { cursor, limit } = call.query;
  const lines = await versions.listLog(tx, version.id, sequenceOf(cursor) ?? 0n, limit);
  const last = lines.at(-1);
  // The log of a running deploy has no last page.
  return { items: lines.map(presentLogLine), nextCursor: last ? String(last.sequence) : (cursor ?? null) };
});

export const listFindings = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector/versions/:number/findings',
  summary: 'List what the scan found',
  tag: TAG,
  permission: 'versions:read',
  audit: READ,
  params: VersionParams,
  reply: pageOf(Finding, 'FindingPage'),
}).inTransaction(async (tx, call) => {
  const version = await versionOf(tx, call);
  return { items: (await versions.listFindings(tx, version.id)).map(presentFinding), nextCursor: null };
});

export const getManifest = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector/versions/:number/manifest',
  summary: 'Show what the version declares: tools, prompts, resources, egress',
  tag: TAG,
  permission: 'versions:read',
  audit: READ,
  params: VersionParams,
  reply: z.record(z.string(), z.unknown()).meta({ id: 'Manifest' }),
}).inTransaction(async (tx, call) => {
  const version = await versionOf(tx, call);
  if (!version.manifest) {
    throw new AppError('admin.not_yet', {
      detail: 'The manifest is known once the version has been started for the first time.',
    });
  }
  return { ...version.manifest };
});
