import type { Actor } from '../audit/index.ts';
import type { Connector } from '../connectors/index.ts';
import type { NameConflict } from '../joined-names/index.ts';
import type { Version } from '../versions/index.ts';

export interface GateQuestion {
  readonly connector: Connector;
  readonly version: Version;
  /** Names at the organization's URL that would stand for two things. */
  readonly nameConflicts: readonly NameConflict[];
  readonly actor: Actor;
  readonly cause: DeploymentCause;
}

/** `deploy`: asked for with the upload; `activate`: by hand; `rollback`: back to the version before. */
export type DeploymentCause = 'deploy' | 'activate' | 'rollback';

/** Pure. A reason why the version may not go live yet, for people; null lets it pass. */
export type ActivationGate = (question: GateQuestion) => { readonly code: string; readonly reason: string } | null;

/**
 * A name at the organization's URL means one thing (security S12). Asked of rollbacks too: since the version was live,
 * the connector may have got another slug.
 */
export const refuseSharedNames: ActivationGate = ({ connector, nameConflicts }) => {
  const [first] = nameConflicts;
  if (!first) return null;
  const { kind, name, joined, other } = first;
  const owner = other.connectorId === connector.id ? `its own ${kind} ${other.name}` : `connector ${other.connectorId}`;
  const more = nameConflicts.length > 1 ? ` ${nameConflicts.length - 1} more like it.` : '';
  return {
    code: 'name_shared',
    reason: `At the organization's URL the ${kind} ${name} would be called ${joined}, as ${owner} is.${more} Rename one of them.`,
  };
};

/** Asked in order; every reason is kept. Governance and authorization add theirs. */
export const ACTIVATION_GATES: readonly ActivationGate[] = [refuseSharedNames];
