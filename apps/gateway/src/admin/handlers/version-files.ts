/** Files of a version. The source is a stranger's: it leaves through a one-time address, never through the API. */
import { record } from '@patchbay/domain/audit';
import { AppError } from '@patchbay/foundation';
import * as endpoints from '../endpoints/versions.ts';
import { handleInOrganization, handleInTransaction, scopeOf } from '../handler.ts';
import { versionOf } from './versions.ts';

export const lockfile = handleInOrganization(endpoints.getLockfile, async (call, deps) => {
  const scope = scopeOf(call);
  const version = await deps.database.withOrganization(scope, (tx) => versionOf(tx, call));
  if (!version.lockfileDigest) {
    throw new AppError('admin.not_yet', { detail: 'The lockfile is known once the dependencies have been resolved.' });
  }
  const bytes = await deps.artifacts.get({ ...scope, digest: version.lockfileDigest });
  const text = bytes.toString('utf8');
  return { name: text.trimStart().startsWith('{') ? 'package-lock.json' : 'pnpm-lock.yaml', text };
});

export const source = handleInTransaction(endpoints.createSourceDownload, async (tx, call, deps) => {
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
