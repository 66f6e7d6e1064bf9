import type { Tx } from '@patchbay/domain';
import { activate } from '@patchbay/domain/deployments';
import {
  appendLog,
  failStep,
  finishStep,
  listSteps,
  moveVersion,
  startStep,
  suspendStep,
  type Version,
  type VersionState,
} from '@patchbay/domain/versions';
import { AppError, asAppError, asSentence, storable } from '@patchbay/foundation';
import { z } from 'zod';
import { type Attempt, decideAfterFault, killsWorkers } from './after-fault.ts';
import { buildStep } from './build-step.ts';
import type { DeployWork, StepResult } from './deploy-work.ts';
import { probeStep } from './probe-step.ts';
import { resolveStep } from './resolve-step.ts';
import { scanStep } from './scan-step.ts';

interface DeployStep {
  /** The state a version is in while the step runs. */
  readonly state: VersionState;
  readonly run: (work: DeployWork) => Promise<StepResult>;
  /** The state it reaches when the step is done. */
  readonly next: VersionState;
  /** How it ends when the step finds fault with what was uploaded. */
  readonly refused: 'failed' | 'rejected';
}

/** The way of a deploy, top to bottom. There is no other path; `published` and activation commit together. */
const DEPLOY_STEPS: readonly DeployStep[] = [
  { state: 'received', run: async () => ({}), next: 'resolving', refused: 'failed' },
  { state: 'resolving', run: resolveStep, next: 'building', refused: 'failed' },
  { state: 'building', run: buildStep, next: 'probing', refused: 'failed' },
  { state: 'probing', run: probeStep, next: 'scanning', refused: 'failed' },
  { state: 'scanning', run: scanStep, next: 'storing', refused: 'rejected' },
  { state: 'storing', run: storeStep, next: 'published', refused: 'failed' },
];

/**
 * Takes a version from the state it is in to a final one. Each step's result and the move to the next state commit in
 * one transaction, by compare-and-swap, so that a step counts once however often workers die in it. The live version of
 * the connector is not touched before the last move.
 *
 * @throws AppError what a later attempt can overcome: the supervisor, the store or the database is away
 */
export async function runDeploy(work: DeployWork): Promise<Version> {
  await readOutputs(work);
  for (;;) {
    const step = DEPLOY_STEPS.find(({ state }) => state === work.version.state);
    if (step === undefined) return work.version;
    work.signal.throwIfAborted();
    work.version = await takeStep(work, step);
  }
}

async function takeStep(work: DeployWork, step: DeployStep): Promise<Version> {
  const { database } = work.deps;
  const { id } = work.version;
  const opened = await database.withOrganization(work.scope, (tx) => startStep(tx, id, step.state));
  if (opened.error !== null) {
    work.holdLog();
    work.log('info', 'the missing service is reachable again: the deploy continues');
  }
  try {
    if (killsWorkers({ number: opened.attempt })) throw new AppError('deploy.interrupted_too_often');
    const { patch, output: left } = await step.run(work);
    await work.logged();
    const output = storable(left);
    work.outputs.set(step.state, output ?? {});
    return await database.withOrganization(work.scope, async (tx) => {
      await finishStep(tx, id, step.state, output ?? {});
      const moved = await moveVersion(tx, id, { from: step.state, to: step.next }, patch);
      if (step.next === 'published' && moved.activate) await activatePublished(tx, work, moved);
      return moved;
    });
  } catch (error) {
    work.signal.throwIfAborted();
    const attempt = { number: opened.attempt, sinceStartMs: Date.now() - opened.startedAt.getTime() };
    return await failVersion(work, step, { error: asAppError(error), attempt });
  }
}

/** Ends the version, unless the platform is at fault and another attempt may succeed. */
async function failVersion(
  work: DeployWork,
  step: DeployStep,
  failed: { readonly error: AppError; readonly attempt: Attempt },
): Promise<Version> {
  const { error, attempt } = failed;
  const { id } = work.version;
  if (error.code === 'versions.moved_meanwhile') throw error;
  const decision = error.code === 'deploy.interrupted_too_often' ? 'fail' : decideAfterFault(error, attempt);
  if (decision === 'wait' || decision === 'give_up') work.dropHeldLog();
  // Where the database is what is away, the attempt stays counted; that matters only after twenty of them.
  if (decision === 'wait') await suspend(work, step, error).catch(() => {});
  if (decision === 'wait' || decision === 'retry') throw error;
  const ended = decision === 'give_up' ? `${asSentence(error.detail)} The deploy waited an hour for it.` : error.detail;
  work.log('error', ended);
  await work.logged();
  // They quote what a stranger wrote; that must not keep the refusal from being recorded.
  const { code, detail, data } = storable({ code: error.code, detail: ended, data: error.data });
  return work.deps.database.withOrganization(work.scope, async (tx) => {
    await failStep(tx, id, step.state, { code, detail, hint: error.hint, data: data ?? null });
    const failure = { code, detail, step: step.state, data: data ?? null };
    const to = code === 'deploy.findings' ? step.refused : 'failed';
    return moveVersion(tx, id, { from: step.state, to }, { failure });
  });
}

/** Logs for the author, once for each cause, what the step waits for. */
async function suspend(work: DeployWork, step: DeployStep, { code, detail }: AppError): Promise<void> {
  const { id } = work.version;
  await work.logged();
  await work.deps.database.withOrganization(work.scope, async (tx) => {
    const isNews = await suspendStep(tx, id, { name: step.state, cause: { code, detail } });
    if (!isNews) return;
    const text = `waiting for the platform: ${asSentence(detail)} (${code}) The deploy continues automatically, for up to an hour; it does not count against the version.`;
    await appendLog(tx, id, [{ step: step.state, level: 'warn', text }]);
  });
}

const actorSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('person'),
    personId: z.string(),
    client: z.object({ id: z.string(), name: z.string() }).optional(),
  }),
  z.object({ kind: z.literal('api_key'), apiKeyId: z.string(), personId: z.string().optional() }),
  z.object({ kind: z.literal('service_account'), serviceAccountId: z.string() }),
  z.object({ kind: z.literal('system'), name: z.string() }),
]);

/** On behalf of the person who submitted the version: gates judge people, not the worker. */
async function activatePublished(tx: Tx, work: DeployWork, version: Version): Promise<void> {
  const actor = actorSchema.parse(version.submittedBy);
  const { state, reasons } = await activate(tx, actor, {
    connectorId: version.connectorId,
    versionId: version.id,
    cause: 'deploy',
  });
  work.deps.logger.info({ versionId: version.id, state, reasons: reasons.length }, 'version published');
}

const outputSchema = z.record(z.string(), z.unknown()).catch({});

async function readOutputs(work: DeployWork): Promise<void> {
  const steps = await work.deps.database.withOrganization(work.scope, (tx) => listSteps(tx, work.version.id));
  for (const { name, state, output } of steps) {
    if (state === 'done') work.outputs.set(name, outputSchema.parse(output));
  }
}

/**
 * Makes sure that the scanned artifact is the stored one, complete and under its digest, before its activation is
 * possible.
 */
async function storeStep(work: DeployWork): Promise<StepResult> {
  const { artifactDigest } = work.version;
  if (artifactDigest === null) throw new AppError('artifacts.not_found', { internal: 'no artifact to publish' });
  const bytes = await work.deps.artifacts.get({ ...work.scope, digest: artifactDigest });
  work.log('info', `stored ${artifactDigest} (${Math.ceil(bytes.byteLength / 1024)} KB)`);
  return {};
}
