/**
 * Accepts source: access check first, then the bytes into the artifact store, then one transaction with connector,
 * version and audit, then the worker is woken. A failure leaves no version behind.
 */
import { type Connector, createConnector, findConnector } from '@patchbay/domain/connectors';
import { assertConnectorSlug } from '@patchbay/domain/organizations';
import * as versions from '@patchbay/domain/versions';
import { AppError } from '@patchbay/foundation';
import { DEPLOY_LIMITS, formatLimit } from '@patchbay/foundation/limits';
import { z } from 'zod';
import { requireConnector, requirePermission } from '../access/caller.ts';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { type AdminDeps, type OrganizationCall, onceOnly, scopeOf } from '../definition/endpoint.ts';
import type { EndpointSpec } from '../definition/endpoint-spec.ts';
import { requireEveryConnector } from './connector-parts.ts';
import { ConnectorParams } from './parts.ts';
import { showVersion } from './present-version.ts';
import { Version } from './version-parts.ts';

/** Source archives above this are refused while they arrive. */
export const SOURCE_BYTES_MAX = DEPLOY_LIMITS.source.value;

const SubmitQuery = z.object({
  typecheck: z.stringbool().default(true).meta({ description: 'Whether a type error fails the deploy.' }),
  activate: z.stringbool().default(true).meta({ description: 'Whether it goes live by itself once published.' }),
  create: z.stringbool().default(false).meta({ description: 'Create the connector if the slug names none.' }),
});

/** The fields of the call that the functions below need; the whole type would name the endpoint within itself. */
type SubmitCall = Omit<OrganizationCall<EndpointSpec>, 'params' | 'query'> & {
  readonly params: z.output<typeof ConnectorParams>;
  readonly query: z.output<typeof SubmitQuery>;
};

/** @throws AppError when the connector is not there and may not be made, or is not the key's */
function checkTarget(call: SubmitCall, connector: Connector | null): void {
  if (connector) {
    requireConnector(call.access, connector.id);
    return;
  }
  if (!call.query.create) {
    throw new AppError('connectors.not_found', { detail: `There is no connector ${call.params.connector}.` });
  }
  // A deploy key makes a connector only on the way of a deploy, and only when it is not limited to certain ones.
  const isDeployKey = call.caller.kind === 'api_key' && call.caller.apiKey.kind === 'deploy';
  requirePermission(call.access, isDeployKey ? 'versions:write' : 'connectors:write');
  requireEveryConnector(call.access);
  assertConnectorSlug(call.params.connector);
}

/** @throws AppError `source.truncated`, `source.too_large`, `artifacts.no_space`, and what the store throws */
async function storeSource(call: SubmitCall, { artifacts, refuseUploads }: AdminDeps) {
  if (!call.upload) throw new AppError('admin.content_type');
  await refuseUploads();
  try {
    const bytesMax = SOURCE_BYTES_MAX;
    const stored = await artifacts.put(scopeOf(call).organizationId, call.upload, { bytesMax });
    if (stored.bytes === 0) throw new AppError('source.truncated', { detail: 'The upload was empty.' });
    return stored;
  } catch (error) {
    if (error instanceof AppError) {
      throw error.code === 'artifacts.too_large' ? new AppError('source.too_large', { cause: error }) : error;
    }
    if (isCutOff(error)) throw new AppError('source.truncated', { cause: error });
    throw error;
  }
}

/** The connection ended before the body did. */
function isCutOff(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}

/** The same key with other bytes is another request. */
function withDigest(call: SubmitCall, digest: string): Pick<SubmitCall, 'caller' | 'idempotency'> {
  const { caller, idempotency } = call;
  return {
    caller,
    idempotency: idempotency && { ...idempotency, fingerprint: `${idempotency.fingerprint} ${digest}` },
  };
}

export const submitVersion = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/connectors/:connector/versions',
  summary: `Upload source: tar.gz or zip, at most ${formatLimit(DEPLOY_LIMITS.source)}; the deploy continues in the background`,
  tag: 'Versions',
  permission: 'versions:write',
  audit: 'version.submitted',
  params: ConnectorParams,
  query: SubmitQuery,
  upload: { contentTypes: ['application/gzip', 'application/zip'], bytesMax: SOURCE_BYTES_MAX },
  reply: Version,
  status: 202,
  idempotent: true,
}).inOrganization(async (call, deps) => {
  const scope = scopeOf(call);
  checkTarget(call, await deps.database.withOrganization(scope, (tx) => findConnector(tx, call.params.connector)));
  const stored = await storeSource(call, deps);

  const answer = await deps.database.withOrganization(scope, (tx) =>
    onceOnly(tx, withDigest(call, stored.digest), async () => {
      const found = await findConnector(tx, call.params.connector);
      checkTarget(call, found);
      const { actor } = call.caller;
      const connector = found ?? (await createConnector(tx, actor, { slug: call.params.connector }));
      const version = await versions.submitVersion(tx, actor, {
        connectorId: connector.id,
        sourceDigest: stored.digest,
        typecheck: call.query.typecheck,
        activate: call.query.activate,
        requestId: call.requestId,
      });
      return showVersion(tx, version, { call, deps });
    }),
  );

  await deps.wakeDeploy(answer.id).catch((error: unknown) => {
    // The rows are there, and the worker looks for such versions by itself.
    deps.logger.warn({ err: error, versionId: answer.id, requestId: call.requestId }, 'the worker was not woken');
  });
  return answer;
});
