/** The parts of a connector, as the API shows it, and the connectors that a caller reaches. */
import type { Tx } from '@patchbay/domain';
import { getConnector, type Connector as StoredConnector } from '@patchbay/domain/connectors';
import { listDeployments } from '@patchbay/domain/deployments';
import { listVersions } from '@patchbay/domain/versions';
import { AppError, idOf, integer } from '@patchbay/foundation';
import { DEMAND_MINUTES } from '@patchbay/foundation/limits';
import { z } from 'zod';
import { type Access, requireConnector, requirePermission } from '../access/caller.ts';
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

const SignInMinutes = integer().min(DEMAND_MINUTES.min).max(DEMAND_MINUTES.max);

export const Demands = z
  .object({
    secondFactor: z.boolean().meta({ description: 'Whether the sign-in behind a caller must have proved one.' }),
    signInMinutes: SignInMinutes.nullable().meta({
      description: 'The age of that sign-in at most. Null for any age.',
    }),
    exemptKeys: z.array(idOf('apiKey')).max(20).meta({
      description: 'API keys that an owner accepts although no key proves a sign-in.',
    }),
  })
  .meta({
    id: 'Demands',
    description: 'Demands on the sign-in behind callers of a connector. With any, API keys are refused.',
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
    demands: Demands,
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
      demand: ActionState.meta({ description: 'Changing the demands on the sign-in.' }),
      exemptKeys: ActionState,
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
    demands: { ...connector.demands, exemptKeys: [...connector.demands.exemptKeys] },
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
      demand: allowedUnless(gone, lacks(access, 'connectors:write'), lacks(access, 'connectors:open')),
      exemptKeys: allowedUnless(gone, !isOwner(access) && OWNERS_ONLY),
      delete: allowedUnless(gone, lacks(access, 'connectors:delete')),
      restore: allowedUnless(!gone && 'It is in service.', lacks(access, 'connectors:delete')),
    },
  };
}

const OWNERS_ONLY = 'Only an owner lists API keys that no demand applies to.';

function isOwner({ roles }: Access): boolean {
  return roles.includes('owner');
}

/** @throws AppError `admin.permission_missing` unless the caller may change these demands */
export function requireDemander(access: Access, { exemptKeys }: { readonly exemptKeys?: unknown }): void {
  requirePermission(access, 'connectors:open');
  if (exemptKeys === undefined || isOwner(access)) return;
  throw new AppError('admin.permission_missing', { detail: OWNERS_ONLY });
}

/** A key for certain connectors makes no new ones. @throws AppError `admin.permission_missing` */
export function requireEveryConnector(access: Access): void {
  if (access.connectorIds === null) return;
  throw new AppError('admin.permission_missing', { detail: 'This API key is limited to the connectors it lists.' });
}
