import type { Actor } from '../audit/index.ts';
import { type Connector, describeRisks, isOpenUnconfirmed, writingToolsOf } from '../connectors/index.ts';
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

/**
 * While anybody may call the connector without a key, a version with tools that write waits for an owner's or admin's
 * confirmation by name. Asked of rollbacks too: the version before may have been for callers with a key.
 */
export const refuseOpenWrites: ActivationGate = ({ connector, version }) => {
  if (!isOpenUnconfirmed(connector)) return null;
  const described = describeRisks({ secrets: 0, writingTools: writingToolsOf(version.manifest) });
  if (described === null) return null;
  return {
    code: 'open_not_confirmed',
    reason: `Anybody may call ${connector.slug} without a key, and this version has ${described}. An owner or admin confirms it (patchbay settings ${connector.slug} --auth none --confirm ${connector.slug}) or asks for a key (--auth api-key); then activate it.`,
  };
};

/** Asked in order; every reason is kept. Governance and authorization add theirs. */
export const ACTIVATION_GATES: readonly ActivationGate[] = [refuseSharedNames, refuseOpenWrites];

/** Those that going back has to pass as well. */
export const ROLLBACK_GATES: readonly ActivationGate[] = [refuseSharedNames, refuseOpenWrites];
