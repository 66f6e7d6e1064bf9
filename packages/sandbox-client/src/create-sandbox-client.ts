/**
 * The gateway's and worker's end of the way to the supervisors. Reconnects by itself. A call that loses its connection is
 * answered at once, with information whether a retry is safe: reads are, calls that may write have an unknown outcome.
 */
import { AppError, newId } from '@patchbay/foundation';
import {
  type BuildTask,
  type Invocation,
  type InvocationOutcome,
  isolationKeyText,
  type RetireMatch,
  type SupervisorHealth,
  type TaskOutcome,
} from '@patchbay/sandbox-protocol';
import {
  encodeCall,
  encodeJsonFrame,
  encodeMixedFrame,
  type RawAnswer,
  readAnswer,
  SUPERVISOR_FRAMES,
} from '@patchbay/sandbox-protocol/wire';
import { chooseForKey, chooseForTask } from './choose-host.ts';
import type {
  InvokeOptions,
  RunTaskOptions,
  SandboxClient,
  SandboxClientOptions,
  SupervisorReport,
} from './sandbox-client.ts';
import { SupervisorHosts } from './supervisor-hosts.ts';
import type { SupervisorLink } from './supervisor-link.ts';
import { addressOf } from './supervisor-target.ts';

/** A host that needs longer to report its health counts as unreachable. */
const HEALTH_PATIENCE_MS = 1_000;

/** Connects to the supervisors of the source and follows its changes, until closed. */
export function createSandboxClient(options: SandboxClientOptions): SandboxClient {
  const hosts = new SupervisorHosts(options);

  return {
    async invoke(invocation: Invocation, given: InvokeOptions = {}) {
      const key = isolationKeyText(invocation.key);
      const host = await hosts
        .find((connected) => chooseForKey(connected, key), given.signal)
        .catch((error: unknown) => {
          throw error instanceof AppError ? error.with({ sent: false }) : error;
        });
      const answer = await host.request<RawAnswer | InvocationOutcome>({
        id: invocation.id,
        frame: encodeCall(invocation, host.version),
        call: {
          openCredentials: async () => (await options.openCredentials?.(invocation)) ?? [],
          refreshCredential: async (refused) => (await options.refreshCredential?.(invocation, refused)) ?? null,
          onViolation: (violation) => options.onViolation?.(invocation, violation),
        },
        signal: given.signal,
        listeners: { onNotification: given.onNotification },
        lost: () => (invocation.effect === 'read' ? supervisorLost() : new AppError('sandbox.outcome_unknown')),
      });
      return 'payload' in answer ? readAnswer(answer, invocation) : answer;
    },

    async retire(match: RetireMatch) {
      await hosts.find((connected) => connected[0] ?? null);
      await Promise.all(hosts.connected.map((host) => retireOn(host, match)));
    },

    setAllowedHosts(organizationId, allowed) {
      for (const host of hosts.connected) host.setAllowedHosts(organizationId, allowed);
    },

    async runTask(task: BuildTask, given: RunTaskOptions = {}) {
      const host = await hosts.find(chooseForTask, given.signal);
      const { files, ...header } = task;
      return host.request<TaskOutcome>({
        id: task.id,
        frame: encodeMixedFrame(SUPERVISOR_FRAMES.task, header, files),
        signal: given.signal,
        listeners: { onProgress: given.onProgress },
        lost: supervisorLost,
      });
    },

    supervisors: () => Promise.all(hosts.all.map(reportOf)),
    close: async () => hosts.close(),
  };
}

/** New calls never reach sandboxes of a lost host: version and settings are in the key. They end when idle. */
async function retireOn(host: SupervisorLink, match: RetireMatch): Promise<void> {
  const id = newId('request');
  const frame = encodeJsonFrame(SUPERVISOR_FRAMES.retire, { id, match });
  try {
    await host.request({ id, frame, lost: supervisorLost });
  } catch (error) {
    if (host.problem === null) throw error;
  }
}

async function reportOf(host: SupervisorLink): Promise<SupervisorReport> {
  const { inFlight } = host;
  const health = await healthOf(host).catch((error: unknown) => String(error));
  const { hostId, state, problem, certificatesEnd } = host;
  const known = { hostId, address: addressOf(host.target), inFlight, certificatesEnd, version: host.version };
  if (problem !== null) return { ...known, state: 'away', reason: problem, health: null };
  if (typeof health === 'string') return { ...known, state: 'away', reason: health, health: null };
  return { ...known, state, reason: null, health };
}

function healthOf(host: SupervisorLink): Promise<SupervisorHealth> {
  const id = newId('request');
  const frame = encodeJsonFrame(SUPERVISOR_FRAMES.health, { id });
  return host.request({ id, frame, signal: AbortSignal.timeout(HEALTH_PATIENCE_MS), lost: supervisorLost });
}

const supervisorLost = () => new AppError('sandbox.supervisor_lost', { retryAfterSeconds: 1 });
