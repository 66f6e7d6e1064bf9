/** Files of a version. The source is a stranger's: it leaves through a one-time address, never through the API. */
import { record } from '@patchbay/domain/audit';
import { AppError } from '@patchbay/foundation';
import { z } from 'zod';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { scopeOf } from '../definition/endpoint.ts';
import { VersionParams } from './parts.ts';
import { versionOf } from './present-version.ts';

export const getLockfile = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector/versions/:number/lockfile',
  summary: 'Show the dependencies the version was built with',
  tag: 'Versions',
  permission: 'versions:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: VersionParams,
  reply: z.object({ name: z.string(), text: z.string() }).meta({ id: 'Lockfile' }),
}).inOrganization(async (call, deps) => {
  const scope = scopeOf(call);
  const version = await deps.database.withOrganization(scope, (tx) => versionOf(tx, call));
  if (!version.lockfileDigest) {
    throw new AppError('admin.not_yet', { detail: 'The lockfile is known once the dependencies have been resolved.' });
  }
  const bytes = await deps.artifacts.get({ ...scope, digest: version.lockfileDigest });
  const text = bytes.toString('utf8');
  return { name: text.trimStart().startsWith('{') ? 'package-lock.json' : 'pnpm-lock.yaml', text };
});

export const createSourceDownload = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/connectors/:connector/versions/:number/source',
  summary: 'Make a one-time address for the uploaded source, good for one minute',
  tag: 'Versions',
  permission: 'versions:read',
  audit: 'version.source_downloaded',
  params: VersionParams,
  reply: z.object({ url: z.url(), expiresAt: z.iso.datetime() }).meta({ id: 'Download' }),
  status: 201,
}).inTransaction(async (tx, call, deps) => {
  const version = await versionOf(tx, call);
  await record(tx, {
    actor: call.caller.actor,
    action: 'version.source_downloaded',
    target: { type: 'version', id: version.id },
    requestId: call.requestId,
  });
  const { id, expiresAt } = await deps.files.offer({
    organizationId: tx.scope.organizationId,
    digest: version.sourceDigest,
    fileName: `${call.params.connector}-${version.number}.source`,
    contentType: 'application/octet-stream',
  });
  return { url: `${deps.origin}/-/untrusted/${id}`, expiresAt: expiresAt.toISOString() };
});
