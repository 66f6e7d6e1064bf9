import type { VersionSnapshot } from '@patchbay/domain/versions';
import { AppError, type ErrorCode, newId } from '@patchbay/foundation';
import { checkPatterns } from './check-patterns.ts';
import type { DeployWork, StepResult } from './deploy-work.ts';
import { type CheckedManifest, checkManifest } from './manifest/check-manifest.ts';
import { differencesOf } from './manifest/compare-manifests.ts';
import { takeSnapshot } from './take-snapshot.ts';

const DEADLINE_MS = 15_000;
const RESULT_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Starts the artifact twice and asks it to describe itself: once as a deploy would, once as a call of a person in
 * production would, from the version's snapshot where one could be taken. Code that behaves for the one and not for the
 * other is refused, because what was scanned would not be what runs (security.md S22). Probes get no secrets and no network.
 */
export async function probeStep(work: DeployWork): Promise<StepResult> {
  try {
    const taking = takeSnapshot(work);
    const [first, second] = await Promise.all([
      describe(work, { subject: 'probe', snapshot: null }),
      taking.then(({ snapshot }) => describe(work, { subject: newId('person'), snapshot })),
    ]);
    const { snapshot, notTaken } = await taking;
    const { manifest: probed } = first;
    const unstable = differencesOf(probed, second.manifest);
    if (unstable.length > 0 && !probed.dynamic) {
      throw new AppError('deploy.manifest_unstable', {
        detail: `Two starts differ in ${unstable.slice(0, 5).join(', ')}.`,
        data: { differences: unstable.slice(0, 50) },
      });
    }
    await checkPatterns(work, first.patterns);
    const { tools, prompts, resources, resourceTemplates } = probed;
    work.log(
      'info',
      `${tools.length} tools, ${prompts.length} prompts, ${resources.length + resourceTemplates.length} resources`,
    );
    const patch = { manifest: probed, ...(snapshot && { snapshot }) };
    return { patch, output: { unstable: unstable.slice(0, 50), ...(notTaken && { snapshotNotTaken: notTaken }) } };
  } finally {
    const { organizationId } = work.scope;
    const match = { organizationId, connectorId: work.connector.id, versionId: work.version.id };
    await work.deps.sandboxes.retire(match).catch(() => {});
  }
}

/** A subject of its own keeps the sandbox apart from every one that will serve calls: it was started without secrets. */
async function describe(
  work: DeployWork,
  start: { readonly subject: string; readonly snapshot: VersionSnapshot | null },
): Promise<CheckedManifest> {
  const { organization, connector, version, deps, signal } = work;
  const { subject, snapshot } = start;
  if (version.artifactDigest === null) throw new AppError('artifacts.not_found', { internal: 'no artifact to probe' });
  const isProbe = subject === 'probe';
  const outcome = await deps.sandboxes
    .invoke(
      {
        id: newId('invocation'),
        key: {
          organizationId: organization.id,
          connectorId: connector.id,
          versionId: version.id,
          settingsRevision: isProbe ? 0 : connector.settingsRevision,
          subject,
        },
        artifactDigest: version.artifactDigest,
        ...(snapshot && { snapshot }),
        egress: [],
        method: 'patchbay/describe',
        params: {},
        deadlineMs: DEADLINE_MS,
        effect: 'read',
        context: {
          user: isProbe ? null : { id: subject, email: null, name: null },
          organization: { id: organization.id, slug: organization.slug },
          client: isProbe ? { name: 'patchbay-deploy', version: null } : { name: 'claude-ai', version: '0.1.0' },
          roles: isProbe ? [] : ['member'],
          groups: [],
          requestId: newId('request'),
          idempotencyKey: newId('invocation'),
          capabilities: {},
        },
        credentials: [],
        resultBytesMax: RESULT_BYTES_MAX,
      },
      { signal },
    )
    .catch((error) => {
      throw asStartError(error);
    });
  if (outcome.kind === 'complete') return checkManifest(outcome.result);
  const reason = outcome.kind === 'error' ? outcome.error.message : 'it asks for input';
  throw new AppError('deploy.manifest_invalid', { detail: `The connector cannot list what it offers: ${reason}` });
}

const START_ERRORS: Partial<Record<ErrorCode, ErrorCode>> = {
  'sandbox.crashed_at_start': 'deploy.start_failed',
  'sandbox.no_server': 'deploy.start_failed',
  'sandbox.start_timeout': 'deploy.start_timeout',
  'sandbox.deadline_exceeded': 'deploy.start_timeout',
  'sandbox.exited_at_start': 'deploy.start_exited',
  'sandbox.crashed': 'deploy.start_exited',
  'sandbox.out_of_memory': 'deploy.start_exited',
  'sandbox.cpu_exceeded': 'deploy.start_exited',
  'sandbox.processes_exceeded': 'deploy.start_exited',
  'sandbox.files_exceeded': 'deploy.start_exited',
  'sandbox.violation': 'deploy.start_exited',
  'sandbox.invalid_result': 'deploy.manifest_invalid',
  'sandbox.result_too_large': 'deploy.manifest_invalid',
};

/** What the supervisor says of a start, in the deploy's words and with the place in the author's source. */
export function asStartError(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const code = START_ERRORS[error.code];
  if (code === undefined) return error;
  if (code === 'deploy.start_failed' && /\balready registered\b|\bduplicate tool\b/i.test(error.detail)) {
    return new AppError('deploy.duplicate_tool', { detail: error.detail, cause: error });
  }
  const place = placeOf(error.data?.stack);
  const detail = place === null ? error.detail : `${place.file}:${place.line}: ${error.detail}`;
  return new AppError(code, { detail, cause: error, ...(place !== null && { data: place }) });
}

/** The first frame in the author's own files. */
function placeOf(stack: unknown): { file: string; line: number } | null {
  if (!Array.isArray(stack)) return null;
  for (const frame of stack) {
    const found = /\(?([^\s()]+):(\d+):\d+\)?$/.exec(String(frame));
    if (!found?.[1] || found[1].includes('node_modules/') || found[1].startsWith('node:')) continue;
    return { file: found[1].replace(/^file:\/\//, '').replace(/^\//, ''), line: Number(found[2]) };
  }
  return null;
}
