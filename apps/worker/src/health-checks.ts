import type { ArtifactStore } from '@patchbay/artifacts';
import type { Database } from '@patchbay/domain';
import { describeDisk, isLow, readDisks } from '@patchbay/foundation';
import { answered, conditionOf, downFor, type HealthCheck } from '@patchbay/foundation/process';
import type { SandboxClient, SupervisorReport } from '@patchbay/sandbox-client';
import type { KeySource } from '@patchbay/vault';
import type { DeployQueue } from './queues.ts';

export interface WorkerHealthSources {
  readonly database: Pick<Database, 'ping'>;
  readonly keys: Pick<KeySource, 'ping'>;
  readonly artifacts: Pick<ArtifactStore, 'ping'>;
  readonly sandboxes: Pick<SandboxClient, 'supervisors'>;
  readonly queue: Pick<DeployQueue, 'problem'>;
  /** Where the worker writes files. */
  readonly directories: readonly string[];
}

/** Services that a deploy needs; without one of them no deploy completes. */
export function workerChecks(sources: WorkerHealthSources): HealthCheck[] {
  const { database, keys, artifacts, sandboxes, queue, directories } = sources;
  return [
    { name: 'database', required: true, read: () => answered(database.ping()) },
    // Keys that are known serve on; a deploy needs none.
    { name: 'keyholder', required: false, read: () => answered(keys.ping()) },
    { name: 'artifacts', required: true, read: () => answered(artifacts.ping()) },
    { name: 'supervisor', required: true, read: async () => supervisorCondition(await sandboxes.supervisors()) },
    {
      name: 'queue',
      required: true,
      async read() {
        const problem = queue.problem();
        return problem === null ? conditionOf([]) : downFor([problem]);
      },
    },
    // A full disk stops deploys but not the worker, which continues waiting ones as soon as there is space.
    { name: 'disk', required: false, read: () => diskCondition(directories) },
  ];
}

async function diskCondition(directories: readonly string[]) {
  const low = (await readDisks(directories)).filter(isLow);
  return conditionOf(low.map((disk) => `${describeDisk(disk)}: deploys that find no space wait until some is freed`));
}

/** A deploy needs one host; the others are the gateway's to report. */
function supervisorCondition(reports: readonly SupervisorReport[]) {
  if (reports.some(({ state }) => state === 'serving')) return conditionOf([]);
  const reasons = reports.map(({ hostId, state, reason }) => `${hostId}: ${reason ?? state}`);
  return downFor(reasons.length > 0 ? reasons : ['no supervisor is known']);
}
