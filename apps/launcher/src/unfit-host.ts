import { AppError } from '@patchbay/foundation';
import { healthSchema } from '@patchbay/foundation/process';

/**
 * Asks the supervisor whether connectors may run on this machine. Development starts all the same and reports it in
 * `/health`; a production installation that could run no connector does not start.
 *
 * @throws AppError start.host_unfit with every missing isolation layer and limit
 */
export async function refuseUnfitHost(supervisorPort: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${supervisorPort}/health`);
  const { state, checks } = healthSchema.parse(await answer.json());
  if (state !== 'down') return;
  throw unfitHost(Object.values(checks).flatMap((check) => (check.state === 'down' ? check.reasons : [])));
}

export function unfitHost(reasons: readonly string[]): AppError {
  return new AppError('start.host_unfit', {
    detail: `Connectors cannot be isolated and limited here:\n${reasons.map((reason) => `  - ${reason}`).join('\n')}`,
    data: { reasons },
  });
}
