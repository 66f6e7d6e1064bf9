import { AppError } from '@patchbay/foundation';
import { z } from 'zod';

const supervisorHealth = z.object({
  ready: z.boolean(),
  walls: z.object({ state: z.string(), missing: z.array(z.string()) }),
  limits: z.object({ state: z.string(), reasons: z.array(z.string()) }),
});

/**
 * Asks the supervisor whether connectors may run on this machine. Development starts all the same and says so in
 * `/health`; a production installation that can serve nobody had better not start.
 *
 * @throws AppError start.host_unfit with every missing wall and limit
 */
export async function refuseUnfitHost(supervisorPort: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${supervisorPort}/health`);
  const { ready, walls, limits } = supervisorHealth.parse(await answer.json());
  if (!ready) throw unfitHost([...walls.missing, ...limits.reasons]);
}

export function unfitHost(reasons: readonly string[]): AppError {
  return new AppError('start.host_unfit', {
    detail: `Connectors cannot be isolated and limited here:\n${reasons.map((reason) => `  - ${reason}`).join('\n')}`,
    data: { reasons },
  });
}
