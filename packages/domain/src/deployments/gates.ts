import type { Actor } from '../audit/index.ts';
import { type Connector, describeRisks, isOpenUnconfirmed, writingToolsOf } from '../connectors/index.ts';
import type { NameConflict } from '../joined-names/index.ts';
import type { Role } from '../organizations/index.ts';
import type { Version } from '../versions/index.ts';
import type { HoldReason } from './deployment.ts';

/** `deploy`: asked for with the upload; `activate`: by hand; `rollback`: back to the version before. */
export type DeploymentCause = 'deploy' | 'activate' | 'rollback';

/** The facts that every gate gets. */
export interface GateInput {
  readonly connector: Connector;
  readonly version: Version;
  readonly actor: Actor;
  readonly cause: DeploymentCause;
  /** Codes of the reasons that the actor accepts on a first-party page; empty everywhere else. */
  readonly acceptances: readonly string[];
}

/** Further facts of a gate. Loaded only when a gate needs them. */
export interface GateFacts {
  /** Names at the organization's URL that would be ambiguous. */
  readonly nameConflicts: readonly NameConflict[];
  /** Permissions of the person who asks; empty for keys, service accounts and the platform itself. */
  readonly actorRoles: readonly Role[];
  /** Manifest of the version that serves now; null while none does. */
  readonly liveContract: Readonly<Record<string, unknown>> | null;
  /** Names of the connector's secrets; never a value. */
  readonly secretNames: readonly string[];
}

export type GateFactName = keyof GateFacts;

/** Decides whether a version may go live. */
export interface ActivationGate {
  /** The facts it decides by. */
  readonly needs: readonly GateFactName[];
  /** Pure. A reason why the version may not go live yet, for people; null lets it pass. */
  decide(question: GateInput, facts: GateFacts): HoldReason | null;
}

/** Declares a gate, which sees the facts it names and no others. */
export function defineGate<Need extends GateFactName = never>(
  needs: readonly Need[],
  decide: (question: GateInput, facts: Pick<GateFacts, Need>) => HoldReason | null,
): ActivationGate {
  return { needs, decide };
}

/**
 * A name at the organization's URL means one thing. Asked of rollbacks too: since the version was live, the connector
 * may have got another slug.
 */
const refuseSharedNames = defineGate(['nameConflicts'], ({ connector }, { nameConflicts }) => {
  const [first] = nameConflicts;
  if (!first) return null;
  const { kind, name, joined, other } = first;
  const owner = other.connectorId === connector.id ? `its own ${kind} ${other.name}` : `connector ${other.connectorId}`;
  const more = nameConflicts.length > 1 ? ` ${nameConflicts.length - 1} more like it.` : '';
  return {
    code: 'name_shared',
    reason: `At the organization's URL the ${kind} ${name} would be called ${joined}, as ${owner} is.${more} Rename one of them.`,
  };
});

/**
 * While access to the connector is public, a version with tools that write waits for an owner's or admin's confirmation
 * by name. Applies to rollbacks too: the previous version may have been for callers with a key.
 */
const refuseOpenWrites = defineGate([], ({ connector, version }) => {
  if (!isOpenUnconfirmed(connector)) return null;
  const described = describeRisks({ secrets: 0, writingTools: writingToolsOf(version.manifest) });
  if (described === null) return null;
  return {
    code: 'open_not_confirmed',
    reason: `Access to ${connector.slug} is public, and this version has ${described}. An owner or admin confirms it (patchbay settings ${connector.slug} --auth none --confirm ${connector.slug}) or requires a key (--auth api-key); then activate it.`,
  };
});

/** Asked in order; every reason is kept. */
export const ACTIVATION_GATES: readonly ActivationGate[] = [refuseSharedNames, refuseOpenWrites];

/** Those that going back has to pass as well: the way back stays open where only the way forward needs a yes. */
export const ROLLBACK_GATES: readonly ActivationGate[] = [refuseSharedNames, refuseOpenWrites];
