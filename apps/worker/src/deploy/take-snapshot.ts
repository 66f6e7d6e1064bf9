import type { VersionSnapshot } from '@patchbay/domain/versions';
import { AppError, newId } from '@patchbay/foundation';
import { SNAPSHOT_BYTES_MAX, type TaskOutcome } from '@patchbay/sandbox-protocol';
import { z } from 'zod';
import type { DeployWork } from './deploy-work.ts';
import { snapshotHelps } from './snapshot-helps.ts';

const DEADLINE_MS = 30_000;
/** Handed to the supervisor with the artifact, in one frame. */
const TOGETHER_BYTES_MAX = 30 * 1024 * 1024;

/** The sandbox that answers ran the version's own code: its answer is read like a stranger's. */
const answerSchema = z.discriminatedUnion('taken', [
  z.object({ taken: z.literal(true), image: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.object({ taken: z.literal(false), reason: z.string().max(1000), place: z.string().max(1000) }),
]);

export interface SnapshotOutcome {
  readonly snapshot: VersionSnapshot | null;
  /** Set when it was tried; shown to the author. */
  readonly notTaken: { readonly reason: string; readonly place: string } | null;
}

/**
 * Runs the module of a bundle that takes time to load once, in a build sandbox, and leaves its state in the store. A version
 * without one loads plainly, so nothing that goes wrong here fails the deploy. @throws AppError when the platform is away
 */
export async function takeSnapshot(work: DeployWork): Promise<SnapshotOutcome> {
  const { artifacts } = work.deps;
  const { organizationId } = work.scope;
  const artifact = await artifacts.get({ ...work.scope, digest: work.version.artifactDigest ?? '' });
  const { code } = z.object({ code: z.string() }).parse(JSON.parse(artifact.toString('utf8')));
  const advice = snapshotHelps(code);
  if (!advice.helps) return { snapshot: null, notTaken: advice.obstacle };
  const { result, files, usage } = await runTask(work, artifact);
  const answer = answerSchema.parse(result);
  const notTaken = (reason: string, place = '') => ({ snapshot: null, notTaken: { reason, place } });
  if (!answer.taken) return notTaken(answer.reason, answer.place);
  if (!files || files.byteLength + artifact.byteLength > TOGETHER_BYTES_MAX) return notTaken('it is too large');
  const { digest, bytes } = await artifacts.put(organizationId, files, { bytesMax: SNAPSHOT_BYTES_MAX });
  work.log('info', `startup snapshot of ${Math.ceil(bytes / 1024)} KB taken in ${Math.round(usage.wallMs)} ms`);
  return { snapshot: { digest, image: answer.image }, notTaken: null };
}

async function runTask(work: DeployWork, files: Buffer): Promise<TaskOutcome> {
  const { organizationId } = work.scope;
  const task = { id: newId('task'), organizationId, program: 'snapshot' as const, input: {}, deadlineMs: DEADLINE_MS };
  try {
    return await work.deps.sandboxes.runTask({ ...task, files, egress: [] }, { signal: work.signal });
  } catch (error) {
    if (!(error instanceof AppError) || !error.code.startsWith('sandbox.task_')) throw error;
    return { result: { taken: false, reason: error.detail.slice(0, 1000), place: '' }, usage: { wallMs: 0 } };
  }
}
