import { AppError } from '@patchbay/foundation';
import { getApiKey } from '../api-keys/index.ts';
import type { Actor } from '../audit/index.ts';
import type { Tx } from '../database/index.ts';
import type { AuthMode, Connector } from './connector.ts';
import { getConnector, lockConnector, recordChange, updateRow } from './connectors.ts';
import { type Demands, hasDemands } from './demands.ts';
import { type OpenRisks, refuseRisks, writingToolsOf } from './open-access.ts';

export interface ConnectorPatch {
  readonly name?: string | undefined;
  readonly authMode?: AuthMode | undefined;
  readonly codeGeneration?: boolean | undefined;
  /** Those that are named replace the present ones. */
  readonly demands?: { readonly [Name in keyof Demands]?: Demands[Name] | undefined } | undefined;
  /** With `authMode: none`: the connector's present slug, as a confirmation of public access. */
  readonly confirmOpen?: string | undefined;
}

/**
 * Authentication and dynamic code are settings of its sandboxes: after a change running ones are not reused. Public
 * access to a connector with secrets or tools that write takes its name as a confirmation, which is kept until it
 * requires authentication again.
 *
 * @throws AppError `connectors.open_not_confirmed`, `connectors.demands_need_sign_in`, `connectors.not_found`,
 * `api-keys.not_found` for an exempt key that is none of the organization
 */
export async function updateConnector(tx: Tx, actor: Actor, id: string, patch: ConnectorPatch): Promise<Connector> {
  const connector = await lockConnector(tx, id);
  const { name, authMode, codeGeneration } = connector;
  const demands = await demandsAfter(tx, connector, patch);
  const before = {
    name,
    authMode,
    codeGeneration,
    openConfirmed: connector.openConfirmedAt !== null,
    demands: connector.demands,
  };
  const after = {
    name: patch.name ?? name,
    authMode: patch.authMode ?? authMode,
    codeGeneration: patch.codeGeneration ?? codeGeneration,
  };
  const openConfirmedAt = await confirmationAfter(tx, connector, patch);
  const isNewSetting = after.authMode !== authMode || after.codeGeneration !== codeGeneration;
  await updateRow(tx, id, {
    ...after,
    openConfirmedAt,
    demandSecondFactor: demands.secondFactor,
    demandSignInMinutes: demands.signInMinutes,
    demandExemptKeys: [...demands.exemptKeys],
    ...(isNewSetting ? { settingsRevision: { increment: 1 } } : {}),
  });
  const recorded = { ...after, openConfirmed: openConfirmedAt !== null, demands };
  await recordChange(tx, actor, { id, action: 'connector.updated', before, after: recorded });
  return getConnector(tx, id);
}

/** The demands after the patch. @throws AppError `connectors.demands_need_sign_in`, `api-keys.not_found` */
async function demandsAfter(tx: Tx, connector: Connector, { demands, authMode }: ConnectorPatch): Promise<Demands> {
  const { secondFactor, signInMinutes, exemptKeys } = connector.demands;
  const after: Demands = {
    secondFactor: demands?.secondFactor ?? secondFactor,
    signInMinutes: demands?.signInMinutes === undefined ? signInMinutes : demands.signInMinutes,
    exemptKeys: demands?.exemptKeys ?? exemptKeys,
  };
  if ((authMode ?? connector.authMode) === 'none' && hasDemands(after)) {
    throw new AppError('connectors.demands_need_sign_in');
  }
  for (const id of after.exemptKeys) if (!exemptKeys.includes(id)) await getApiKey(tx, id);
  return after;
}

/** The stored confirmation after the patch. @throws AppError `connectors.open_not_confirmed` */
async function confirmationAfter(tx: Tx, connector: Connector, patch: ConnectorPatch): Promise<Date | null> {
  const { authMode, confirmOpen } = patch;
  if (authMode === undefined) return connector.openConfirmedAt;
  if (authMode !== 'none') return null;
  if (confirmOpen === connector.slug) return connector.openConfirmedAt ?? new Date();
  if (confirmOpen !== undefined) {
    throw new AppError('connectors.open_not_confirmed', {
      detail: `The confirmation names ${confirmOpen}, and this is ${connector.slug}.`,
    });
  }
  if (connector.authMode !== 'none') refuseRisks(connector, await findRisks(tx, connector));
  return connector.openConfirmedAt;
}

async function findRisks(tx: Tx, { id, liveVersionId }: Connector): Promise<OpenRisks> {
  const secrets = await tx.prisma.sealedSecret.count({ where: { ...tx.scope, connectorId: id } });
  const live =
    liveVersionId === null
      ? null
      : await tx.prisma.version.findUnique({
          where: { organizationId_id: { ...tx.scope, id: liveVersionId } },
          select: { manifest: true },
        });
  return { secrets, writingTools: writingToolsOf(live?.manifest) };
}
