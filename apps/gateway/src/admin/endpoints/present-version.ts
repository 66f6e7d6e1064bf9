import type { Tx } from '@patchbay/domain';
import { type Connector, getConnector } from '@patchbay/domain/connectors';
import { type Deployment, listDeployments } from '@patchbay/domain/deployments';
import {
  type Finding,
  getVersionByNumber,
  isFinal,
  listFindings,
  listSteps,
  listWaits,
  type Version,
  type VersionFailure,
  type VersionLogLine,
  type VersionStep,
  type WaitCause,
} from '@patchbay/domain/versions';
import { ERRORS, type ErrorCode, errorPagePath, withDashboardOrigin } from '@patchbay/foundation';
import type { Access } from '../access/caller.ts';
import type { AdminDeps } from '../definition/endpoint.ts';
import { actorNames, type NamedActor } from './actor-names.ts';
import { allowedUnless, lacks } from './allowed.ts';
import { connectorOf } from './connector-parts.ts';
import { endpointUrl } from './endpoint-url.ts';
import { deploymentsByVersion, shownState } from './version-state.ts';

/** After publishing, how long an activation that was asked for may take before the deploy counts as ended. */
const ACTIVATION_PATIENCE_MS = 30_000;
const DEPLOYMENTS_READ_MAX = 200;

/** Everything that the versions of one connector are shown with. */
export interface VersionView {
  readonly connector: Connector;
  readonly access: Access;
  readonly origin: string;
  readonly now: Date;
  readonly deployments: ReadonlyMap<string, Deployment>;
  /** By version, what its deploy waits for. */
  readonly waits: ReadonlyMap<string, WaitCause>;
  nameActor(actor: unknown): NamedActor;
}

export async function openVersionView(
  tx: Tx,
  {
    connectorId,
    versions,
    ...view
  }: Pick<VersionView, 'access' | 'origin' | 'now'> & {
    readonly connectorId: string;
    /** Those that are shown: who submitted them is named. */
    readonly versions: readonly Version[];
  },
): Promise<VersionView> {
  const { items } = await listDeployments(tx, connectorId, { limit: DEPLOYMENTS_READ_MAX });
  // Read after its deployments: an activation between the two must not look like one that something else replaced.
  const connector = await getConnector(tx, connectorId);
  const nameActor = await actorNames(
    tx,
    versions.map(({ submittedBy }) => submittedBy),
  );
  const waits = await listWaits(
    tx,
    versions.filter(({ state }) => !isFinal(state)).map(({ id }) => id),
  );
  return { ...view, connector, deployments: deploymentsByVersion(items), waits, nameActor };
}

export function presentSummary(version: Version, view: VersionView) {
  const { connector, access, origin } = view;
  const { state, reasons } = shownState(version, connector, view.deployments, view.waits.get(version.id));
  const unpublished = version.state !== 'published' && 'Only a published version can serve calls.';
  const live = state === 'active' && 'It is live.';
  const permission = lacks(access, 'deployments:write');
  const served = view.deployments.get(version.id)?.state === 'active';
  return {
    id: version.id,
    connectorId: connector.id,
    connectorSlug: connector.slug,
    number: version.number,
    state,
    final: hasEnded(version, view),
    reasons: [...reasons],
    url: endpointUrl(origin, access, connector.slug),
    previewUrl: endpointUrl(origin, access, connector.slug, version.number),
    sourceDigest: version.sourceDigest,
    artifactDigest: version.artifactDigest,
    typecheck: version.typecheck,
    activate: version.activate,
    failure: version.failure && presentFailure(version.failure, origin),
    createdBy: view.nameActor(version.submittedBy),
    createdAt: version.createdAt.toISOString(),
    finishedAt: version.finishedAt?.toISOString() ?? null,
    actions: {
      activate: allowedUnless(permission, unpublished, live),
      rollBackTo: allowedUnless(permission, unpublished, live, !served && 'It has never been live.'),
    },
  };
}

/** A deploy has ended when nothing will happen by itself any more: published, and activated or held if that was asked. */
function hasEnded(version: Version, view: Pick<VersionView, 'deployments' | 'now'>): boolean {
  if (!isFinal(version.state)) return false;
  if (version.state !== 'published' || !version.activate || view.deployments.has(version.id)) return true;
  const finishedAt = version.finishedAt?.getTime() ?? 0;
  return view.now.getTime() - finishedAt > ACTIVATION_PATIENCE_MS;
}

export async function presentVersion(tx: Tx, version: Version, view: VersionView) {
  const steps = await listSteps(tx, version.id);
  const findings = await listFindings(tx, version.id);
  const count = (severity: Finding['severity']) => findings.filter((finding) => finding.severity === severity).length;
  return {
    ...presentSummary(version, view),
    steps: steps.map(presentStep),
    findings: { error: count('error'), warning: count('warning'), info: count('info') },
  };
}

export function presentStep(step: VersionStep) {
  return {
    name: step.name,
    state: step.state,
    startedAt: step.startedAt.toISOString(),
    finishedAt: step.finishedAt?.toISOString() ?? null,
    durationMs: step.finishedAt ? step.finishedAt.getTime() - step.startedAt.getTime() : null,
  };
}

export function presentLogLine(line: VersionLogLine) {
  const { step, level, text } = line;
  return { sequence: Number(line.sequence), at: line.at.toISOString(), step, level, text };
}

export function presentFinding(finding: Finding) {
  const { id, severity, rule, message } = finding;
  return { id, severity, rule, message, hint: finding.hint || null, subject: finding.subject || null };
}

/** The catalogue's words for the code; a code of an older release that is gone keeps its own. */
function presentFailure(failure: VersionFailure, origin: string) {
  const known = Object.hasOwn(ERRORS, failure.code);
  // Just looked up.
  const spec = known ? ERRORS[failure.code as ErrorCode] : null;
  return {
    code: failure.code,
    title: spec?.title ?? failure.detail,
    detail: failure.detail,
    hint: withDashboardOrigin(spec?.hint ?? 'Deploy again.', origin),
    step: failure.step || null,
    data: isRecord(failure.data) ? failure.data : null,
    // A path is made of the text alone, so that codes of older releases have one too.
    type: `${origin}/api/docs/errors/${errorPagePath(failure.code as ErrorCode)}`,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Any call to a path below a version. */
export interface VersionCall {
  readonly access: Access;
  readonly params: { readonly connector: string; readonly number: number };
}

/** The version of the path. @throws AppError `connectors.not_found`, `versions.not_found` */
export async function versionOf(tx: Tx, call: VersionCall): Promise<Version> {
  const connector = await connectorOf(tx, call);
  return getVersionByNumber(tx, connector.id, call.params.number);
}

/** The version of the path as the API shows it. */
export async function readVersion(tx: Tx, call: VersionCall, deps: AdminDeps) {
  const connector = await connectorOf(tx, call);
  return showVersion(tx, await getVersionByNumber(tx, connector.id, call.params.number), { call, deps });
}

/** One version as the API shows it to the caller. */
export async function showVersion(
  tx: Tx,
  version: Version,
  { call, deps }: { readonly call: Pick<VersionCall, 'access'>; readonly deps: AdminDeps },
) {
  const view = await openVersionView(tx, {
    connectorId: version.connectorId,
    versions: [version],
    access: call.access,
    origin: deps.origin,
    now: deps.clock.now(),
  });
  return presentVersion(tx, version, view);
}
