import { conditionOf, downFor, type HealthCheck } from '@patchbay/foundation/process';
import { hostProblems, type SupervisorHealth } from '@patchbay/sandbox-protocol';

/**
 * Requirements of a supervisor to run connectors. `isolation` and, where full limits are required, `limits` are down
 * when one of theirs is missing: no untrusted code runs then.
 */
export function supervisorChecks(
  read: () => SupervisorHealth,
  options: { readonly requireFullLimits: boolean },
): HealthCheck[] {
  return [
    {
      name: 'isolation',
      required: true,
      async read() {
        const health = read();
        const problems = hostProblems(health).isolation;
        const facts = { driver: health.driver };
        return health.walls.state === 'missing' ? downFor(problems, facts) : conditionOf(problems, facts);
      },
    },
    {
      name: 'limits',
      required: options.requireFullLimits,
      async read() {
        const problems = hostProblems(read()).limits;
        return options.requireFullLimits && problems.length > 0 ? downFor(problems) : conditionOf(problems);
      },
    },
    {
      name: 'sandboxes',
      required: false,
      async read() {
        const { snapshot, pool, sandboxes, queued, coldStarts, crashes, droppedLogLines, bootId } = read();
        const reasons = snapshot.reason === null ? [] : [`sandboxes start without a snapshot: ${snapshot.reason}`];
        return conditionOf(reasons, {
          ...sandboxes,
          queued,
          pool,
          snapshot,
          coldStarts,
          crashes,
          droppedLogLines,
          bootId,
        });
      },
    },
  ];
}
