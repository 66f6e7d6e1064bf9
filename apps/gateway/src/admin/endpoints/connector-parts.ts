/** The parts of a connector, as the API shows it, and the connectors that a caller reaches. */
import type { Tx } from '@patchbay/domain';
import { getConnector, type Connector as StoredConnector } from '@patchbay/domain/connectors';
import { listDeployments } from '@patchbay/domain/deployments';
import { listVersions } from '@patchbay/domain/versions';
import { AppError } from '@patchbay/foundation';
import { z } from 'zod';
import { type Access, requireConnector } from '../access/caller.ts';
import { allowedUnless, lacks } from './allowed.ts';
import { endpointUrl } from './endpoint-url.ts';
import { ActionState, Instant } from './parts.ts';
import { VersionState } from './version-parts.ts';
import { deploymentsByVersion, shownState } from './version-state.ts';

export const AuthMode = z.enum(['oauth', 'api_key', 'none']).meta({
  id: 'AuthMode',
  description:
    'How callers authenticate at the hosted URL: `oauth` by signing in or with an API key, `api_key` with a key only, `none` not at all.',
});

export const CodeGeneration = z.boolean().meta({
  description: 'Whether code of the connector may use eval and new Function. Its sandboxes refuse them otherwise.',
});

export const Connector = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    authMode: AuthMode,
    url: z.url().meta({ description: 'The hosted MCP URL. Answers once a version is live.' }),
    live: z
      .object({ versionId: z.string(), number: z.number().int(), activatedAt: Instant })
      .nullable()
      .meta({ description: 'The version that serves calls now.' }),
    latest: z
      .object({ versionId: z.string(), number: z.number().int(), state: VersionState })
      .nullable()
      .meta({ description: 'The newest version, whatever its state.' }),
    settingsRevision: z.number().int(),
    codeGeneration: CodeGeneration,
    openConfirmedAt: Instant.nullable().meta({
      description:
        'When an owner or admin confirmed public access to it, with its secrets and tools that write. Null without a confirmation.',
    }),
    createdAt: Instant,
    deletedAt: Instant.nullable(),
    purgeAt: Instant.nullable(),
    actions: z.object({
      deploy: ActionState,
      rollBack: ActionState,
      update: ActionState,
      open: ActionState,
      delete: ActionState,
      restore: ActionState,
    }),
  })
  .meta({ id: 'Connector' });

/** The connector of the path, if the caller's key reaches it. @throws AppError `connectors.not_found` */
export async function connectorOf(
  tx: Tx,
  call: { readonly access: Access; readonly params: { readonly connector: string } },
): Promise<StoredConnector> {
  const connector = await getConnector(tx, call.params.connector);
  requireConnector(call.access, connector.id);
  return connector;
}

/** A connector as the API shows it to this caller. */
export async function presentConnector(
  tx: Tx,
  connector: StoredConnector,
  { access, origin }: { access: Access; origin: string },
) {
  const [latest] = (await listVersions(tx, connector.id, { limit: 1 })).items;
  const deployments = (await listDeployments(tx, connector.id, { limit: 200 })).items;
  const live = deployments.find((deployment) => deployment.live);
  const before = deployments.filter(({ state }) => state === 'active').length;
  const gone = connector.deletedAt !== null && 'The connector is deleted; restore it first.';
  return {
    id: connector.id,
    slug: connector.slug,
    name: connector.name,
    authMode: connector.authMode,
    url: endpointUrl(origin, access, connector.slug),
    live: live
      ? { versionId: live.versionId, number: live.versionNumber, activatedAt: live.createdAt.toISOString() }
      : null,
    latest: latest
      ? {
          versionId: latest.id,
          number: latest.number,
          state: shownState(latest, connector, deploymentsByVersion(deployments)).state,
        }
      : null,
    settingsRevision: connector.settingsRevision,
    codeGeneration: connector.codeGeneration,
    openConfirmedAt: connector.openConfirmedAt?.toISOString() ?? null,
    createdAt: connector.createdAt.toISOString(),
    deletedAt: connector.deletedAt?.toISOString() ?? null,
    purgeAt: connector.purgeAfter?.toISOString() ?? null,
    actions: {
      deploy: allowedUnless(gone, lacks(access, 'versions:write')),
      rollBack: allowedUnless(
        gone,
        lacks(access, 'deployments:write'),
        before < 2 && 'No other version was live before this one.',
      ),
      update: allowedUnless(gone, lacks(access, 'connectors:write')),
      open: allowedUnless(gone, lacks(access, 'connectors:write'), lacks(access, 'connectors:open')),
      delete: allowedUnless(gone, lacks(access, 'connectors:delete')),
      restore: allowedUnless(!gone && 'It is in service.', lacks(access, 'connectors:delete')),
    },
  };
}

/** A key for certain connectors makes no new ones. @throws AppError `admin.permission_missing` */
export function requireEveryConnector(access: Access): void {
  if (access.connectorIds === null) return;
  throw new AppError('admin.permission_missing', { detail: 'This API key is limited to the connectors it lists.' });
}
